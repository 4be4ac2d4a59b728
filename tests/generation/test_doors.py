"""The thin doors: tasks that Celery calls, and the mails that tell how it ended."""

import signal

import pytest
from django.core.mail import EmailMessage

from accounts.domain import mail
from accounts.models import Mail
from documents.enums import DocumentState
from documents.models import Document
from generation import tasks
from generation.models import Job
from sandbox.client import Control
from tests.generation.making import ordered_document

pytestmark = pytest.mark.usefixtures("committed")


def told(template: str) -> None:
    """Sends the one mail of this kind."""
    assert mail.deliver(mail_id=str(Mail.objects.get(template=template).pk))


def run_as_beat_and_worker_do() -> Document:
    """What was paid for and not begun is started by beat, and drained."""
    tasks.nudge_lost_work()
    tasks.drain()
    return Job.objects.get().document


def test_beat_starts_what_was_paid_for_and_a_drain_finishes_it(
    control: Control, mailoutbox: list[EmailMessage]
) -> None:
    ordered_document()
    before = signal.getsignal(signal.SIGTERM)
    document = run_as_beat_and_worker_do()
    assert signal.getsignal(signal.SIGTERM) == before
    assert document.state == DocumentState.READY
    told("ready")
    (message,) = mailoutbox
    assert message.to == [document.owner.email]
    assert "Lighthouses" in message.subject
    assert f"/documents/{document.pk}/read/" in message.body


def test_a_failure_is_told_with_its_reason(control: Control, mailoutbox: list[EmailMessage]) -> None:
    ordered_document().sources.all().delete()
    document = run_as_beat_and_worker_do()
    told("failed")
    (message,) = mailoutbox
    for words in ("No source was found", "money", f"/documents/{document.pk}/progress/"):
        assert words in message.body
