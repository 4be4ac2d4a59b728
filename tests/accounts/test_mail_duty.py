"""Mails as rows that must be worked on: taken over, given up aloud, shown to staff, and those of before (R-116)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from celery import current_app
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from accounts.domain import mail
from accounts.models import Mail, User
from tesigo.platform import duty
from tesigo.platform.alerts import TASK as ALERT_TASK
from tesigo.platform.enqueue import outbox
from tesigo.platform.models import Alert
from tesigo.tasks import send_alert
from tests.accounts.journey import ADDRESS, ask
from tests.migrating import back_to, forward
from tests.platform.test_dashboard import who_may

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/waiting/mail/"
SECOND = timedelta(seconds=1)
BEFORE = [("accounts", "0002_daily_use")]


@pytest.fixture
def row(db: None) -> Mail:
    """A mail that waits."""
    ada = User.objects.create_user(ADDRESS, email_as_typed=ADDRESS, name="Ada")
    mail.send_mail(user=ada, template="ready", context={"title": "Lamps"})
    return Mail.objects.get()


class Queue:
    """The tasks that wait at the broker."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def take(self) -> list[tuple[str, str]]:
        """Names and arguments of all, which are gone afterwards."""
        outbox.flush(seconds=10)
        key = f"tesigo:{current_app.conf.task_default_queue}"
        found: Any = self.client.lrange(key, 0, -1)
        self.client.delete(key)
        heads = [json.loads(message)["headers"] for message in found]
        return [(head["task"], head["argsrepr"]) for head in heads]


@pytest.fixture
def queue(_redis_client: redis.Redis) -> Queue:
    return Queue(_redis_client)


def give_up(row: Mail) -> None:
    held = duty.claim(mail.MAILS, row.pk)
    assert held
    duty.give_up(mail.MAILS, held, "SMTPServerDisconnected")


def test_it_is_handed_out_at_once_and_not_again_by_the_next_look(row: Mail, queue: Queue) -> None:
    told = (mail.SEND_TASK, f"('{row.pk}',)")
    assert queue.take() == [told]
    assert duty.nudge_due() == 0
    assert row.due_at
    assert duty.nudge_due(now=row.due_at + mail.MAILS.nudge_lasts) == 1
    assert queue.take() == [told]


def test_a_worker_that_dies_while_sending_leaves_a_mail_that_is_due_again(row: Mail, queue: Queue) -> None:
    queue.take()
    now = timezone.now()
    assert duty.claim(mail.MAILS, row.pk, now=now)
    assert duty.nudge_due(now=now + mail.MAILS.lease - SECOND) == 0
    assert duty.nudge_due(now=now + mail.MAILS.lease) == 1
    assert queue.take() == [(mail.SEND_TASK, f"('{row.pk}',)")]
    again = duty.claim(mail.MAILS, row.pk, now=now + mail.MAILS.lease)
    assert again
    assert again.tries == 2


def test_workers_that_all_die_of_a_mail_do_not_get_it_for_ever(row: Mail) -> None:
    now = timezone.now()
    for _ in range(mail.MAX_TRIES):
        assert duty.claim(mail.MAILS, row.pk, now=now)
        now += mail.MAILS.lease
    assert not mail.deliver(mail_id=str(row.pk), now=now)
    row.refresh_from_db()
    assert (row.state, row.due_at, row.error) == ("failed", None, "No try came to an end.")


def test_what_was_given_up_is_shown_to_staff_who_have_it_tried_again(row: Mail, client: Client, queue: Queue) -> None:
    give_up(row)
    queue.take()
    who_may(client, "accounts.view_mail", "accounts.change_mail")
    page = client.get(PAGE).content.decode()
    for words in (str(row.pk), "SMTPServerDisconnected", f"{PAGE}{row.pk}/again/"):
        assert words in page
    assert "ada@" not in page
    assert client.post(f"{PAGE}{row.pk}/again/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.given_up_at, row.tries) == ("queued", None, 0)
    assert queue.take() == [(mail.SEND_TASK, f"('{row.pk}',)")]


def test_a_sign_in_mail_that_was_given_up_offers_no_other_try(client: Client) -> None:
    ask()
    row = Mail.objects.get()
    give_up(row)
    row.refresh_from_db()
    assert row.sealed == ""
    who_may(client, "accounts.view_mail", "accounts.change_mail")
    page = client.get(PAGE).content.decode()
    assert str(row.pk) in page
    assert "/again/" not in page
    client.post(f"{PAGE}{row.pk}/again/")
    row.refresh_from_db()
    assert row.state == "failed"


def test_staff_are_told_at_once_that_a_mail_was_given_up(row: Mail, queue: Queue, settings: Settings) -> None:
    settings.ALERT_EMAILS = ["boss@example.org"]
    queue.take()
    give_up(row)
    alert = Alert.objects.get()
    assert queue.take() == [(ALERT_TASK, f"('{alert.pk}',)")], "beat has not looked yet"
    send_alert(str(alert.pk))
    (letter,) = django_mail.outbox
    assert letter.to == ["boss@example.org"]
    assert str(row.pk) in letter.body
    assert f"{settings.SITE_URL}{PAGE}" in letter.body
    assert ADDRESS not in letter.subject + str(letter.body)


@pytest.fixture
def as_before(transactional_db: None) -> Iterator[None]:
    """The tables as they were when mails had a way of their own."""
    back_to(BEFORE)
    yield
    forward()


OLD_INSERT = """
    INSERT INTO accounts_mail (id, "to", template, context, sealed, language, state, error, tries, created_at,
                               next_try_at)
    VALUES (gen_random_uuid(), 'ada@university.example', %s, '{}', '', 'en', %s, '', %s, now(), %s)
"""


def insert_as_before(name: str, state: str, tries: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OLD_INSERT, [name, state, tries, timezone.now() - SECOND])


def test_mails_of_before_are_taken_over_and_a_site_of_before_goes_on(as_before: None) -> None:
    insert_as_before("waits", "queued", 0)
    insert_as_before("failed-once", "queued", 1)
    insert_as_before("sent", "sent", 1)
    insert_as_before("lost", "failed", 12)
    every = IntervalSchedule.objects.create(every=30, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="send-waiting-mails", task="accounts.tasks.send_waiting_mails", interval=every)
    forward()
    assert not PeriodicTask.objects.exists()
    insert_as_before("by-the-old-site", "queued", 0)
    due = duty.due(mail.MAILS, now=timezone.now())
    assert sorted(due.values_list("template", "tries")) == [("by-the-old-site", 0), ("failed-once", 1), ("waits", 0)]
    assert not Mail.objects.exclude(state="queued").filter(due_at__isnull=False).exists()
    with connection.cursor() as cursor:  # the old site's end of a mail, which knows nothing of ``due_at``
        cursor.execute("UPDATE accounts_mail SET state = 'sent', sealed = '', error = '' WHERE template = 'waits'")
    assert duty.nudge_due() == 2
    assert Mail.objects.get(template="waits").due_at is None
