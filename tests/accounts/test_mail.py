"""Mails: queued, sent, bounced, opened, given up (R-54)."""

import smtplib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import mail
from accounts.models import Mail, User
from tesigo.platform import duty
from tesigo.platform.enqueue import outbox
from tesigo.platform.models import Alert
from tesigo.tasks import nudge_due
from tests.accounts.journey import ADDRESS, Post, ask, at_once

pytestmark = pytest.mark.django_db


TEXT = "{% autoescape off %}About {{ title }}\n\nHello {{ name }}, see {{ site.url }}/x/{% endautoescape %}"
HTML = '{% extends "mails/layout.html" %}{% block words %}<p>Hello {{ name }}: {{ title }}</p>{% endblock %}'


@pytest.fixture
def hello(settings: Settings, tmp_path: Path) -> str:
    """A template of the test's own."""
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "hello.txt").write_text(TEXT)
    (folder / "hello.html").write_text(HTML)
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]
    return "hello"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user(ADDRESS, email_as_typed="Ada+x@university.example", name="Ada <b>")


@pytest.fixture
def broker(_redis_client: redis.Redis) -> redis.Redis:
    return _redis_client


def test_a_mail_goes_to_the_address_as_typed(post: Post, ada: User, hello: str, settings: Settings) -> None:
    mail.send_mail(user=ada, template=hello, context={"title": "Q&A"})
    post.deliver()
    arrived = post.sandbox.control.mails("Ada+x@university.example")[0]
    assert arrived["subject"] == "About Q&A"
    foot = [f"Contact: {settings.CONTACT_EMAIL}", f"Imprint: {settings.SITE_URL}/imprint/"]
    assert arrived["text"].strip().splitlines() == [f"Hello Ada <b>, see {settings.SITE_URL}/x/", *foot]
    assert "Hello Ada &lt;b&gt;" in arrived["html"]
    assert settings.NOTICE_BANNER in arrived["html"]
    row = Mail.objects.get()
    assert (row.state, row.tries) == ("sent", 1)
    assert row.sent_at


def test_a_subject_cannot_smuggle_headers_in(post: Post, ada: User, hello: str) -> None:
    mail.send_mail(user=ada, template=hello, context={"title": "x\nBcc: eve@evil.example\n\nhi"})
    post.deliver()
    arrived = post.sandbox.control.mails("Ada+x@university.example")[0]
    assert arrived["to"] == ["Ada+x@university.example"]
    assert arrived["subject"] == "About x"


def test_once_means_once(post: Post, ada: User, hello: str) -> None:
    for _ in range(3):
        mail.send_mail(user=ada, template=hello, context={"title": "x"}, once_key="ready:1")
    post.deliver()
    post.deliver()
    assert len(post.sandbox.control.mails("Ada+x@university.example")) == 1


@pytest.mark.django_db(transaction=True)
def test_once_means_once_for_many_at_once(post: Post, ada: User, hello: str) -> None:
    def send(_number: int) -> None:
        mail.send_mail(user=ada, template=hello, context={"title": "x"}, once_key="ready:1")

    assert at_once(10, send) == [None] * 10
    row = Mail.objects.get()
    sent = at_once(10, lambda _number: mail.deliver(mail_id=str(row.pk)))
    assert sum(sent) == 1
    assert len(post.sandbox.control.mails("Ada+x@university.example")) == 1


def test_a_server_that_fails_for_now_is_asked_again_later(post: Post, ada: User, hello: str) -> None:
    post.sandbox.control.fault("smtp", "status", status=451, times=2)
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    row = Mail.objects.get()
    now = timezone.now()
    waits = []
    for _ in range(2):
        assert mail.deliver(mail_id=str(row.pk), now=now) is False
        row.refresh_from_db()
        assert row.state == "queued"
        waits.append(row.due_at - now)
        assert not duty.due(mail.MAILS, now=now).exists()
        now = row.due_at or now
    assert waits == [timedelta(seconds=30), timedelta(seconds=60)]
    assert duty.due(mail.MAILS, now=now).get() == row
    assert mail.deliver(mail_id=str(row.pk), now=now) is True
    row.refresh_from_db()
    assert (row.state, row.tries, row.error) == ("sent", 3, "")


