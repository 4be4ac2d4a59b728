"""Running a sandbox from tests: in a thread of this process, or as a process of its own."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.client import Control
from sandbox.config import DEFAULT_WEBHOOK_SECRET, Config
from sandbox.server import Server

#: Keys that the sandbox takes; the Stripe ones have the length and shape of real test keys.
OPENAI_KEY = "sandbox-openai-key"
ANTHROPIC_KEY = "sandbox-anthropic-key"
STRIPE_KEY = "sk_test_" + "sandbox" * 4
START_SECONDS = 20.0


@dataclass(frozen=True)
class Running:
    """Where a running sandbox is reached."""

    base_url: str
    smtp_port: int
    control: Control
    webhook_secret: str = DEFAULT_WEBHOOK_SECRET
    smtp_host: str = "127.0.0.1"

    @property
    def urls(self) -> dict[str, str]:
        """Base URLs by the names of the environment variables that take them."""
        return {
            "OPENAI_BASE_URL": f"{self.base_url}/openai/v1",
            "ANTHROPIC_BASE_URL": f"{self.base_url}/anthropic",
            "STRIPE_API_BASE": f"{self.base_url}/stripe",
            "OPENALEX_URL": f"{self.base_url}/openalex",
            "CROSSREF_URL": f"{self.base_url}/crossref",
            "ZOTERO_URL": f"{self.base_url}/zotero",
            "DATACITE_URL": f"{self.base_url}/datacite",
            "SEMANTIC_SCHOLAR_URL": f"{self.base_url}/semanticscholar",
            "TAVILY_URL": f"{self.base_url}/tavily",
            "PERPLEXITY_URL": f"{self.base_url}/perplexity",
            "EMAIL_URL": f"smtp://{self.smtp_host}:{self.smtp_port}",
            "MAIL_INBOX_URL": f"{self.base_url}/inbox/",
        }


@contextlib.contextmanager
def run_in_thread(**options: Any) -> Iterator[Running]:
    """A sandbox on free ports (no latency, quiet) for the ``with`` block; options as of :class:`Config`."""
    config = Config(
        **{"port": 0, "smtp_port": 0, "latency": (0.0, 0.0), "sepa_seconds": None, "quiet": True, **options}
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, name="sandbox", daemon=True)
    thread.start()
    _until(lambda: server.started or not thread.is_alive())
    if not server.started:
        raise RuntimeError("the sandbox did not start")
    control = Control(server.config.base_url)
    try:
        yield Running(server.config.base_url, server.config.smtp_port, control, config.webhook_secret)
    finally:
        control.close()
        server.stop()
        thread.join(START_SECONDS)


@contextlib.contextmanager
def run_in_process(*, state: Path | None = None, options: tuple[str, ...] = ()) -> Iterator[Running]:
    """The same as a process of its own, which may be killed by what the block does; ends it afterwards."""
    words = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--latency", "0", "--quiet"]
    words += ["--lenient-search", "--webhook-secret", DEFAULT_WEBHOOK_SECRET, *options]  # whatever the environment says
    if state:
        words += ["--state", str(state)]
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline().split()  # sandbox URL inbox URL smtp host:port
    if len(line) < 6:
        process.kill()
        raise RuntimeError("the sandbox did not start")
    control = Control(line[1])
    try:
        _until(lambda: _answers(control))
        yield Running(line[1], int(line[5].rpartition(":")[2]), control)
    finally:
        control.close()
        process.terminate()
        process.wait(START_SECONDS)
        process.stdout.close()


def _answers(control: Control) -> bool:
    try:
        control.get("")
    except OSError:
        return False
    except Exception as error:  # httpx's own: not there yet
        return not type(error).__module__.startswith("httpx")
    return True


def _until(done: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the sandbox did not start in time")
        time.sleep(0.02)
