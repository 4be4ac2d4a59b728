"""An account that nobody uses: its owner is told a month before it goes (R-73)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.api_models import ApiSignIn, ApiToken
from accounts.domain import inactivity
from accounts.enums import ApiScope
from accounts.models import Device, Mail, User
from accounts.tasks import tell_inactive
from privacy import registry
from privacy.domain import erasure, retention
from privacy.models import AuditEvent, Erasure
from tesigo.platform.models import Alert
from tests.accounts.journey import Post, sign_in
from tests.lock_waits import elsewhere, until_somebody_waits

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def away(days: int, name: str = "ada", **fields: object) -> User:
    """Somebody who signed in for the last time ``days`` ago."""
    at = NOW - timedelta(days=days)
    return User.objects.create_user(
        f"{name}@university.example", created_at=at - timedelta(days=9), last_login=at, **fields
    )


def told(user: User) -> datetime | None:
    return User.objects.values_list("inactive_told_at", flat=True).get(pk=user.pk)


def test_who_was_away_for_seven_hundred_days_is_told_once_with_the_day() -> None:
    ada, _young = away(701), away(699, "bo")
    assert inactivity.tell(now=NOW) == 1
    assert inactivity.tell(now=NOW + timedelta(days=1)) == 1, "bo, a day later"
    assert inactivity.tell(now=NOW + timedelta(days=1)) == 0
    first = Mail.objects.get(user=ada)
    assert (first.template, first.context["on"]) == ("inactive", f"{NOW + timedelta(days=30):%-d %B %Y}")
    assert AuditEvent.objects.filter(action="user.told_of_erasure").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_tell_at_once_write_one_mail() -> None:
    ada = away(701)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert inactivity.tell(now=NOW) == 1
            other = elsewhere(pool, lambda: inactivity.tell(now=NOW))
            until_somebody_waits()
        assert other.result(60) == 0
    assert Mail.objects.filter(user=ada).count() == 1
    assert AuditEvent.objects.filter(action="user.told_of_erasure").count() == 1


def test_use_by_a_program_counts_for_longer_than_its_token_is_kept() -> None:
    ada, bo = away(800), away(800, "bo")
    token = ApiToken.objects.create(
        user=ada, name="script", scopes=[ApiScope.DOCUMENTS_READ], token_hash=b"1", prefix="tesigo_token_1234",
        epoch=ada.session_epoch, has_second_factor=False, created_at=NOW - timedelta(days=700),
        expires_at=NOW - timedelta(days=335), last_used_on=(NOW - timedelta(days=335)).date(),
    )  # fmt: skip
    assert inactivity.note_use() == 1
    assert inactivity.note_use() == 0
    token.delete()
    assert list(inactivity.unused(since=NOW - timedelta(days=700))) == [bo]


def test_the_mail_says_what_goes_when_and_how_to_keep_it(post: Post) -> None:
    away(701)
    tell_inactive()
    post.deliver()
    (sent,) = post.sandbox.control.mails("ada@university.example")
    assert "will be erased on" in sent["subject"]
    assert "sign in once until then" in sent["text"]
    assert "/signin/" in sent["text"]


def test_who_was_told_and_stayed_away_is_due_a_month_later_and_no_day_earlier() -> None:
    ada = away(731)
    assert not inactivity.to_erase(now=NOW).exists(), "nobody is erased untold"
    inactivity.tell(now=NOW)
    assert not inactivity.to_erase(now=NOW + timedelta(days=29)).exists()
    assert list(inactivity.to_erase(now=NOW + timedelta(days=30))) == [ada]


@pytest.mark.parametrize("sign", ["sign-in", "browser", "program", "token"])
def test_any_use_keeps_the_account_and_starts_the_time_anew(sign: str) -> None:
    ada = away(731)
    inactivity.tell(now=NOW)
    used = NOW + timedelta(days=20)
    if sign == "sign-in":
        User.objects.filter(pk=ada.pk).update(last_login=used)
    elif sign == "browser":
        Device.objects.create(user=ada, session_key="x", last_seen_at=used)
    elif sign == "program":
        ApiSignIn.objects.create(
            user=ada, token_hash=b"x", epoch=0, refreshed_at=used, expires_at=used + timedelta(days=30)
        )
    else:
        ApiToken.objects.create(
            user=ada, name="x", scopes=[ApiScope.values[0]], token_hash=b"x", prefix="x", epoch=0,
            last_used_on=used.date(), expires_at=used + timedelta(days=30),
        )  # fmt: skip
    assert not inactivity.to_erase(now=NOW + timedelta(days=31)).exists()
    later = used + timedelta(days=701)
    assert inactivity.tell(now=later) == 1, "told a second time, two years on"
    assert not inactivity.to_erase(now=later + timedelta(days=29)).exists()
    assert list(inactivity.to_erase(now=later + timedelta(days=31))) == [ada]


def test_signing_in_keeps_the_account(post: Post) -> None:
    ada = away(731)
    inactivity.tell(now=NOW)
    post.deliver()
    sign_in(Client(), post)
    assert User.objects.get(pk=ada.pk).last_login > NOW
    assert not inactivity.unused(since=NOW).exists()


def test_staff_and_who_is_erased_are_not_told() -> None:
    away(3000, is_staff=True)
    gone = away(3000, "bo")
    User.objects.filter(pk=gone.pk).update(email=f"deleted_{gone.pk}@deleted.invalid")
    assert inactivity.tell(now=NOW) == 0


def test_who_never_came_back_after_signing_up_counts_from_that_day() -> None:
    ada = User.objects.create_user("ada@university.example", created_at=NOW - timedelta(days=701))
    assert inactivity.tell(now=NOW) == 1
    assert told(ada) == NOW


def unused_for_long(name: str = "ada") -> User:
    """Told a month ago, and not seen since."""
    return away(740, name, inactive_told_at=NOW - timedelta(days=31))


def test_the_nightly_rules_have_them_erased_once() -> None:
    ada, _bo = unused_for_long(), away(740, "bo")
    retention.apply(now=timezone.now())
    asked = Erasure.objects.get()
    assert (asked.user_id, asked.asked_by_id) == (ada.pk, None)
    retention.apply(now=timezone.now())
    assert Erasure.objects.count() == 1
    assert User.objects.get(pk=ada.pk).email == "ada@university.example", "that is work for a worker"
    assert erasure.work(erasure_id=asked.pk)
    assert User.objects.get(pk=ada.pk).email.endswith("@deleted.invalid")
    retention.apply(now=timezone.now() + timedelta(days=1))
    assert Erasure.objects.count() == 1
    done = AuditEvent.objects.filter(action="retention.applied", details__model="accounts.User")
    assert [event.details["rows"] for event in done] == [1]


def test_who_has_something_to_end_first_waits_and_keeps_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bo = unused_for_long(), unused_for_long("bo")
    hinders = lambda user, now: registry.Hindrance("a payment", passes=True) if user.pk == ada.pk else None  # noqa: E731
    monkeypatch.setattr(registry, "hinders", lambda: iter([hinders]))
    retention.apply(now=timezone.now())
    assert [one.user_id for one in Erasure.objects.all()] == [bo.pk]
    assert not Alert.objects.exists()
    monkeypatch.undo()
    retention.apply(now=timezone.now())
    assert {one.user_id for one in Erasure.objects.all()} == {ada.pk, bo.pk}
