"""Wrong passwords at the door of the administration, counted by the hour (R-55)."""

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client
from django.utils import timezone

from accounts.domain import staff
from accounts.domain.failed_signins import failures

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


def failed(at: datetime, *, locked_out: bool = False) -> None:
    """A wrong password, as axes logs it."""
    row = AccessFailureLog.objects.create(username="x", ip_address="203.0.113.9", locked_out=locked_out)
    AccessFailureLog.objects.filter(pk=row.pk).update(attempt_time=at)


def test_failures_stand_at_their_hour_of_the_utc_day() -> None:
    failed(MIDNIGHT)
    failed(MIDNIGHT + timedelta(hours=9))
    failed(NOW, locked_out=True)
    failed(MIDNIGHT - timedelta(seconds=1), locked_out=True)
    failed(NOW + timedelta(seconds=1))
    found = failures(now=NOW)
    assert (found.by_hour[0], found.by_hour[9], sum(found.by_hour), found.locked_out) == (1, 2, 3, 1)


def test_what_is_typed_wrong_at_the_door_is_counted_and_stays_when_the_lock_is_forgotten(client: Client) -> None:
    staff.create_staff(email="staff@tesigo.example", password="a long pass phrase")
    form = {"username": "staff@tesigo.example", "password": "wrong", "next": "/admin/"}
    for _ in range(6):
        client.post("/admin/login/", form)
    client.post("/admin/login/", form | {"password": "a long pass phrase"}, REMOTE_ADDR="203.0.113.9")
    AccessAttempt.objects.all().delete()
    found = failures(now=timezone.now())
    # The five that began the lock; what is tried during it would let strangers fill the log.
    assert (sum(found.by_hour), found.locked_out) == (5, 1)
