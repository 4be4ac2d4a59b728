"""Every kind of work that must be done keeps the promises of the one base (R-116)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Mail, MailEvent
from billing.models import Mirror, Payment, PriceList, Receipt, ReceiptFile, Refund, WebhookEvent
from documents.enums import ExportFormat, UploadPurpose, UploadState
from documents.models import Document, Export, FullText, Proof, Rendering, Upload
from privacy.models import AuditEvent, DataExport, Erasure
from tesigo import waiting
from tesigo.celery import app
from tesigo.platform import duty
from tesigo.platform.models import Alert, BackupKind, BackupRun, Removal, TelegramAlert
from tests.billing.concurrently import at_once
from tests.documents.factories import DocumentFactory, SourceFactory, UserFactory
from tests.platform.test_dashboard import who_may

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


def document() -> Document:
    made: Document = DocumentFactory.create()
    return made


def payment() -> Payment:
    about = document()
    prices = PriceList.objects.get_or_create(
        version=1, defaults={"price_per_page": Decimal("0.50"), "state": "active"}
    )[0]
    return Payment.objects.create(
        document=about, user=about.owner, price_list=prices, pages=4, amount=Decimal("2.00"), lines=[],
        expires_at=timezone.now(),
    )  # fmt: skip


def receipt_file() -> ReceiptFile:
    receipt = Receipt.objects.create(payment=payment(), year=2026, number=1, seller={})
    return ReceiptFile.objects.create(receipt=receipt)


#: A row of each kind that is due.
ROWS: dict[str, Callable[[], duty.Duty]] = {
    "alert": lambda: Alert.objects.create(key="k", subject="Said to staff", text="Words within"),
    "backup": lambda: BackupRun.objects.create(kind=BackupKind.FULL, asked_at=timezone.now()),
    "data_export": lambda: DataExport.objects.create(user=UserFactory.create()),
    "erasure": lambda: Erasure.objects.create(user=document().owner),
    "event": lambda: WebhookEvent.objects.create(event_id="evt_1", type="x.y", object_id="z", payload={}),
    "export": lambda: Export.objects.create(document=document(), format=ExportFormat.PDF, fingerprint="f"),
    "full_text": lambda: FullText.objects.create(source=SourceFactory.create()),
    "mail_event": lambda: MailEvent.objects.create(
        provider="json", event_id="1", kind="other", happened_at=timezone.now()
    ),
    "mail": lambda: Mail.objects.create(to="ada@university.example", template="ready"),
    "mirror": lambda: Mirror.objects.create(kind="charge", object_id="ch_1"),
    "proof": lambda: Proof.objects.create(
        export=Export.objects.create(document=document(), format=ExportFormat.PDF, fingerprint="f", due_at=None),
        manifest="{}",
    ),
    "receipt": receipt_file,
    "refund": lambda: Refund.objects.create(payment=payment(), amount=1, cause="x"),
    "removal": lambda: Removal.objects.create(stored_as="x"),
    "rendering": lambda: Rendering.objects.create(document=document()),
    "telegram": lambda: TelegramAlert.objects.create(key="k", subject="Said to staff", text="Words within"),
    "upload": lambda: Upload.objects.create(
        document=document(), purpose=UploadPurpose.SOURCE, name="notes.pdf", stored_as="x",
        state=UploadState.EXTRACTING, due_at=timezone.now(),
    ),
}  # fmt: skip
#: Of a file that could not be read nothing is left: its owner chooses it anew. Another backup is asked for instead.
ENDED_FOR_GOOD = {"backup", "upload"}

every_kind = pytest.mark.parametrize("name", sorted(ROWS))


def kind_of(name: str) -> duty.Kind[Any]:
    (found,) = (kind for kind in duty.kinds() if kind.name == name)
    return found


def due(name: str, now: datetime) -> tuple[duty.Kind[Any], Any]:
    """The kind, and a row of it that has been due for a second."""
    kind, row = kind_of(name), ROWS[name]()
    kind.model._default_manager.update(due_at=now - SECOND, nudged_at=None, tries=0)
    row.refresh_from_db()
    return kind, row


def claimed(kind: duty.Kind[Any], row: Any, now: datetime) -> Any:
    held = duty.claim(kind, row.pk, now=now)
    assert held is not None
    return held


def standing(kind: duty.Kind[Any], now: datetime) -> tuple[int, int, int]:
    """How many rows wait, are being worked on, and were given up, as staff are shown."""
    [found] = waiting.counts([kind], now=now)
    return found.waiting, found.working, found.given_up


def nudged(kind: duty.Kind[Any], now: datetime) -> int:
    """How many rows of a kind beat's look hands out."""
    duty.nudge_due(now=now)
    return kind.model._default_manager.filter(nudged_at=now).count()


def rights(kind: duty.Kind[Any], *what: str) -> list[str]:
    return [f"{kind.model._meta.app_label}.{one}_{kind.model._meta.model_name}" for one in what]


def plan(rows: Any) -> str:
    """By which indexes PostgreSQL would find these rows if the table were too large to be read through."""
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        return str(rows.explain())


def test_these_kinds_are_there_and_no_other() -> None:
    assert [kind.name for kind in duty.kinds()] == sorted(ROWS)


