"""`manage.py erase_user ADDRESS|ID [--now] [--cancel] [--scan] [--yes]`: erases a person, or looks for what is left."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.domain import known_as
from accounts.models import User
from privacy import registry
from privacy.domain import erasure, traces
from privacy.enums import ErasureState
from privacy.errors import ErasureError
from privacy.models import Erasure


class Command(BaseCommand):
    help = (
        "Erases a person (R-72): after the days in which they can change their mind, or at once with --now. "
        "--cancel takes it back; --scan only looks where the address or the name still stands."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="an address, or the number of an account")
        one_of = parser.add_mutually_exclusive_group()
        one_of.add_argument("--now", action="store_true", help="at once, without days to change one's mind")
        one_of.add_argument("--cancel", action="store_true", help="take back what was asked for")
        one_of.add_argument("--scan", action="store_true", help="change nothing; say where words of theirs stand")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, person: str, **options: Any) -> None:
        user = known_as.find(person)
        if options["scan"]:
            self._scan(registry.called(user) if user and not known_as.is_erased(user) else [person])
            return
        if user is None:
            raise CommandError("Nobody has this address or number.")
        try:
            if options["cancel"]:
                self._cancel(user)
            else:
                self._erase(user, at_once=options["now"], is_sure=options["yes"])
        except ErasureError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _erase(self, user: User, *, at_once: bool, is_sure: bool) -> None:
        when = "now, for good" if at_once else "after the days in which they can change their mind"
        if not is_sure and _typed(f"Erase user {user.pk} {when}? Type the number {user.pk}: ") != str(user.pk):
            raise CommandError("Nothing was done.")
        row = erasure.ask(user=user, by=None, at_once=at_once)
        if not at_once:
            self.stdout.write(f"User {user.pk} will be erased on {row.due_at:%Y-%m-%d %H:%M} UTC.")
            return
        erasure.work(erasure_id=row.pk)
        row = Erasure.objects.get(pk=row.pk)
        if row.state != ErasureState.DONE:
            raise CommandError(f"Not done yet, and tried again by itself: {row.error or 'a worker is at it'}")
        self.stdout.write(f"User {user.pk} is erased.")
        self._say([traces.Trace(**place) for place in row.left])

    def _cancel(self, user: User) -> None:
        if not erasure.cancel(user=user, by=None, now=timezone.now()):
            raise CommandError("Nothing was asked for.")
        self.stdout.write(f"User {user.pk} stays.")

    def _scan(self, words: list[str]) -> None:
        if not any(traces.is_telling(word) for word in words):
            raise CommandError("This would be found everywhere: give an address, or a name of several words.")
        found = traces.scan(words)
        self._say(found)
        if any(trace.rows for trace in found):
            raise CommandError("Something is left.")
        if found:
            raise CommandError("Something may be left where nobody could look.")

    def _say(self, found: list[traces.Trace]) -> None:
        for trace in found:
            self.stdout.write(str(trace))
        if not any(trace.rows for trace in found):
            where = "elsewhere" if found else "anywhere"
            self.stdout.write(f"Neither address nor name was found {where}.")


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError as error:
        raise CommandError("Nothing was done: there is nobody to ask. --yes erases without asking.") from error
