"""The sandbox as a program of its own: it says when it cannot start, and remembers over a restart."""

import smtplib
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import stripe

from sandbox.config import DEFAULT_WEBHOOK_SECRET
from sandbox.testing import STRIPE_KEY, run_in_process
from tests.sandbox.receiver import Receiver
from tests.sandbox.shop import open_session


def client(base_url: str) -> Any:
    return stripe.StripeClient(STRIPE_KEY, base_addresses={"api": f"{base_url}/stripe"}, max_network_retries=0)


def test_payments_and_mails_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    with run_in_process(state=state) as first:
        session = open_session(client(first.base_url))
        first.control.pay(session.id)
        with smtplib.SMTP("127.0.0.1", first.smtp_port, timeout=10) as smtp:
            smtp.sendmail("a@example.org", ["jane@example.org"], "Subject: Hello\r\n\r\nHello")
    with run_in_process(state=state) as second:
        assert client(second.base_url).v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        assert second.control.mails("jane@example.org")[0]["subject"] == "Hello"


def test_an_unreadable_state_file_is_set_aside(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    state.write_text("{broken")
    with run_in_process(state=state) as sandbox:
        assert sandbox.control.mails() == []
    assert (tmp_path / "sandbox.json.unreadable").read_text() == "{broken"


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = [sys.executable, "-m", "sandbox", "--port", str(port), "--smtp-port", "0"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_an_event_that_nobody_took_is_delivered_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    with run_in_process(state=state, options=("--webhook-url", "http://127.0.0.1:1/stripe/webhook/")) as first:
        session = open_session(client(first.base_url))
        first.control.pay(session.id)
    with (
        Receiver(DEFAULT_WEBHOOK_SECRET) as receiver,
        run_in_process(state=state, options=("--webhook-url", receiver.url)),
    ):
        assert receiver.wait_for("checkout.session.completed").data.object.id == session.id
