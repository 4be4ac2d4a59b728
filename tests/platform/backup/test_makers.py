"""A row that asks for a backup has one taken of a real server, and says what it became."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from tesigo.platform.backup import makers, runs, signing
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.taking import Outcome
from tesigo.platform.models import BackupKind, BackupRun, BackupState
from tesigo.tasks import take_backup
from tests.platform.backup.keys import Operator
from tests.platform.backup.receiving_cluster import Cluster

pytestmark = pytest.mark.django_db


def test_rows_become_backups_and_an_incremental_without_a_full_is_one(
    settings: Any, tmp_path: Path, the_operator: Operator
) -> None:
    cluster = Cluster(tmp_path)
    cluster.prepare()
    (tmp_path / "here").mkdir()
    settings.BACKUP_PLACES = (
        Place("here", f"file://{tmp_path / 'here'}"),
        Place("gone", f"file://{tmp_path / 'gone'}"),
    )
    settings.BACKUP_SPOOL = tmp_path / "spool"
    settings.BACKUP_DATABASE_URL = cluster.url
    settings.BACKUP_RECIPIENTS_FILE = the_operator.public
    settings.BACKUP_SIGNING_KEY = signing.new_key()
    try:
        taken = []
        for kind in (BackupKind.INCREMENTAL, BackupKind.INCREMENTAL, BackupKind.FILES):
            row, _ = runs.ask(kind=kind)
            take_backup(str(row.pk))
            row.refresh_from_db()
            assert (row.state, row.error) == (BackupState.SUCCEEDED, "")
            assert row.destinations == {"here": "sent", "gone": "not reached"}
            assert (tmp_path / "here" / "backups" / row.backup_id / "manifest.json").exists()
            taken.append((row.kind, row.backup_id[-4:], (row.size_bytes or 0) > 0, row.verified_at is not None))
        assert taken[0] == ("full", "full", True, True)
        assert taken[1] == ("incremental", "incr", True, True)
        assert taken[2] == ("files", "iles", True, True)
        (tmp_path / "here").rename(tmp_path / "away")
        row, _ = runs.ask(kind=BackupKind.FULL)
        take_backup(str(row.pk))
        row.refresh_from_db()
        assert (row.state, row.tries) == (BackupState.WAITING, 1)
        assert "No destination" in row.error
        assert BackupRun.objects.count() == 4
    finally:
        cluster.postgres.stop()


def test_a_backup_by_hand_leaves_a_row_of_how_it_ended() -> None:
    began = timezone.now()
    manifest = SimpleNamespace(kind=Kind.FULL, id="20261129T020000Z-full", sent_bytes=9, parts=(1, 2))
    outcome = Outcome(manifest, ("here",), {"gone": "away"})  # type: ignore[arg-type]  # as much of it as is noted
    assert makers.record(kind=Kind.INCREMENTAL, began_at=began, outcome=outcome)
    assert makers.record(kind=Kind.FILES, began_at=began, outcome=None, error="The disk of BACKUP_SPOOL is full.")
    failed, good = BackupRun.objects.order_by("-kind").reverse()
    assert (failed.kind, failed.state, failed.error) == ("files", "failed", "The disk of BACKUP_SPOOL is full.")
    assert (good.kind, good.state, good.parts) == ("full", "succeeded", 2)
    assert good.destinations == {"here": "sent", "gone": "not reached"}
