"""Each condition of backups is told once when it begins and once when it is over."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tesigo.platform.backup import receiving, server, shipping, signing, wal, watching
from tesigo.platform.backup.places import Place
from tesigo.platform.models import Alert, BackupKind, BackupRun, BackupState
from tesigo.platform.processes import wait_until
from tests.platform.backup.keys import Operator
from tests.platform.backup.receiving_cluster import Cluster

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MB = 1024**2


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.prepare()
    yield cluster
    cluster.postgres.stop()


@pytest.fixture(autouse=True)
def site(settings: Any, tmp_path: Path, cluster: Cluster, the_operator: Operator, monkeypatch: Any) -> Path:
    """A site with one destination, a spool and a server, where all is well."""
    (tmp_path / "here").mkdir()
    settings.BACKUP_PLACES = (Place("here", f"file://{tmp_path / 'here'}"),)
    settings.BACKUP_SPOOL = tmp_path / "spool"
    settings.BACKUP_DATABASE_URL = cluster.url
    settings.BACKUP_RECIPIENTS_FILE = the_operator.public
    settings.BACKUP_SIGNING_KEY = signing.new_key()
    monkeypatch.setattr(watching, "_SECOND_TRY_SECONDS", 0.0)
    with server.connect(cluster.url) as connection:
        server.make_slot(connection)
    return tmp_path


def run(kind: BackupKind, at: datetime, *, size: int | None = None, state: BackupState = BackupState.SUCCEEDED) -> None:
    BackupRun.objects.create(
        kind=kind, state=state, asked_at=at, started_at=at, ended_at=at, due_at=None, size_bytes=size, error=""
    )


def told() -> list[str]:
    """Subjects of what staff are told, in order; emptied."""
    found = list(Alert.objects.order_by("pk").values_list("subject", flat=True))
    Alert.objects.all().delete()
    return found


def look(now: datetime | None = None) -> set[str]:
    """Looks twice: what lasts is told once. Returns the keys of what is wrong."""
    watching.watch(now=now)
    return set(watching.watch(now=now))


def segment(spool: Path, age: timedelta) -> str:
    """A segment of 1 MiB that was complete ``age`` ago."""
    name = wal.name_of(1, 1, MB)
    folder = receiving.received(spool)
    folder.mkdir(parents=True, exist_ok=True)
    header = wal._HEADER.pack(0xD118, wal._LONG, 1, MB, 0, 7, MB, 8192)
    (folder / name).write_bytes(header + b"x" * (MB - len(header)))
    moment = (timezone.now() - age).timestamp()
    os.utime(folder / name, (moment, moment))
    return name


def test_where_all_is_well_nobody_is_told() -> None:
    run(BackupKind.FULL, timezone.now() - HOUR)
    assert look() == set()
    assert told() == []


def test_a_missed_backup_is_told_and_over_with_the_next() -> None:
    now = timezone.now()
    run(BackupKind.FULL, now - timedelta(hours=24))
    assert look(now) == set()
    assert look(now + HOUR) == {"backup-missed"}
    assert told() == ["No backup for 25 hours"]
    run(BackupKind.INCREMENTAL, now + HOUR)
    assert look(now + HOUR) == set()
    assert told() == ["Over: No backup for 25 hours"]


def test_a_first_backup_that_never_ends_is_missed_too() -> None:
    now = timezone.now()
    BackupRun.objects.create(kind=BackupKind.FULL, asked_at=now - 26 * HOUR, due_at=now)
    assert look(now) == {"backup-missed"}


@pytest.mark.parametrize(("size", "words"), [(150, "larger"), (60, "smaller")])
def test_a_size_that_is_off_is_told(size: int, words: str) -> None:
    now = timezone.now()
    for number, usual in enumerate((100, 104, 98, 102, 100)):
        run(BackupKind.FULL, now - (10 - number) * DAY, size=usual * MB)
    run(BackupKind.INCREMENTAL, now - HOUR, size=MB)
    assert look(now) == set()
    run(BackupKind.FULL, now - HOUR, size=size * MB)
    assert look(now) == {"backup-size:full"}
    assert told() == [f"The full backup is {words} than usual"]
    run(BackupKind.FULL, now, size=101 * MB)
    assert look(now) == set()
    assert told()[0].startswith("Over: ")


def test_small_backups_may_differ() -> None:
    now = timezone.now()
    for number, size in enumerate((1, 2, 1, 2, 9)):
        run(BackupKind.INCREMENTAL, now - (5 - number) * HOUR, size=size * MB)
    assert look(now) == set()


def test_a_drill_that_failed_or_never_came_is_told() -> None:
    now = timezone.now()
    run(BackupKind.FULL, now - 36 * DAY)
    run(BackupKind.FULL, now)
    assert look(now) == {"backup-drill:missed"}
    run(BackupKind.DRILL, now - HOUR)
    assert look(now) == set()
    assert told() == ["No restore drill for 35 days", "Over: No restore drill for 35 days"]
    run(BackupKind.DRILL, now, state=BackupState.FAILED)
    assert look(now) == {"backup-drill"}
    assert told() == ["The last restore drill failed"]


def test_a_destination_that_is_away_is_told_until_it_is_back(site: Path) -> None:
    (site / "here").rename(site / "away")
    assert look() == {"backup-destination:here"}
    assert told() == ["Backups do not reach here"]
    (site / "away").rename(site / "here")
    assert look() == set()
    assert told() == ["Over: Backups do not reach here"]


def test_wal_that_leaves_late_is_told_until_it_has_left(site: Path, settings: Any) -> None:
    from tesigo.platform.backup import errands

    name = segment(site / "spool", timedelta(minutes=14))
    assert look() == set()
    moment = (timezone.now() - timedelta(minutes=16)).timestamp()
    os.utime(receiving.received(site / "spool") / name, (moment, moment))
    assert look() == {"backup-wal:sending"}
    assert told() == ["WAL leaves late"]
    assert errands.ship_wal().removed == [name]
    assert look() == set()
    assert told() == ["Over: WAL leaves late"]


def test_a_spool_that_fills_is_told(site: Path, settings: Any) -> None:
    segment(site / "spool", timedelta(0))
    settings.BACKUP_SPOOL_MAX_BYTES = MB
    assert look() == {"backup-spool:used"}
    settings.BACKUP_SPOOL_MAX_BYTES = 10 * MB
    assert look() == set()
    assert told() == ["WAL gathers in the spool", "Over: WAL gathers in the spool"]


def test_a_receiver_that_is_away_is_told(cluster: Cluster, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look() == set()
    monkeypatch.setattr(watching, "WAL_LATE_AFTER", timedelta(0))
    assert look() == {"backup-receiver:away"}
    with cluster.receiving(site / "spool"):
        assert wait_until(lambda: cluster.slot().is_active, seconds=30)
        assert look() == set()
    assert told() == ["WAL is not received", "Over: WAL is not received"]


def test_a_slot_that_is_gone_is_replaced_and_a_full_backup_asked_for(cluster: Cluster, site: Path) -> None:
    segment(site / "spool", timedelta(0))
    with server.connect(cluster.url) as connection:
        connection.execute("SELECT pg_drop_replication_slot(%s)", [server.SLOT])
    assert look() == {"backup-hole"}
    assert cluster.slot().wal_status == "reserved"
    assert told() == ["WAL is missing: a new full backup is needed"]
    asked = BackupRun.objects.get()
    assert (asked.kind, asked.state) == (BackupKind.FULL, BackupState.WAITING)
    now = timezone.now() + HOUR
    BackupRun.objects.update(state=BackupState.SUCCEEDED, due_at=None, started_at=now, ended_at=now)
    assert look() == set()
    assert told() == ["Over: WAL is missing: a new full backup is needed"]
    assert shipping.hole(site / "spool") is None


def test_a_look_that_fails_is_told_and_hides_no_other(settings: Any) -> None:
    settings.BACKUP_DATABASE_URL = settings.BACKUP_DATABASE_URL.replace("tesigo_backup", "nobody")
    run(BackupKind.FULL, timezone.now() - 30 * HOUR)
    assert look() == {"backup-missed", "backup-watch:receiver"}
    assert sorted(told()) == ["Backups cannot be watched: receiver", "No backup for 30 hours"]
