"""What may not be begun now is refused at the door, with the time to come back (R-21, R-104)."""

import html
from datetime import timedelta
from math import ceil

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.domain import outline
from documents.enums import DocumentState
from documents.errors import Refused
from documents.gates import Gates, NotNow, outlines
from documents.models import Document, DocumentEvent
from privacy.domain import consent
from privacy.enums import ConsentKind
from privacy.models import AuditEvent
from tests.documents.factories import DocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    made: Document = DocumentFactory.create()
    consent.give(user=made.owner, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    return made


@pytest.mark.parametrize(
    ("wait", "is_personal", "status", "words_of_wait"),
    [
        (timedelta(hours=7, seconds=0.5), True, 429, "about 8 hours"),
        (timedelta(minutes=10), True, 429, "about 10 minutes"),
        (timedelta(minutes=10), False, 503, "about 10 minutes"),
    ],
)
def test_an_outline_that_may_not_be_made_now_says_why_and_when(
    client: Client, document: Document, wait: timedelta, is_personal: bool, status: int, words_of_wait: str
) -> None:
    client.force_login(document.owner)
    outlines.register("test", lambda asked: NotNow("Enough for today.", wait, is_personal=is_personal))
    try:
        page = client.post(reverse("documents:outline-request", args=[document.pk]))
    finally:
        outlines.unregister("test")
    assert (page.status_code, page["Retry-After"]) == (status, str(ceil(wait.total_seconds())))
    assert "Enough for today." in html.unescape(page.content.decode())
    assert words_of_wait in html.unescape(page.content.decode())
    document.refresh_from_db()
    assert document.state == DocumentState.DRAFT


def test_an_outline_that_no_day_has_room_for_is_not_to_be_waited_for(client: Client, document: Document) -> None:
    client.force_login(document.owner)
    refusal = NotNow("More than a whole day.", timedelta(hours=7), is_personal=True, waits_in_vain=True)
    outlines.register("test", lambda asked: refusal)
    try:
        page = client.post(reverse("documents:outline-request", args=[document.pk]))
    finally:
        outlines.unregister("test")
    assert page.status_code == 429
    assert "Ask again" not in page.content.decode()
    assert "What you have described stays as it is." in page.content.decode()


def test_a_refused_outline_leaves_no_trace(document: Document) -> None:
    outlines.register("test", lambda asked: NotNow("Enough for today."))
    try:
        with pytest.raises(Refused, match="Enough for today"):
            outline.request(document_id=document.pk, by=document.owner, wish="shorter")
    finally:
        outlines.unregister("test")
    document.refresh_from_db()
    assert (document.state, document.outline_wish) == (DocumentState.DRAFT, "")
    assert not DocumentEvent.objects.exists()
    assert not AuditEvent.objects.filter(action=outline.REQUESTED).exists()


def test_the_first_refusal_is_the_answer_and_every_place_is_given_up(document: Document) -> None:
    gates, held = Gates(), [document.pk]
    gates.register("open", lambda asked: None, release=held.remove)
    gates.register("shut", lambda asked: NotNow("Full."))
    gates.register("never asked", lambda asked: pytest.fail("asked after a refusal"))
    assert gates.ask(document) == NotNow("Full.")
    gates.release(document.pk)
    assert held == []
