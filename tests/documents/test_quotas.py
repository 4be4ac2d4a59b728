"""What one person may have made in a day holds however many requests come at once, and is said in words (R-85)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain import quotas
from accounts.errors import QuotaReached
from accounts.models import DailyUse, User
from documents.domain import briefs
from documents.enums import DocumentState
from documents.models import Document, Export
from tests.billing.concurrently import at_once
from tests.documents.factories import outlined_document
from tests.documents.test_views import BRIEF, student_with_consent, words
from tests.lock_waits import elsewhere, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def test_sixty_at_once_do_not_pass_a_limit(student: User, settings: Any) -> None:
    settings.DRAFTS_PER_DAY = 7
    results = at_once(20, lambda: [attempt(student) for _ in range(3)])
    made = [one for each in results for one in each if one]
    assert len(made) == Document.objects.filter(owner=student).count() == 7
    assert DailyUse.objects.get().times == 7


def attempt(student: User) -> Document | None:
    try:
        return briefs.create(by=student, topic="Lamps")
    except QuotaReached:
        return None


def test_each_day_and_each_person_count_by_themselves(student: User) -> None:
    evening = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    quotas.spend(user=student, what="draft", limit=1, now=evening)
    with pytest.raises(QuotaReached) as caught:
        quotas.spend(user=student, what="draft", limit=1, now=evening)
    assert caught.value.retry_after
    assert caught.value.retry_after.total_seconds() == 30 * 60
    assert "midnight (UTC)" in str(caught.value)
    quotas.spend(user=student, what="export", limit=1, now=evening)
    quotas.spend(user=student_with_consent(), what="draft", limit=1, now=evening)
    quotas.spend(user=student, what="draft", limit=1, now=datetime(2026, 11, 29, tzinfo=UTC))


def test_a_draft_too_many_keeps_what_was_typed(browser: Client, settings: Any) -> None:
    settings.DRAFTS_PER_DAY = 1
    assert browser.post(reverse("documents:new"), BRIEF).status_code == 302
    answer = browser.post(reverse("documents:new"), BRIEF)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_400
    assert "midnight (UTC)" in words(answer)
    assert "How lighthouses were kept" in words(answer)
    assert Document.objects.count() == 1


def test_more_drafts_than_one_may_have_are_thrown_away_first(browser: Client, settings: Any) -> None:
    settings.DRAFTS_PER_PERSON = 1
    browser.post(reverse("documents:new"), BRIEF)
    answer = browser.post(reverse("documents:new"), BRIEF)
    assert answer.status_code == 429
    assert "Throw one away" in words(answer)
    browser.post(reverse("documents:delete", args=[Document.objects.get().pk]))
    assert browser.post(reverse("documents:new"), BRIEF).status_code == 302


def test_files_and_styles_have_a_limit_a_day(browser: Client, student: User, settings: Any) -> None:
    settings.EXPORTS_PER_DAY = settings.RESTYLES_PER_DAY = 1
    document = outlined_document(owner=student, pages=4)
    Document.objects.update(state=DocumentState.READY)
    page = reverse("documents:take_away", args=[document.pk])
    style = reverse("documents:style", args=[document.pk])
    assert [browser.post(page, {"format": one}).status_code for one in ("pdf", "docx")] == [302, 429]
    assert Export.objects.filter(due_at__isnull=False).count() == 1
    assert [browser.post(style, {"citation_style": one}).status_code for one in ("ieee", "ieee")] == [302, 429]
    document.refresh_from_db()
    assert document.citation_style == "ieee"


def test_a_form_sent_twice_at_the_same_moment_makes_one_draft_and_counts_once(student: User) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = briefs.create(by=student, once="a form", topic="Lamps")
            second = elsewhere(pool, lambda: briefs.create(by=student, once="a form", topic="Lamps"))
            until_somebody_waits()
        assert second.result(60) == first
    assert Document.objects.get(owner=student) == first
    assert DailyUse.objects.get().times == 1


@pytest.mark.parametrize("once", ["", "a form"])
def test_a_draft_that_the_database_refuses_is_no_draft_and_costs_none(student: User, once: str) -> None:
    with pytest.raises(IntegrityError, match="document_pages_1_to_200"):
        briefs.create(by=student, once=once, topic="Lamps", pages=0)
    assert not Document.objects.exists()
    assert not DailyUse.objects.exists()


def test_a_draft_is_made_of_a_brief_and_of_nothing_else(student: User) -> None:
    with pytest.raises(TypeError, match="not part of a brief: owner, state"):
        briefs.create(by=student, topic="Lamps", state=DocumentState.READY, owner=student)
    document = briefs.create(by=student, topic="Lamps")
    with pytest.raises(TypeError, match="not part of a brief: ordered_at"):
        briefs.change(document_id=document.pk, by=student, ordered_at=None)
    assert Document.objects.get().state == DocumentState.DRAFT
