"""A site of its own, as `make run` starts it, whose servers can be frozen: they keep their sockets and say nothing."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from django.conf import settings
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from accounts.models import User
from sandbox.client import Control
from sandbox.stripe.webhooks import signature
from sandbox.testing import run_in_process
from tesigo.platform.paths import ROOT
from tesigo.platform.processes import free_port
from tests.documents.test_views import student_with_consent
from tests.faults.own_servers import OwnServers
from tests.faults.workers import beat, children_of, wait_until, worker

#: Seconds within which everything is answered. Two are promised (R-106); a machine that does other things as well is
#: given three more. What hung before took 10 to 40 s, or for ever.
LIMIT = 5.0
#: Beyond which a client here stops waiting.
_PATIENCE = 45.0


@dataclass
class Answer:
    """What came back, and after how many seconds. Status 0: nothing did."""

    status: int
    seconds: float
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Visitor:
    """A browser. With ``user`` it is signed in; ``token`` lets its forms through."""

    def __init__(self, site: str, user: User | None = None) -> None:
        self._http = httpx.Client(base_url=site, timeout=_PATIENCE)
        self._lines = ExitStack()
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            self._http.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
        self._http.get("/documents/new/" if user else "/signin/").raise_for_status()
        self._token = self._http.cookies["csrftoken"]

    def leave(self) -> None:
        """Closes its connections."""
        self._lines.close()
        self._http.close()

    def line(self, path: str) -> ClientConnection:
        """Opens a live line, as the page's script does."""
        site = str(self._http.base_url).rstrip("/")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)
        opening = connect(
            "ws" + site.removeprefix("http") + path,
            origin=Origin(site),
            additional_headers={"Cookie": cookies},
            proxy=None,
            open_timeout=_PATIENCE,
            ping_interval=None,
            close_timeout=1,
        )
        line: ClientConnection = self._lines.enter_context(opening)
        return line

    def closed_with(self, path: str) -> Answer:
        """Opens a live line and waits until it is closed from there; the status is the code of the closing."""

        def ask() -> httpx.Response:
            try:
                said = str(self.line(path).recv(_PATIENCE))
            except ConnectionClosed as error:
                return httpx.Response(error.rcvd.code if error.rcvd is not None else 0)
            return httpx.Response(0, text=said)

        return self._timed(ask)

    def get(self, path: str) -> Answer:
        """Opens a page."""
        return self._timed(lambda: self._http.get(path))

    def post(self, path: str, values: Mapping[str, str] | None = None, **more: object) -> Answer:
        """Sends a form."""
        # The cookie itself is a good token.
        data = {"csrfmiddlewaretoken": self._token, **(values or {})}
        return self._timed(
            lambda: self._http.post(path, data=data, headers={"Referer": str(self._http.base_url)}, **more)
        )

    @staticmethod
    def _timed(ask: Callable[[], httpx.Response]) -> Answer:
        began = time.monotonic()
        try:
            answer = ask()
        except httpx.TransportError as error:
            return Answer(0, time.monotonic() - began, type(error).__name__)
        return Answer(answer.status_code, time.monotonic() - began, answer.text, answer.headers)


def at_once(*asks: Callable[[], Answer]) -> list[Answer]:
    """All of them at the same time."""
    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(lambda ask: ask(), asks))


class Site:
    """A web server with a worker and a beat on servers of its own. ``sandbox`` is the outside world."""

    def __init__(self, home: Path, own: OwnServers, sandbox: Control, environ: Mapping[str, str], outside: int) -> None:
        self.home, self.own, self.sandbox, self.environ = home, own, sandbox, environ
        self._outside = outside
        self._visitors: list[Visitor] = []
        self.address = environ["SITE_URL"]

    @contextmanager
    def frozen(self, what: str) -> Iterator[None]:
        """For the time of the block ``redis``, ``postgres`` or the ``outside`` world is stopped."""
        first = {"outside": self._outside, **self.own.pids()}[what]
        stopped: list[int] = []
        try:
            self._stop(first, stopped)
            yield
        finally:
            for pid in reversed(stopped):
                os.kill(pid, signal.SIGCONT)

    def _stop(self, pid: int, stopped: list[int]) -> None:
        # The parent first: it must not have further children.
        os.kill(pid, signal.SIGSTOP)
        stopped.append(pid)
        for child in children_of(pid):
            self._stop(child, stopped)

    def visitor(self, user: User | None = None) -> Visitor:
        """A browser that has seen a page of the site."""
        visitor = Visitor(self.address, user)
        self._visitors.append(visitor)
        return visitor

    def everybody_leaves(self) -> None:
        """Closes all browsers."""
        while self._visitors:
            self._visitors.pop().leave()

    def student(self, user: User | None = None) -> Visitor:
        """A signed-in one."""
        return self.visitor(user or student_with_consent())

    def webhook(self, thing: Mapping[str, object], *, kind: str = "checkout.session.completed") -> Callable[[], Answer]:
        """A signed event, ready to be delivered."""
        at = int(time.time())
        body = json.dumps(
            {
                "id": f"evt_{secrets.token_hex(8)}", "object": "event", "type": kind, "created": at,
                "livemode": False, "data": {"object": thing},
            }
        ).encode()  # fmt: skip
        head = {"Stripe-Signature": signature(body, os.environ["STRIPE_WEBHOOK_SECRET"], at)}

        def deliver() -> Answer:
            return Visitor._timed(
                lambda: httpx.post(f"{self.address}/stripe/webhook/", content=body, headers=head, timeout=_PATIENCE)
            )

        return deliver

    def mails_to(self, address: str) -> list[dict[str, str]]:
        """What the outside world's inbox holds."""
        found: list[dict[str, str]] = httpx.get(
            f"{self.environ['MAIL_INBOX_URL']}messages.json", params={"to": address}, timeout=_PATIENCE
        ).json()["messages"]
        return found


@contextmanager
def web_server(log: Path, environ: Mapping[str, str], *, ready: str = "/ready") -> Iterator[str]:
    """The web server as a process of its own, on a port of its own; its address, once ``ready`` is answered."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    words = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", "--host=127.0.0.1", f"--port={port}"]
    words += ["--lifespan=off", "--no-access-log", "--no-proxy-headers"]
    with log.open("w") as output:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=os.environ | dict(environ) | {"SITE_URL": site},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: _answers(f"{site}{ready}"), f"the web server did not start, see {log}")
        yield site
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code < 500
    except httpx.HTTPError:
        return False


@contextmanager
def own_site(home: Path) -> Iterator[Site]:
    """Everything, for the time of the block."""
    with ExitStack() as stack:
        own = OwnServers(home)
        stack.callback(own.stop)
        before = set(children_of(os.getpid()))
        running = stack.enter_context(run_in_process(options=("--webhook-secret", os.environ["STRIPE_WEBHOOK_SECRET"])))
        (outside,) = set(children_of(os.getpid())) - before
        # Everybody here comes from one address.
        environ = (
            own.urls | running.urls | {"STRIPE_CHECKOUT_ORIGIN": running.base_url, "SIGNIN_PER_IP_AND_HOUR": "999"}
        )
        address = stack.enter_context(web_server(home / "web.log", environ))
        environ["SITE_URL"] = address
        stack.enter_context(worker(home / "worker.log", processes=2, environ=environ))
        stack.enter_context(beat(home / "beat.log", environ=environ))
        yield Site(home, own, running.control, environ, outside)
