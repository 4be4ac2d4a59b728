"""Whom a restored copy brings back is erased again, from a ledger of ids beside the backups (R-121)."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Mail, User
from billing.domain import erasing
from privacy import registry
from privacy.domain import audit, erased_again, erasure, traces
from privacy.domain.erased_again import Came
from privacy.models import AuditEvent, Erasure
from tesigo.platform import duty
from tesigo.platform.backup import erasures, signing
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.errors import SignatureWrong
from tests.privacy import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(db: None) -> User:
    return person.ada()


def test_whom_the_copy_still_has_is_erased_without_a_second_mail(ada: User) -> None:
    words = registry.called(ada)
    assert erased_again.erase_again(user_id=ada.pk, erased_at=timezone.now()) == Came.ERASED
    row = Erasure.objects.get(user=ada)
    assert (row.state, row.sealed, row.left) == ("done", "", [])
    assert traces.scan(words, files=False) == []
    assert not Mail.objects.filter(template="erased").exists()
    actions = AuditEvent.objects.filter(object_id=str(ada.pk)).values_list("action", flat=True)
    assert {"erasure.again", "erasure.done"} <= set(actions)
    audit.seal_new()
    assert audit.verify().broken_at is None


def test_whom_it_does_not_have_and_who_was_erased_before_is_left_alone(ada: User) -> None:
    now = timezone.now()
    assert erased_again.erase_again(user_id=ada.pk + 1000, erased_at=now) == Came.UNKNOWN
    erased_again.erase_again(user_id=ada.pk, erased_at=now)
    assert erased_again.erase_again(user_id=ada.pk, erased_at=now) == Came.BEFORE
    assert Erasure.objects.count() == 1


def test_what_waits_for_stripe_does_not_leave_the_rest_standing(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who is only waiting on a service is nobody all the same."""

    def away(user: User, now: datetime) -> None:
        raise duty.PutOff("Stripe does not answer", wait=timedelta(minutes=5))

    pieces = [
        registry.Piece(piece.name, away, piece.stage) if piece.run is erasing.close_payments else piece
        for piece in registry.pieces()
    ]
    monkeypatch.setattr(registry, "pieces", lambda: iter(pieces))
    words = registry.called(ada)
    assert erased_again.erase_again(user_id=ada.pk, erased_at=timezone.now()) == Came.WAITS
    assert traces.scan(words, files=False) == []
    row = Erasure.objects.get(user=ada)
    assert (row.state, row.error) == ("working", "Stripe does not answer")
    assert row.due_at


def test_one_at_work_is_ended_and_one_only_asked_for_gets_a_day(ada: User) -> None:
    now = timezone.now()
    row = erasure.ask(user=ada, by=None)
    Erasure.objects.filter(pk=row.pk).update(due_at=now - timedelta(days=3))
    assert erased_again.hold_asked(now=now) == 1
    row.refresh_from_db()
    assert row.due_at == now + erased_again.TIME_TO_LOOK
    Erasure.objects.filter(pk=row.pk).update(state="working", begun_at=now)
    assert erased_again.finish_begun() == 1
    row.refresh_from_db()
    assert row.state == "done"


def test_the_command_takes_the_ledger_and_says_what_came_of_it(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"user_id": ada.pk, "at": timezone.now().isoformat()},
        {"user_id": 10**9, "at": "2026-11-29T00:00:00+00:00"},
    ]
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(json.dumps(line) for line in lines)))
    said = StringIO()
    call_command("erase_again", stdout=said)
    assert json.loads(said.getvalue()) == {"erased again": 1, "is not in this copy": 1}


@pytest.mark.parametrize("line", ["{", '{"user_id": 1}', '{"user_id": "x", "at": "2026-11-29"}'])
def test_a_line_that_cannot_be_read_stops_it(line: str, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(line))
    with pytest.raises(CommandError, match="Line 1"):
        call_command("erase_again")


def test_the_ledger_holds_each_erasure_once_and_no_personal_data(ada: User, tmp_path: Path) -> None:
    key = signing.new_key()
    erased_again.erase_again(user_id=ada.pk, erased_at=timezone.now())
    shelf = Folder("local", tmp_path)
    assert erasures.ship(shelf, key=key) == 1
    assert erasures.ship(shelf, key=key) == 0
    (path,) = (tmp_path / "erasures").iterdir()
    assert set(json.loads(path.read_text())) == {"format_version", "number", "user_id", "at", "signature"}
    row = Erasure.objects.get()
    assert row.ended_at
    keys = [signing.public_key(key)]
    assert list(erasures.read(shelf, keys=keys, since=row.ended_at)) == [erasures.Erased(row.pk, ada.pk, row.ended_at)]
    # The number may be somebody else's by then.
    assert list(erasures.read(shelf, keys=keys, since=row.ended_at + timedelta(hours=1))) == []


def test_an_entry_that_was_changed_is_refused(ada: User, tmp_path: Path) -> None:
    key = signing.new_key()
    erased_again.erase_again(user_id=ada.pk, erased_at=timezone.now())
    shelf = Folder("local", tmp_path)
    erasures.ship(shelf, key=key)
    (path,) = (tmp_path / "erasures").iterdir()
    path.write_text(path.read_text().replace(f'"user_id": {ada.pk}', f'"user_id": {ada.pk + 1}'))
    with pytest.raises(SignatureWrong, match="was changed"):
        list(erasures.read(shelf, keys=[signing.public_key(key)], since=datetime(2026, 1, 1, tzinfo=UTC)))