def test_a_server_that_is_away_is_given_up_at_last(ada: User, hello: str, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    row = Mail.objects.get()
    began = now = timezone.now()
    for _ in range(mail.MAX_TRIES):
        assert row.state == "queued"
        assert mail.deliver(mail_id=str(row.pk), now=now) is False
        row.refresh_from_db()
        now = row.due_at or now
    assert (row.state, row.error) == ("failed", "ConnectionRefusedError")
    assert (row.tries, row.given_up_at, row.due_at) == (12, now, None)
    assert timedelta(hours=12) < now - began < timedelta(hours=13)
    assert "accounts/domain/mail.py:" in row.traceback
    assert ADDRESS.partition("@")[2] not in row.error + row.traceback
    alert = Alert.objects.get(key="given-up:mail")
    assert str(row.pk) in alert.text
    assert "@" not in alert.text
    assert duty.try_again(mail.MAILS, row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("queued", 0)
    Mail.objects.update(due_at=None)
    assert not duty.due(mail.MAILS, now=now + timedelta(days=1)).exists()


def test_a_refused_recipient_is_a_bounce(post: Post, hello: str) -> None:
    user = User.objects.create_user("bounce@university.example")
    mail.send_mail(user=user, template=hello, context={"title": "x"})
    post.deliver()
    row = Mail.objects.get()
    assert (row.state, row.error) == ("bounced", "refused: 550 5.1.1")
    assert "bounce" not in row.error


class GreylistingBackend(BaseEmailBackend):
    """A server that refuses recipients it sees for the first time, for now."""

    code = 450

    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({email_messages[0].to[0]: (self.code, b"try again later")})


def test_a_recipient_refused_for_now_is_tried_again(ada: User, hello: str, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.GreylistingBackend"
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    row = Mail.objects.get()
    assert mail.deliver(mail_id=str(row.pk)) is False
    row.refresh_from_db()
    assert (row.state, row.error) == ("queued", "refused for now")
    assert str(row) == f"hello {row.pk}"


@pytest.mark.django_db(transaction=True)
def test_a_lost_nudge_is_sent_once_more_however_often_beat_looks(ada: User, hello: str, broker: redis.Redis) -> None:
    """Over a real Celery broker: the task of each due mail stands in the queue, once."""
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    outbox.flush(seconds=10)
    broker.flushdb()
    Mail.objects.update(nudged_at=timezone.now() - mail.MAILS.nudge_lasts)
    for _ in range(5):
        nudge_due()
    outbox.flush(seconds=10)
    assert broker.llen(f"tesigo:{current_app.conf.task_default_queue}") == 1
    with current_app.connection_for_read() as connection:
        message = connection.SimpleQueue(current_app.conf.task_default_queue).get(timeout=60)
        message.ack()
    assert message.headers["task"] == mail.SEND_TASK
    assert message.payload[0] == [str(Mail.objects.get().pk)]


def test_a_sign_in_mail_is_not_sent_when_it_is_too_late(post: Post) -> None:
    request = ask()
    row = Mail.objects.get()
    assert mail.deliver(mail_id=str(row.pk), now=request.expires_at + timedelta(seconds=1)) is False
    row.refresh_from_db()
    assert (row.state, row.sealed) == ("failed", "")
    assert not duty.try_again(mail.MAILS, row.pk), "its link and code are gone"
    assert post.sandbox.control.mails(ADDRESS) == []


def test_an_interrupted_try_is_taken_over(post: Post, ada: User, hello: str) -> None:
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    row = Mail.objects.get()
    # As a worker leaves it that is killed right after claiming the try.
    Mail.objects.update(tries=1, due_at=timezone.now() + timedelta(seconds=60))
    assert mail.deliver(mail_id=str(row.pk)) is False
    assert mail.deliver(mail_id=str(row.pk), now=timezone.now() + timedelta(seconds=61)) is True
    arrived = post.sandbox.control.mails("Ada+x@university.example")[0]
    assert arrived["headers"]["Message-ID"].startswith(f"<{row.pk}@")


@pytest.mark.parametrize("code", [450, 550])
def test_a_worker_whose_lease_ran_out_leaves_the_mail_to_the_next(
    ada: User, hello: str, settings: Settings, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    row = Mail.objects.get()
    now = timezone.now()
    slow = duty.claim(mail.MAILS, row.pk, now=now)
    assert slow
    assert duty.claim(mail.MAILS, row.pk, now=now) is None
    assert duty.claim(mail.MAILS, row.pk, now=now + timedelta(seconds=61))
    settings.EMAIL_BACKEND = f"{__name__}.GreylistingBackend"
    monkeypatch.setattr(GreylistingBackend, "code", code)
    assert not duty.carry_out(mail.MAILS, slow, mail._send, now=now)
    row.refresh_from_db()
    assert (row.state, row.tries, row.due_at) == ("queued", 2, now + timedelta(seconds=121))


def test_the_database_keeps_a_mail_that_was_given_up_from_being_due(ada: User, hello: str) -> None:
    mail.send_mail(user=ada, template=hello, context={"title": "x"})
    with pytest.raises(IntegrityError, match="mail_given_up_is_over"), transaction.atomic():
        Mail.objects.update(given_up_at=timezone.now())


def test_the_database_lets_no_sealed_secret_outlive_its_mail(post: Post) -> None:
    ask()
    with pytest.raises(IntegrityError, match="mail_seal_only_while_queued"), transaction.atomic():
        Mail.objects.update(state="sent")
    with pytest.raises(IntegrityError, match="mail_state_known"), transaction.atomic():
        Mail.objects.update(state="lost", sealed="")


def test_text_and_html_say_the_same() -> None:
    context = {"link": "https://x.example/l", "code": "123456", "site": {"name": "TesiGo", "url": "https://x.example"}}
    text, html = (render_to_string(f"mails/signin.{kind}", context) for kind in ("txt", "html"))
    for words in ("https://x.example/l", "123456", "10 minutes", "Give the code to nobody"):
        assert words in text
        assert words in html
