"""Staff see what waits, what was given up and why, and have it tried again once, with a trace (R-116)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from privacy.domain import consent
from privacy.enums import ConsentKind
from privacy.models import AuditEvent
from tesigo import waiting
from tesigo.platform import alert_mail, duty
from tesigo.platform.models import Alert
from tests.billing.concurrently import at_once
from tests.platform.test_dashboard import who_may
from tests.staff import same_browser, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a password that is long"
PAGE = "/admin/waiting/alert/"
HOUR = timedelta(hours=1)


@pytest.fixture
def staff(client: Client) -> User:
    return who_may(client, "platform.view_alert", "platform.change_alert")


def alert(**fields: Any) -> Alert:
    """One alert among the rows."""
    return Alert.objects.create(**{"key": "k", "subject": "Said to staff", "text": "Words within"} | fields)


def given_up(at: datetime | None = None, **fields: Any) -> Alert:
    values = {"due_at": None, "given_up_at": at or timezone.now(), "tries": 3, "error": "SMTPException"}
    return alert(**values | fields)


def put_off() -> Alert:
    return alert(due_at=timezone.now() + HOUR, tries=1, error="OSError")


def again(row: Alert) -> str:
    return f"{PAGE}{row.pk}/again/"


def page_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_rows_are_counted_by_what_becomes_of_them() -> None:
    now = timezone.now()
    alert(due_at=now - timedelta(seconds=5))
    alert(due_at=now - HOUR)
    alert(due_at=now - HOUR, tries=1)
    put_off()
    alert(due_at=now + HOUR, tries=1)
    given_up()
    given_up()
    alert(due_at=None, sent_at=now)
    [found] = waiting.counts([alert_mail.ALERTS], now=now)
    assert (found.waiting, found.late, found.working, found.given_up) == (4, 2, 1, 2)


def test_what_a_worker_does_moves_a_row_from_count_to_count() -> None:
    row = alert(due_at=timezone.now() - timedelta(seconds=1))

    def standing() -> tuple[int, int, int]:
        [found] = waiting.counts([alert_mail.ALERTS], now=timezone.now())
        return found.waiting, found.working, found.given_up

    assert standing() == (1, 0, 0)
    held = duty.claim(alert_mail.ALERTS, row.pk)
    assert held is not None
    assert standing() == (0, 1, 0)
    duty.later(alert_mail.ALERTS, held, "no route")
    assert standing() == (1, 0, 0)
    Alert.objects.update(due_at=timezone.now())
    held = duty.claim(alert_mail.ALERTS, row.pk)
    assert held is not None
    duty.give_up(alert_mail.ALERTS, held, "no route")
    assert standing()[2] == 1


def test_the_page_says_why_and_shows_no_more_than_it_should(staff: User, client: Client) -> None:
    older = given_up(at=timezone.now() - HOUR)
    newer = given_up(traceback="tesigo/x.py:1 in y")
    waits = alert(due_at=timezone.now())
    page = page_of(client)
    assert page.index(f">{newer.pk}<") < page.index(f">{older.pk}<") < page.index(f">{waits.pk}<")
    for words in ("Said to staff", "SMTPException", "<pre>tesigo/x.py:1 in y</pre>", "3 tries", again(newer)):
        assert words in page
    assert again(waits) not in page
    assert "Words within" not in page
    assert "style=" not in page
    assert "<script" not in page.partition('id="content"')[2].partition("</main>")[0]


@pytest.mark.parametrize("make", [given_up, put_off])
def test_a_row_is_tried_again_once_and_leaves_a_trace(staff: User, client: Client, make: Any) -> None:
    row = make()
    before = timezone.now()
    assert [client.post(again(row)).status_code for _ in range(2)] == [302, 302]
    row.refresh_from_db()
    assert row.given_up_at is None
    assert before <= row.due_at <= timezone.now()
    event = AuditEvent.objects.get(action="duty.tried_again")
    assert (event.actor_id, event.object_type, event.object_id) == (staff.pk, "platform.alert", str(row.pk))
    assert event.details == {"kind": "alert"}


def test_clicks_at_once_try_one_time(staff: User, client: Client) -> None:
    row = given_up()

    def click() -> None:
        browser = same_browser(client)
        assert browser.post(again(row)).status_code == 302

    at_once(6, click)
    assert AuditEvent.objects.filter(action="duty.tried_again").count() == 1


@pytest.mark.parametrize("make", [given_up, put_off])
def test_of_two_clicks_that_pass_each_other_one_counts(make: Any) -> None:
    row, now = make(), timezone.now()
    assert duty.try_again(alert_mail.ALERTS, row.pk, now=now)
    assert not duty.try_again(alert_mail.ALERTS, row.pk, now=now - timedelta(seconds=1))


def test_a_worker_whose_clock_is_behind_takes_what_it_was_told_of_and_only_once() -> None:
    row, now = given_up(), timezone.now()
    behind = now - timedelta(seconds=1)
    assert duty.claim(alert_mail.ALERTS, put_off().pk, now=behind) is None
    assert duty.try_again(alert_mail.ALERTS, row.pk, now=now)
    assert duty.claim(alert_mail.ALERTS, row.pk, now=behind) is not None
    assert duty.claim(alert_mail.ALERTS, row.pk, now=behind) is None


def test_what_is_in_hands_or_done_is_left_alone(staff: User, client: Client) -> None:
    rows = [alert(due_at=timezone.now() + HOUR, tries=1), alert(due_at=None, sent_at=timezone.now())]
    due = [row.due_at for row in rows]
    for row in rows:
        assert client.post(again(row)).status_code == 302
        row.refresh_from_db()
    assert [row.due_at for row in rows] == due
    assert not AuditEvent.objects.filter(action="duty.tried_again").exists()


def test_only_staff_with_the_right_come_in(client: Client) -> None:
    row = given_up()
    student = User.objects.create_user("student@example.org", PASSWORD)
    consent.give(user=student, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    for user in (None, student):
        browser = Client()
        if user is not None:
            browser.force_login(user)
        for answer in (browser.get(PAGE), browser.post(again(row))):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/admin/login/")
    who_may(client, "documents.view_source")
    for answer in (client.get("/admin/waiting/"), client.get(PAGE), client.post(again(row))):
        assert answer.status_code == 404
    row.refresh_from_db()
    assert row.given_up_at is not None


def test_who_may_only_look_moves_nothing(client: Client) -> None:
    who_may(client, "platform.view_alert")
    row = given_up()
    assert again(row) not in page_of(client)
    assert client.post(again(row)).status_code == 404
    assert client.get("/admin/waiting/export/").status_code == 404


def test_another_try_takes_a_post_with_its_token(staff: User, client: Client) -> None:
    row = given_up()
    assert client.get(again(row)).status_code == 405
    strict = same_browser(client, enforce_csrf_checks=True)
    assert strict.post(again(row)).status_code == 403
    for unknown in ("999999", "no-number", "99999999999999999999"):
        assert client.post(f"{PAGE}{unknown}/again/").status_code == 404
    row.refresh_from_db()
    assert row.given_up_at is not None


def test_a_hundred_rows_cost_no_more_questions_than_one(staff: User, client: Client) -> None:
    asked = []
    for more in (1, 99):
        for _ in range(more):
            given_up()
        with CaptureQueriesContext(connection) as found:
            page_of(client)
        asked.append(len(found))
    assert asked[0] == asked[1]
    assert "page 2 of 2" in page_of(client, f"{PAGE}?page=2")
    assert "page 2 of 2" in page_of(client, f"{PAGE}?page=77")


@pytest.fixture
def another() -> Iterator[duty.Kind[Any]]:
    kind = replace(alert_mail.ALERTS, name="another", label="Another kind")
    duty.register(kind)
    yield kind
    del duty._kinds["another"]


def test_a_kind_that_is_registered_is_there(staff: User, client: Client, another: duty.Kind[Any]) -> None:
    given_up()
    assert "Another kind" in page_of(client, "/admin/waiting/another/")
    assert "2 given up" in page_of(client, "/admin/")


def test_the_front_page_counts_and_leads_there(staff: User, client: Client) -> None:
    given_up()
    alert(due_at=timezone.now() - HOUR)
    page = page_of(client, "/admin/")
    assert '<h2 id="waiting-label"><a href="/admin/waiting/">Work that waits</a></h2>' in page
    assert '<p class="figure-value">1 given up</p>' in page
    assert "1 late" in page


def test_an_alert_names_the_page_that_shows_its_row(staff: User, client: Client, settings: Any) -> None:
    settings.SITE_URL, settings.ALERT_EMAILS = "https://tesigo.example", ["boss@example.org"]
    row = alert(due_at=timezone.now())
    held = duty.claim(alert_mail.ALERTS, row.pk)
    assert held is not None
    duty.give_up(alert_mail.ALERTS, held, "no route")
    told = Alert.objects.get(key="given-up:alert")
    assert alert_mail.send(alert_id=told.pk, now=timezone.now() + timedelta(seconds=1))
    [letter] = mail.outbox
    address = next(line for line in str(letter.body).splitlines() if line.startswith("https://tesigo.example/"))
    assert again(row) in page_of(client, address.removeprefix("https://tesigo.example"))


def test_alerts_can_be_read_and_not_written(staff: User, client: Client) -> None:
    row = alert(due_at=None, sent_at=timezone.now(), tries=2)
    assert "Said to staff" in page_of(client, "/admin/platform/alert/")
    page = page_of(client, f"/admin/platform/alert/{row.pk}/change/")
    assert 'name="_save"' not in page
    assert client.get("/admin/platform/alert/add/").status_code == 403
    who_may_not = Client()
    sign_in(who_may_not, User.objects.create_user("other@example.org", PASSWORD, is_staff=True))
    assert who_may_not.get("/admin/platform/alert/").status_code == 403


def test_the_list_of_alerts_says_which_were_sent_wait_or_were_given_up(client: Client) -> None:
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    listed = "/admin/platform/alert/"
    alert(due_at=timezone.now())
    assert '<td class="field-standing">waits</td>' in client.get(listed).content.decode()
    gone = alert(due_at=None, given_up_at=timezone.now(), tries=8, error="SMTPException", traceback="in send_it_now")
    assert '<td class="field-standing">given up</td>' in client.get(listed).content.decode()
    assert "in send_it_now" in client.get(f"{listed}{gone.pk}/change/").content.decode()
