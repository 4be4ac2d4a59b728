"""The same metrics on a port of their own, which only Prometheus reaches (METRICS_PORT, METRICS_WORKER_PORT).

Every process of a machine may be told the same port: the first that gets it tells the metrics of all, and another takes
over when it ends.
"""

import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from django.conf import settings

from tesigo.platform.metrics import page

logger = logging.getLogger(__name__)

#: Seconds between two tries to get the port.
_AGAIN_SECONDS: Final = 5.0
#: Seconds that a client may take to ask.
_REQUEST_SECONDS: Final = 10.0


class _Handler(BaseHTTPRequestHandler):
    timeout = _REQUEST_SECONDS
    server_version, sys_version = "metrics", ""

    def do_GET(self) -> None:
        """All metrics at /metrics, and nothing else."""
        server: Any = self.server
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        if settings.METRICS_TOKEN and not page.may_read(self.headers.get("Authorization", "")):
            self.send_error(401)
            return
        try:
            body, content_type = page.scrape(accept=self.headers.get("Accept", ""), with_readings=server.with_readings)
        except Exception as error:
            logger.warning("metrics could not be told", extra={"error": type(error)})
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a scrape every few seconds is no news."""


class MetricsServer(ThreadingHTTPServer):
    """Responds to scrapes, each in a thread."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, with_readings: bool) -> None:
        self.with_readings = with_readings
        super().__init__(address, _Handler)


def serve(port: int, *, with_readings: bool) -> None:
    """Begins to answer at the port, as soon as no other process of this machine does; never at 0."""
    if port:
        threading.Thread(target=_serve, args=(port, with_readings), name="metrics port", daemon=True).start()


def _serve(port: int, with_readings: bool) -> None:
    is_taken = False
    while True:
        try:
            with MetricsServer((settings.METRICS_HOST, port), with_readings=with_readings) as server:
                logger.info("metrics are told on a port of their own")
                server.serve_forever()
        except OSError as error:
            if not is_taken:
                logger.info("the port for metrics is taken", extra={"error": type(error)})
            is_taken = True
        time.sleep(_AGAIN_SECONDS)
