"""Today at a glance on the index of the administration: for who may see it, at one cost whatever there is."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from axes.models import AccessFailureLog
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from billing.domain import ledger
from billing.enums import Movement
from documents.domain import search_services
from generation.enums import JobKind, JobState, Scope, Stage
from generation.models import AIModel, Budget, BudgetUse, Job, Step
from generation.spending import budgets
from generation.spending.periods import period_of
from tesigo import dashboard
from tesigo.platform import duty
from tesigo.platform.models import BackupKind, BackupRun, Condition
from tests.documents.factories import DocumentFactory
from tests.generation.making import pay
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
#: The user and what staff did last; and what is wrong, the books, jobs, limits, two budgets, steps, disclosures, search
#: services, failures and backups, and models and chains, for what is wrong with them.
PLAIN, FIGURES = 2, 13
#: One for each kind of work that must happen.
KINDS = len(duty.kinds())


@pytest.fixture
def staff(client: Client) -> Client:
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    return client


def who_may(client: Client, *permissions: str) -> User:
    """A signed-in member of staff with these permissions ("billing.view_booking") only."""
    user = User.objects.create_user("clerk@example.org", "a password that is long", is_staff=True)
    for permission in permissions:
        app, _, name = permission.partition(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=name))
    return sign_in(client, user)


def busy_day(rows: int) -> None:
    """``rows`` orders, jobs, waiting steps and wrong passwords of now, and money spent on models."""
    now = timezone.now()
    for _ in range(rows):
        document = DocumentFactory.create()
        with transaction.atomic():
            ledger.book(movement=Movement.PAID, payment=pay(document), amount=Decimal("6.00"), now=now)
        job = Job.objects.create(document=document, kind=JobKind.DOCUMENT, state=JobState.RUNNING, sort_key=0)
        Step.objects.create(job=job, stage=Stage.WRITE, sort_key=0, not_before=now - timedelta(minutes=3))
        AccessFailureLog.objects.create(username=f"a{job.pk}", ip_address="203.0.113.9")
        BudgetUse.objects.create(scope=Scope.JOB, subject=str(job.pk), spent_euros=Decimal("0.10"))
    for scope in budgets.HOUSE:
        BudgetUse.objects.create(
            scope=scope, period=period_of(scope, now), spent_euros=Decimal("12.50"), reserved_euros=Decimal(1)
        )


def page_of(client: Client, address: str = INDEX) -> str:
    """The page as staff get it."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def labels(page: str) -> list[str]:
    """The names of the figures on the page."""
    return re.findall(r'<h2 id="(\w+)-label">', page)


def test_every_figure_is_drawn_and_said(staff: Client) -> None:
    busy_day(2)
    page = page_of(staff)
    assert labels(page) == [
        "orders",
        "revenue",
        "jobs",
        "spending",
        "queue",
        "disclosed",
        "searching",
        "signins",
        "backups",
        "waiting",
    ]
    values = re.findall(r'<p class="figure-value">(.*?)</p>', page)
    assert values == ["2", "€12.00", "2 open", "€12.50", "3 min", "0 documents", "6 set up", "2", "–", "0 given up"]
    for words in (
        "€12.50 of €200.00",
        "reserved by calls under way: €1.00",
        "2 steps wait for a worker",
        "running: 2; done today: 0",
    ):
        assert words in page
    assert page.count('role="img"') == page.count("<desc id=") == 10
    assert "style=" not in page


def test_a_day_on_which_nothing_happened_is_calm(staff: Client) -> None:
    page = page_of(staff)
    for words in ("nothing waits for a worker", "0 open", "€0.00 yesterday", "wrong passwords at the door for staff"):
        assert words in page


def test_what_is_wrong_now_is_said_first_to_who_may_see_it(client: Client) -> None:
    now = timezone.now()
    for key, ended in (("disk", None), ("redis", now)):
        Condition.objects.create(
            key=key, subject=f"About {key}", text="", since=now - timedelta(hours=2), seen_at=now, resolved_at=ended
        )
    who_may(client, "platform.view_condition")
    page = page_of(client)
    assert "About disk, for 2 hours." in page
    assert "About redis" not in page
    User.objects.get(email="clerk@example.org").user_permissions.clear()
    assert "About disk" not in page_of(client)


