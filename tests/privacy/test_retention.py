"""What has been kept long enough goes at night; a dry run lists it (R-73)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Device, Mail, SignInRequest, User
from privacy import registry, tasks
from privacy.domain import audit, retention
from privacy.domain.consent import give
from privacy.enums import ConsentKind
from privacy.models import AuditEvent, Consent
from tesigo.platform.models import Alert
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
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
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


def test_one_failing_rule_keeps_no_other_from_being_applied_and_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _aged(31)

    def fail(_rows: object) -> int:
        raise OSError("words of somebody")

    label = "Requests to sign in"
    broken = registry.Retention("accounts.SignInRequest", label, timedelta(days=30), forget=fail)
    sound = registry.Retention("accounts.SignInRequest", label, timedelta(days=30))
    monkeypatch.setattr(registry, "retention_rules", lambda: iter([broken, sound]))
    with pytest.raises(CommandError, match=r"^1 rule could"):
        call_command("apply_retention")
    assert not SignInRequest.objects.exists()
    said = capsys.readouterr()
    assert "failed (OSError)" in said.err
    assert "1 gone" in said.out
    alert = Alert.objects.get(key="retention:accounts.SignInRequest")
    assert "words of somebody" not in alert.text


def test_rows_that_cannot_go_keep_no_younger_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 1)
    stuck, _other = _aged(33), _aged(32)

    def forget(rows: QuerySet[Model]) -> int:
        return rows.exclude(pk=stuck.pk).order_by().delete()[1].get("accounts.SignInRequest", 0)

    rule = registry.Retention("accounts.SignInRequest", "some", timedelta(days=30), forget=forget)
    monkeypatch.setattr(registry, "retention_rules", lambda: iter([rule]))
    assert retention.apply(now=timezone.now())[0].rows == 1
    assert list(SignInRequest.objects.all()) == [stuck]


def test_a_rule_with_too_many_rows_that_cannot_go_ends_until_the_next_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 1)
    monkeypatch.setattr(retention, "_MOST_STUCK_ROWS", 2)
    for days in (33, 32, 31):
        _aged(days)
    tried: list[object] = []

    def forget(rows: QuerySet[Model]) -> int:
        tried.extend(rows.values_list("pk", flat=True))
        return 0

    rule = registry.Retention("accounts.SignInRequest", "stuck", timedelta(days=30), forget=forget)
    monkeypatch.setattr(registry, "retention_rules", lambda: iter([rule]))
    assert retention.apply(now=timezone.now())[0].rows == 0
    assert len(set(tried)) == len(tried) == 2


def test_a_dry_run_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("apply_retention", "--dry-run")
    listed = capsys.readouterr().out
    for rule in registry.retention_rules():
        assert f"{rule.model}: {rule.label}, kept {rule.keep.days} days" in listed
    assert "0 would be emptied" in listed


def test_address_and_browser_of_a_consent_are_emptied_and_the_consent_stays() -> None:
    ada = User.objects.create_user("ada@university.example")
    for days in (731, 729):
        at = timezone.now() - timedelta(days=days)
        Consent.objects.create(
            user=ada,
            kind="essential",
            granted=True,
            policy_version="1",
            ip="203.0.113.7",
            user_agent="A",
            created_at=at,
        )
    retention.apply(now=timezone.now())
    retention.apply(now=timezone.now())
    young, old = Consent.objects.order_by("-created_at")
    assert (young.ip, young.user_agent) == ("203.0.113.7", "A")
    assert (old.ip, old.user_agent, old.granted) == (None, "", True)
    event = AuditEvent.objects.get(action="retention.applied", details__model="privacy.Consent")
    assert event.details["emptied"] == ["ip", "user_agent"]


def test_the_trail_goes_after_four_years_from_its_beginning_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    # The fourth was written later than the fifth: a long transaction sealed it late.
    for days in (1600, 1500, 1462, 1400, 1470, 3):
        at = timezone.now() - timedelta(days=days)
        AuditEvent.objects.create(at=at, action="test.done", object_type="", object_id="")
    audit.seal_new()
    retention.apply(now=timezone.now())
    left = AuditEvent.objects.filter(action="test.done").order_by("seal").values_list("seal", flat=True)
    assert list(left) == [4, 5, 6], "nothing goes from between"
    audit.seal_new()
    assert audit.verify().broken_at is None
    assert audit.verify().cut == 3


def test_the_policy_page_leads_to_what_it_promises(client: Client, settings: Settings) -> None:
    settings.ERASURE_WAITS = timedelta(days=9)
    page = client.get("/privacy-policy/").content.decode()
    ada = User.objects.create_user("ada@university.example")
    give(user=ada, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    client.force_login(ada)
    for path in ("/account/data/", "/account/", "/account/erase/"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200
    assert "after 9 days in which you can change your mind" in page


def test_the_policy_page_names_each_rule_once(client: Client) -> None:
    page = client.get("/privacy-policy/").content.decode()
    assert page.count("Copies of what the payment provider knows of a payment") == 1
    assert "1461 days" in page
