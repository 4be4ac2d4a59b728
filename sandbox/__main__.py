"""``python -m sandbox``: start the sandbox on loopback."""

import argparse
import os
import sys
from pathlib import Path

from sandbox.config import DEFAULT_WEBHOOK_SECRET, Config, parse_latency
from sandbox.log import say
from sandbox.server import PortTaken, Server


def arguments(words: list[str] | None = None) -> Config:
    """The command line as a Config; ends the program with a message for what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The outside world on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "8010")), help="HTTP; 0 takes a free one"
    )
    parser.add_argument(
        "--smtp-port", type=int, default=int(os.environ.get("SANDBOX_SMTP_PORT", "8025")), help="0 takes a free one"
    )
    parser.add_argument("--webhook-url", default="", help="where Stripe events are sent; none when empty")
    parser.add_argument("--webhook-secret", default=os.environ.get("STRIPE_WEBHOOK_SECRET", DEFAULT_WEBHOOK_SECRET))
    parser.add_argument(
        "--latency", type=parse_latency, default=(0.05, 0.2), help="seconds an AI call takes, such as 0.1 or 0.05-0.2"
    )
    parser.add_argument(
        "--sepa-seconds", type=float, default=5.0, help="until a direct debit arrives; negative: only on command"
    )
    parser.add_argument("--state", type=Path, default=None, help="file that keeps payments and mails over a restart")
    parser.add_argument("--public-url", default="", help="address for browsers, when it is not host and port")
    parser.add_argument("--quiet", action="store_true", help="no line for each call")
    parser.add_argument(
        "--lenient-search",
        dest="strict_search",
        action="store_false",
        help="search services do not limit calls a second",
    )
    given = vars(parser.parse_args(words))
    if given["sepa_seconds"] < 0:
        given["sepa_seconds"] = None
    return Config(**given)


def main() -> int:
    """Run until told to stop; 1 when a port is taken."""
    try:
        server = Server(arguments())
    except PortTaken as error:
        say(f"The sandbox cannot start: {error} Choose others with --port and --smtp-port.")
        return 1
    config = server.config
    sys.stdout.write(
        f"sandbox {config.base_url}  inbox {config.base_url}/inbox/  smtp {config.host}:{config.smtp_port}\n"
    )
    sys.stdout.flush()
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