@every_kind
def test_one_task_does_a_row_and_one_sweep_finds_it(name: str) -> None:
    kind = kind_of(name)
    app.loader.import_default_modules()
    assert kind.task in app.tasks
    assert kind.task not in {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert "nudge-due" in app.conf.beat_schedule


@every_kind
def test_what_is_open_is_said_by_the_rows_own_columns(name: str) -> None:
    kind = kind_of(name)
    assert " JOIN " not in str(kind.model._default_manager.filter(kind.is_open).query)


@every_kind
def test_of_many_workers_one_gets_the_row(name: str) -> None:
    now = timezone.now()
    kind, row = due(name, now)
    held = [one for one in at_once(4, lambda: duty.claim(kind, row.pk, now=now)) if one is not None]
    assert [one.pk for one in held] == [row.pk]
    assert duty.claim(kind, row.pk, now=now + kind.lease - SECOND) is None
    assert standing(kind, now) == (0, 1, 0)
    assert not duty.try_again(kind, row.pk, now=now)


@every_kind
def test_a_dead_workers_row_is_handed_out_again_and_what_it_brings_late_does_not_count(name: str) -> None:
    now = timezone.now()
    kind, row = due(name, now)
    dead = claimed(kind, row, now)
    assert nudged(kind, now + kind.lease - SECOND) == 0
    after = now + kind.lease + SECOND
    assert [nudged(kind, after), nudged(kind, after + SECOND)] == [1, 0]
    other = claimed(kind, row, after)
    for late in (
        lambda: duty.done(kind, dead),
        lambda: duty.later(kind, dead, "late", now=after),
        lambda: duty.put_off(kind, dead, wait=SECOND, now=after),
        lambda: duty.give_up(kind, dead, "late", now=after),
    ):
        with pytest.raises(duty.LostDuty):
            late()
    row.refresh_from_db()
    assert (row.due_at, row.given_up_at, row.error, row.tries) == (other.due_at, None, "", 2)
    duty.done(kind, other)
    row.refresh_from_db()
    assert row.due_at is None


@every_kind
def test_what_failed_waits_with_the_reason_and_the_place(name: str) -> None:
    now = timezone.now()
    kind, row = due(name, now)

    def fail(_: Any) -> Callable[[], None]:
        raise RuntimeError("words of somebody's")

    assert not duty.attempt(kind, row.pk, fail, now=now)
    row.refresh_from_db()
    assert (row.error, row.due_at, row.tries) == ("RuntimeError", now + duty.back_off(kind, 1), 1)
    assert "in fail" in row.traceback
    assert "words of somebody's" not in row.traceback
    assert nudged(kind, now) == 0
    assert standing(kind, now) == (1, 0, 0)
    assert duty.try_again(kind, row.pk, now=now)
    assert claimed(kind, row, now).tries == 2


@every_kind
def test_a_row_that_kills_its_workers_is_given_up_or_told_of(name: str) -> None:
    now = timezone.now()
    kind, row = due(name, now)
    tries = kind.most_tries or 20
    kind.model._default_manager.update(tries=tries - 1)
    claimed(kind, row, now)
    after = now + kind.lease + SECOND
    if kind.most_tries is None:
        assert claimed(kind, row, after).tries == tries + 1
        assert standing(kind, after) == (0, 1, 0)
        return
    assert duty.claim(kind, row.pk, now=after) is None
    row.refresh_from_db()
    assert (row.due_at, row.given_up_at) == (None, after)
    assert standing(kind, after) == (0, 0, 1)
    assert Alert.objects.filter(text__contains="No try came to an end.").count() == 1


@every_kind
def test_what_is_never_given_up_is_told_of(name: str) -> None:
    """An alert that cannot be sent could not be told of either."""
    now = timezone.now()
    kind, row = due(name, now)
    assert (kind.most_tries is None) == (kind.told_after is not None or name in {"alert"})
    if kind.told_after is None:
        return
    kind.model._default_manager.update(tries=kind.told_after - 1)
    duty.later(kind, claimed(kind, row, now), "no route", now=now)
    assert Alert.objects.filter(key=f"late:{name}").count() == 1


@every_kind
def test_staff_with_the_right_see_what_was_given_up_and_have_it_tried_again(name: str, client: Client) -> None:
    now = timezone.now()
    kind, row = due(name, now)
    duty.give_up(kind, claimed(kind, row, now), "no route", now=now)
    who_may(client, *rights(kind, "view", "change"))
    page = client.get(f"/admin/waiting/{name}/").content.decode()
    assert f"<strong>{row.pk}</strong>" in page
    assert "no route" in page
    again = f"/admin/waiting/{name}/{row.pk}/again/"
    assert (again in page) == (name not in ENDED_FOR_GOOD)
    assert client.post(again).status_code == 302
    assert AuditEvent.objects.filter(action="duty.tried_again").count() == (0 if name in ENDED_FOR_GOOD else 1)
    if name not in ENDED_FOR_GOOD:
        assert claimed(kind, row, timezone.now()).tries == 1


@every_kind
def test_who_may_not_see_the_rows_finds_no_page_of_them(name: str, client: Client) -> None:
    kind = kind_of(name)
    another = next(one for one in duty.kinds() if one.model is not kind.model)
    who_may(client, *rights(another, "view"))
    assert client.get(f"/admin/waiting/{name}/").status_code == 404


@every_kind
def test_what_is_due_and_what_was_given_up_are_found_by_index(name: str) -> None:
    now = timezone.now()
    kind, _ = due(name, now)
    model = kind.model._meta.model_name
    assert f"{model}_due" in plan(kind.model._default_manager.filter(due_at__lte=now).order_by("due_at"))
    assert "Seq Scan" not in plan(duty.due(kind, now=now))
    rows = plan(waiting._unsettled(kind))
    assert f"{model}_given_up" in rows
    assert "Seq Scan" not in rows


@every_kind
def test_the_database_keeps_what_was_given_up_from_being_due(name: str) -> None:
    now = timezone.now()
    kind, _ = due(name, now)
    with pytest.raises(IntegrityError, match=f"{kind.model._meta.model_name}_given_up_is_over"):
        kind.model._default_manager.update(given_up_at=now)
