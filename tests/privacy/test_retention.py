"""What has been kept long enough goes at night; a dry run lists it (R-73)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Device, Mail, SignInRequest, User
from privacy import registry, tasks
from privacy.domain import retention
from privacy.models import AuditEvent
from tests.accounts.journey import ask

pytestmark = pytest.mark.django_db


def _aged(days: int) -> SignInRequest:
    request = ask(f"a{days}@uni{days}.example", ip=f"203.0.113.{days}")
    at = timezone.now() - timedelta(days=days)
    SignInRequest.objects.filter(pk=request.pk).update(created_at=at, expires_at=at + timedelta(minutes=15))
    return request


def test_old_requests_go_and_young_ones_stay() -> None:
    old, young = _aged(31), _aged(29)
    retention.apply(now=timezone.now())
    assert list(SignInRequest.objects.all()) == [young]
    assert not Mail.objects.filter(signin=old.pk).exists()
    event = AuditEvent.objects.get(action="retention.applied")
    assert event.details == {"model": "accounts.SignInRequest", "rows": 1, "kept_days": 30}


def test_mails_go_after_ninety_days() -> None:
    user = User.objects.create_user("ada@university.example")
    for days in (89, 91):
        at = timezone.now() - timedelta(days=days)
        Mail.objects.create(user=user, to=user.email, template="x", created_at=at)
    tasks.apply_retention()
    assert Mail.objects.count() == 1


def test_a_dry_run_lists_what_would_go_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    old = _aged(31)
    call_command("apply_retention", "--dry-run")
    listed = capsys.readouterr().out
    assert "accounts.SignInRequest: Requests to sign in, kept 30 days: 1 would go" in listed
    assert str(old.pk) in listed
    assert SignInRequest.objects.count() == 1
    call_command("apply_retention")
    assert "kept 30 days: 1 gone" in capsys.readouterr().out
    assert not SignInRequest.objects.exists()


def test_many_rows_go_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    user = User.objects.create_user("ada@university.example")
    long_ago = timezone.now() - timedelta(days=200)
    for _ in range(5):
        Mail.objects.create(user=user, to=user.email, template="x", created_at=long_ago)
    gone = {applied.rule.model: applied.rows for applied in retention.apply(now=timezone.now())}
    assert gone["accounts.Mail"] == 5


def test_a_rule_that_cannot_let_go_waits_for_the_next_night(monkeypatch: pytest.MonkeyPatch) -> None:
    _aged(31)
    rule = registry.Retention("accounts.SignInRequest", "stuck", timedelta(days=30), forget=lambda rows: 0)
    monkeypatch.setattr(registry, "retention_rules", lambda: iter([rule]))
    assert retention.apply(now=timezone.now())[0].rows == 0
    assert SignInRequest.objects.count() == 1


def test_dead_sessions_and_their_devices_go(client: Client) -> None:
    user = User.objects.create_user("ada@university.example")
    client.force_login(user)
    other = Client()
    other.force_login(user)
    long_ago = timezone.now() - timedelta(days=20)
    Device.objects.update(created_at=long_ago)
    Session.objects.filter(session_key=other.session.session_key).update(expire_date=long_ago)
    retention.apply(now=timezone.now())
    retention.apply(now=timezone.now())
    assert [device.session_key for device in Device.objects.all()] == [client.session.session_key]


def test_the_policy_page_shows_the_rules_that_are_applied(client: Client) -> None:
    page = client.get("/privacy-policy/").content.decode()
    assert "Requests to sign in" in page
    assert "30 days" in page
