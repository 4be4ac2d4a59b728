"""The audit trail is append-only and linked (R-74)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from privacy import tasks
from privacy.domain import audit
from privacy.models import AuditEvent
from tesigo.platform import correlation
from tests.accounts.journey import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada@university.example")


def _record(user: User, times: int = 1) -> None:
    for number in range(times):
        audit.record(action="test.done", subject=user, by=user, details={"number": number})


def test_a_row_says_who_did_what_to_which_row_and_why(ada: User) -> None:
    token = correlation.begin("cause-of-it-all")
    audit.record(action="user.looked_at", subject=ada, by=None, details={"pages": 3})
    correlation.end(token)
    event = AuditEvent.objects.get()
    assert (event.action, event.object_type, event.object_id) == ("user.looked_at", "accounts.user", str(ada.pk))
    assert (event.actor_id, event.details, event.correlation_id) == (None, {"pages": 3}, "cause-of-it-all")


def test_the_row_goes_with_the_transaction(ada: User) -> None:
    with transaction.atomic():
        _record(ada)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("sealed", [False, True])
def test_the_database_refuses_to_change_or_delete_rows(ada: User, sealed: bool) -> None:
    _record(ada)
    if sealed:
        audit.seal_new()
    changes: list[dict[str, Any]] = [{"action": "nothing"}, {"actor_id": None}, {"details": {}}, {"at": ada.created_at}]
    for change in changes:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AuditEvent.objects.update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all().delete()


def test_a_seal_is_set_once(ada: User) -> None:
    _record(ada)
    audit.seal_new()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.update(seal=None, digest=None)
    _record(ada)
    with pytest.raises(IntegrityError, match="audit_seal_whole"), transaction.atomic():
        AuditEvent.objects.filter(seal=None).update(seal=2)


def test_the_trail_outlives_its_people(ada: User) -> None:
    _record(ada)
    ada.delete()
    assert AuditEvent.objects.get().actor_id


def test_the_chain_holds_across_batches(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH_ROWS", 3)
    _record(ada, 7)
    assert audit.seal_new() == 7
    _record(ada, 2)
    assert audit.verify() == audit.ChainVerdict(checked=7, unsealed=2, broken_at=None, head=audit.verify().head)
    tasks.seal_audit()
    assert audit.seal_new() == 0
    assert audit.verify().checked == 9
    call_command("verify_audit")


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE privacy_auditevent SET action = 'nothing' WHERE seal = 2",
        "UPDATE privacy_auditevent SET details = '{\"number\": 9}' WHERE seal = 2",
        "DELETE FROM privacy_auditevent WHERE seal = 2",
        "UPDATE privacy_auditevent SET seal = 9 WHERE seal = 2",
    ],
)
def test_tampering_past_the_trigger_is_found(ada: User, deed: str) -> None:
    _record(ada, 4)
    audit.seal_new()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(deed)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert audit.verify().broken_at == 2
    with pytest.raises(CommandError, match="seal 2"):
        call_command("verify_audit")


@pytest.mark.parametrize("table", ["privacy_auditevent", "billing_booking, billing_entry", "billing_receipt"])
def test_the_database_refuses_to_empty_the_tables(ada: User, table: str) -> None:
    _record(ada)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert AuditEvent.objects.count() == 1


def _aged(user: User, *days: int) -> None:
    for number in days:
        AuditEvent.objects.create(
            at=timezone.now() - timedelta(days=number),
            actor_id=user.pk,
            action="test.done",
            object_type="",
            object_id="",
        )
    audit.seal_new()


@pytest.mark.parametrize("batch", [1, audit.BATCH_ROWS])
def test_the_old_end_is_cut_and_what_is_left_is_still_a_chain(
    ada: User, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(audit, "BATCH_ROWS", batch)
    _aged(ada, 2000, 1900, 1500, 10, 5)
    assert audit.cut(AuditEvent.objects.filter(seal__lte=2)) == 2
    anchor = AuditEvent.objects.get(action="audit.cut")
    assert (anchor.seal, anchor.details["up_to"]) == (6, 2)
    verdict = audit.verify()
    assert (verdict.checked, verdict.broken_at, verdict.cut) == (4, None, 2)
    assert audit.cut(AuditEvent.objects.filter(seal__lte=3)) == 1
    _record(ada)
    audit.seal_new()
    assert (audit.verify().checked, audit.verify().broken_at, audit.verify().cut) == (5, None, 3)
    call_command("verify_audit")


def test_young_rows_cannot_be_cut_off(ada: User) -> None:
    _aged(ada, 2000, 1400, 3)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        audit.cut(AuditEvent.objects.filter(seal__lte=2))
    assert AuditEvent.objects.count() == 3
    assert audit.cut(AuditEvent.objects.none()) == 0


def test_old_rows_go_only_where_a_sealed_row_says_so(ada: User) -> None:
    _aged(ada, 2000, 1900)
    AuditEvent.objects.create(action="audit.cut", object_type="", object_id="", details={"up_to": 1, "digest": ""})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(seal=1).delete()


@pytest.mark.parametrize(
    ("deed", "broken_at"),
    [
        ("DELETE FROM privacy_auditevent WHERE seal = 3", 3),
        ("UPDATE privacy_auditevent SET details = jsonb_set(details, '{up_to}', '3') WHERE action = 'audit.cut'", 4),
        ("UPDATE privacy_auditevent SET details = jsonb_set(details, '{digest}', '\"00\"') WHERE seal = 6", 3),
    ],
)
def test_tampering_with_a_chain_that_was_cut_is_found(ada: User, deed: str, broken_at: int) -> None:
    _aged(ada, 2000, 1900, 1500, 10, 5)
    audit.cut(AuditEvent.objects.filter(seal__lte=2))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(deed)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert audit.verify().broken_at == broken_at


@pytest.mark.django_db(transaction=True)
def test_sealing_at_once_makes_one_chain(ada: User) -> None:
    _record(ada, 20)
    answers = at_once(5, lambda _number: audit.seal_new())
    assert sum(answers) == 20
    assert audit.verify().checked == 20
    assert audit.verify().broken_at is None
