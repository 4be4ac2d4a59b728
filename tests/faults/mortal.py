"""A process that does one thing of weight and is killed at a named point of it: `python -m tests.faults.mortal`.

It reads orders from its input, a line of JSON each, and carries each out in a child of its own, so that Django starts
once. Named functions of the product are wrapped; nothing in the product knows.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any, Final

from tesigo.platform.paths import ROOT

#: What each point is: the function on whose threshold (-) or way out (+) the process dies.
POINTS: Final = {
    "key of the page stored": "-billing.stripe_gateway.create_session",
    "page opened at Stripe": "+billing.stripe_gateway.create_session",
    "page written, not committed": "+billing.domain.payments.move",
    "key of the refund stored": "-billing.stripe_gateway.create_refund",
    "refund made at Stripe": "+billing.stripe_gateway.create_refund",
    "refund booked, not committed": "+billing.domain.ledger.book",
    "Stripe's state read": "+billing.stripe_gateway.retrieve_session",
    "receipt issued, not committed": "+billing.domain.receipts.issue",
    "success committed, nobody told": "-billing.domain.settlement._tell",
    "mail held, not sent": "-accounts.domain.mail._render",
    "mail sent, not noted": "+accounts.domain.mail._send",
    "file held, not read": "-documents.domain.extraction._read",
    "passages stored, file not read to its end": "+documents.domain.extraction._store",
    "file read, not noted": "-documents.domain.extraction._name_source",
    "tables written, files not": "-privacy.domain.archive._write_files",
    "archive stored, not noted": "-privacy.domain.exports._end",
    "file deleted, not noted": "+tesigo.platform.removals._remove",
}


class Mortal:
    """The process, seen from the test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mortal"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def does(self, what: str, number: object, *, dies_at: str = "") -> str:
        """Has it done once; returns how that ended: `done`, or `killed`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"what": what, "number": str(number), "point": dies_at}) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def stop(self) -> None:
        """Ends it; nothing is left when this returns."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def mortal() -> Iterator[Mortal]:
    """Such a process for the time of the block."""
    running = Mortal()
    try:
        yield running
    finally:
        running.stop()


def _order(number: str) -> None:
    from documents.models import Document
    from tests.billing.ordering import order

    order(Document.objects.get(pk=number))


def _advance(number: str) -> None:
    from uuid import UUID

    from billing.domain import refunds

    refunds.advance(refund_id=UUID(number))


def _work(number: str) -> None:
    from billing.domain import events

    events.work(event_id=int(number))


def _mail(number: str) -> None:
    from accounts.domain import mail

    mail.deliver(mail_id=number)


def _read(number: str) -> None:
    from uuid import UUID

    from documents.domain import extraction

    extraction.extract(upload_id=UUID(number))


def _remove(number: str) -> None:
    from tesigo.platform import removals

    removals.remove(removal_id=int(number))


def _export(number: str) -> None:
    from uuid import UUID

    from privacy.domain import exports

    exports.make(export_id=UUID(number))


DEEDS: Final[dict[str, Callable[[str], None]]] = {
    "order": _order,
    "refund": _advance,
    "work": _work,
    "mail": _mail,
    "read": _read,
    "remove": _remove,
    "export": _export,
}


def _arm(point: str) -> None:
    side, name = POINTS[point][0], POINTS[point][1:]
    module_name, _, function_name = name.rpartition(".")
    module = import_module(module_name)
    function = getattr(module, function_name)

    @wraps(function)
    def wrapped(*args: Any, **given: Any) -> Any:
        if side == "+":
            function(*args, **given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, function_name, wrapped)


def _carry_out(wish: dict[str, str]) -> None:
    if wish["point"]:
        _arm(wish["point"])
    DEEDS[wish["what"]](wish["number"])
    sys.stdout.flush()


def main() -> None:
    """Carries out each order in a child, and says how it ended."""
    import django

    django.setup()
    # What is said is for the test alone; everything else that is printed goes to the log.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                _carry_out(json.loads(line))
            finally:
                os._exit(1 if sys.exc_info()[0] else 0)
        status = os.waitpid(child, 0)[1]
        words = {-signal.SIGKILL: "killed", 0: "done"}
        code = os.waitstatus_to_exitcode(status)
        answers.write(words.get(code, f"failed with {code}") + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