@pytest.mark.parametrize("rows", [1, 100])
def test_the_index_asks_the_same_number_of_times(
    staff: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    busy_day(rows)
    with django_assert_num_queries(PLAIN + FIGURES + KINDS):
        page = page_of(staff)
    assert len(labels(page)) == 10


def test_no_other_page_of_the_administration_asks_for_them(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):  # the user
        page = page_of(staff, "/admin/generation/")
    assert labels(page) == []
    assert labels(page_of(staff, "/admin/billing/booking/")) == []


@pytest.mark.parametrize(
    ("permission", "seen"),
    [
        ("billing.view_booking", ["orders", "revenue"]),
        ("generation.view_job", ["jobs", "queue"]),
        ("generation.view_attempt", ["spending"]),
        ("generation.view_disclosure", ["disclosed"]),
        ("documents.view_source", ["searching"]),
        ("axes.view_accessfailurelog", ["signins"]),
        ("platform.view_alert", ["waiting"]),
        ("platform.view_backuprun", ["backups", "waiting"]),
        ("accounts.view_user", []),
    ],
)
def test_staff_see_the_figures_of_what_they_may_see(client: Client, permission: str, seen: list[str]) -> None:
    who_may(client, permission)
    page = page_of(client)
    assert labels(page) == seen
    assert ("Today at a glance" in page) == bool(seen)


def test_what_one_may_not_see_is_not_asked_for(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert dashboard.figures(user=AnonymousUser(), now=timezone.now()) == []


def test_addresses_lead_to_pages_that_open(staff: Client) -> None:
    found = re.findall(r'-label"><a href="(.*?)"', page_of(staff))
    assert len(found) == 9
    for address in set(found):
        assert staff.get(address).status_code == 200


def test_a_budget_that_is_gone_or_missing_stands_out(staff: Client) -> None:
    busy_day(0)
    Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=Decimal(13))
    Budget.objects.filter(scope=Scope.HOUSE_MONTH).delete()
    page = page_of(staff)
    assert '<rect class="over"' in page
    assert "103 % of the day&#x27;s budget" in page
    assert re.search(r'<text class="over"[^>]*>€12.50, no limit</text>', page)


@pytest.mark.parametrize(
    ("age", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_660, "1 h 1 min"), (180_000, "50 h 0 min")],
)
def test_an_age_is_said_in_the_unit_that_matters(age: int, words: str) -> None:
    assert dashboard._age(timedelta(seconds=age)) == words


def test_hours_to_come_are_not_in_the_table(staff: Client) -> None:
    user = User.objects.get()
    orders = dashboard.figures(user=user, now=datetime(2026, 11, 21, 2, 30, tzinfo=UTC))[0]
    assert [label for label, _ in orders.rows] == ["00:00", "01:00", "02:00"]


def test_services_that_nobody_asked_yet_are_not_said_to_answer(staff: Client) -> None:
    assert "none has answered yet" in page_of(staff)
    now = timezone.now()
    search_services.record(answered=["crossref"], failed={"openalex": "timeout"}, now=now)
    page = page_of(staff)
    assert "1 of 6 answer" in page
    assert "has not answered yet" in page
    assert "not asked yet" in page


def test_the_front_page_says_that_nothing_can_be_written(staff: Client, client: Client) -> None:
    assert "messagelist" not in page_of(staff)
    AIModel.objects.update(enabled=False)
    assert "No model is enabled: nothing can be written." in page_of(staff)
    who_may(client, "documents.view_source")
    assert "No model is enabled" not in page_of(client)


def test_the_age_of_the_newest_backup_stands_on_the_front_page(staff: Client, settings: Any) -> None:
    assert "none are set up" in page_of(staff)
    settings.BACKUP_PLACES = (object(),)
    assert "none has been taken yet" in page_of(staff)
    now = timezone.now()
    for kind, hours in ((BackupKind.FULL, 30), (BackupKind.FULL, 6), (BackupKind.FILES, 1)):
        at = now - timedelta(hours=hours)
        BackupRun.objects.create(kind=kind, state="succeeded", ended_at=at, due_at=None, size_bytes=3 * 1024**2)
    page = page_of(staff)
    assert '<p class="figure-value">6 h 0 min</p>' in page
    assert "full: 6 h 0 min ago · 3.0" in page
    assert "drill: none yet" in page
