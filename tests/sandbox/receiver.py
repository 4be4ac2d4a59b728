"""A tiny webhook endpoint."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import stripe


class Receiver:
    """Keeps verified events in the order of their arrival; answers the statuses in ``answers`` first, then 200."""

    def __init__(self, secret: str) -> None:
        self.events: list[stripe.Event] = []
        self.forged = 0
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], secret)
                except stripe.SignatureVerificationError:
                    outer.forged += 1
                    self.send_response(400)
                else:
                    status = outer.answers.pop(0) if outer.answers else 200
                    if status == 200:
                        outer.events.append(event)
                    self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/stripe/webhook/"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def types(self) -> list[str]:
        """Event types in the order of their arrival."""
        return [event.type for event in self.events]

    def wait_for(self, kind: str, *, count: int = 1, seconds: float = 60) -> stripe.Event:
        """The ``count``-th event of a type."""
        until(lambda: self.types.count(kind) >= count, seconds)
        return [event for event in self.events if event.type == kind][count - 1]


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Poll until true; fails the test at the deadline."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
