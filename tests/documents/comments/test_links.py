"""Links for a supervisor: made, shown once, few, ended by time or by their owner (R-94)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from documents.domain.comments import links
from documents.enums import DocumentState
from documents.errors import NoSuchLink, TooManyLinks
from documents.models import Document, ReviewLink
from documents.models.comment import MOST_OPEN_LINKS
from privacy.domain import retention
from privacy.models import AuditEvent
from tests.documents.comments.making import finished_document, open_link, said
from tests.documents.test_views import student_with_consent, words

pytestmark = pytest.mark.django_db


def at(document: Document, name: str, *more: Any) -> str:
    return reverse(f"documents:{name}", args=[document.pk, *more])


def test_link_is_shown_once_and_kept_as_a_hash(browser: Client, document: Document) -> None:
    assert "No link is open." in words(browser.get(at(document, "links")))
    answer = browser.post(at(document, "links"), {"label": "Prof. Ellingsen", "days": "7"})
    page = words(answer)
    row = ReviewLink.objects.get()
    token = page.partition("/shared/link/")[2].partition("/")[0]
    assert len(token) == 43  # 256 bits
    assert links.by_token(token, now=timezone.now()) == row
    assert token.encode() not in bytes(row.token_hash)
    assert row.expires_at - row.created_at == timedelta(days=7)
    assert "no-store" in answer["Cache-Control"]
    listed = words(browser.get(at(document, "links")))
    assert "Prof. Ellingsen" in listed
    assert "never opened" not in listed
    assert token not in listed
    assert AuditEvent.objects.filter(action="review_link.made", details__days=7).count() == 1


@pytest.mark.parametrize("sent", [{"label": "", "days": "7"}, {"label": "A", "days": "8"}, {"label": "A"}])
def test_link_without_a_name_or_for_another_time_is_refused(
    browser: Client, document: Document, sent: dict[str, str]
) -> None:
    assert browser.post(at(document, "links"), sent).status_code == 422
    assert not ReviewLink.objects.exists()


def test_revoked_link_opens_nothing_at_once(
    browser: Client, document: Document, opened: tuple[ReviewLink, str]
) -> None:
    row, token = opened
    assert "The link is revoked." in words(browser.post(at(document, "revoke-link", row.pk), follow=True))
    with pytest.raises(NoSuchLink):
        links.by_token(token, now=timezone.now())
    browser.post(at(document, "revoke-link", row.pk))
    assert AuditEvent.objects.filter(action="review_link.revoked").count() == 1


def test_few_links_are_open_at_once_and_a_revoked_or_old_one_makes_room(document: Document) -> None:
    rows = [open_link(document)[0] for _ in range(MOST_OPEN_LINKS)]
    with pytest.raises(TooManyLinks):
        open_link(document)
    links.revoke(document=document, link_id=rows[0].pk, by=document.owner, now=timezone.now())
    open_link(document)
    later = timezone.now() + timedelta(days=31)
    made, _token = links.make(document=document, label="B", days=7, by=document.owner, now=later)
    assert links.open_of(document, now=later) == [made]


def test_database_keeps_links_few(document: Document, link: ReviewLink) -> None:
    rows = ReviewLink.objects.filter(pk=link.pk)
    for broken in (
        {"place": MOST_OPEN_LINKS + 1}, {"revoked_at": timezone.now()}, {"label": ""}, {"expires_at": link.created_at},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewLink.objects.create(
            document=document, label="B", token_hash=b"b", place=link.place, expires_at=link.expires_at
        )


def test_page_says_that_there_are_enough(browser: Client, document: Document, settings: Settings) -> None:
    for _ in range(MOST_OPEN_LINKS):
        open_link(document)
    page = browser.post(at(document, "links"), {"label": "One more", "days": "7"})
    assert (page.status_code, "5 links are open" in words(page), "One more" in words(page)) == (422, True, True)
    settings.REVIEW_LINKS_PER_DAY = 1
    page = browser.post(at(document, "links"), {"label": "One more", "days": "7"})
    assert (page.status_code, "Retry-After" in page.headers) == (429, True)


@pytest.mark.parametrize(
    "ended",
    [
        lambda link: ReviewLink.objects.filter(pk=link.pk).update(
            created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now()
        ),
        lambda link: Document.objects.filter(pk=link.document_id).update(state=DocumentState.FAILED),
        lambda link: Document.objects.filter(pk=link.document_id).update(
            thrown_away_at=timezone.now(), ordered_at=None
        ),
        lambda link: User.objects.filter(pk=link.document.owner_id).update(is_active=False),
        lambda link: Document.objects.filter(pk=link.document_id).delete(),
    ],
    ids=["expired", "not ready", "thrown away", "blocked", "deleted"],
)
def test_link_ends_with_its_time_its_document_and_its_owner(opened: tuple[ReviewLink, str], ended: Any) -> None:
    ended(opened[0])
    with pytest.raises(NoSuchLink):
        links.by_token(opened[1], now=timezone.now())


def test_token_is_kept_under_the_present_secret(opened: tuple[ReviewLink, str], settings: Settings) -> None:
    """R-103: an older secret may go once every link that is used was used again."""
    settings.SIGNIN_SECRET_FALLBACKS = [settings.SIGNIN_SECRET]
    settings.SIGNIN_SECRET = "another-secret-of-many-letters-for-this-test"
    row, token = opened
    assert links.by_token(token, now=timezone.now()) == row
    settings.SIGNIN_SECRET_FALLBACKS = []
    assert links.by_token(token, now=timezone.now()) == row


def test_links_of_another_document_are_not_there(browser: Client, document: Document) -> None:
    theirs = finished_document(student_with_consent())
    row, _token = open_link(theirs)
    assert browser.get(at(theirs, "links")).status_code == 404
    assert browser.post(at(theirs, "revoke-link", row.pk)).status_code == 404
    assert browser.post(at(document, "revoke-link", row.pk)).status_code == 404
    row.refresh_from_db()
    assert row.revoked_at is None


def test_only_a_finished_document_has_links(browser: Client, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    assert browser.get(at(document, "links")).status_code == 404
    assert browser.get(at(document, "comments")).status_code == 404


def test_rows_go_a_month_after_their_end_and_comments_stay(link: ReviewLink) -> None:
    comment = said(link)
    old = timezone.now() - timedelta(days=31)
    ReviewLink.objects.filter(pk=link.pk).update(created_at=old - timedelta(days=30), expires_at=old)
    retention.apply(now=timezone.now())
    assert not ReviewLink.objects.exists()
    comment.refresh_from_db()
    assert comment.link is None
