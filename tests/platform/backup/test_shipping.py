"""WAL on its way out of a real cluster: nothing is lost or doubled, whoever is killed and whatever is away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tesigo.platform import postgres_server
from tesigo.platform.backup import errands, paths, receiving, server, shipping, signing, wal
from tesigo.platform.backup.destinations.base import Destination
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.encryption import unseal_to
from tesigo.platform.backup.errors import AlreadyRunning, BackupError, NotConfigured
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.shipping import Line
from tesigo.platform.backup.wal import Note
from tesigo.platform.processes import wait_until
from tests.platform.backup.keys import Operator
from tests.platform.backup.receiving_cluster import Cluster

KEY = signing.new_key()
PUBLIC = [signing.public_key(KEY)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.prepare()
    yield cluster
    cluster.postgres.stop()


@pytest.fixture
def line(tmp_path: Path, the_operator: Operator) -> Line:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    places = [Place(name, f"file://{tmp_path / name}") for name in ("here", "there")]
    return Line(
        spool=tmp_path / "spool",
        recipients_file=the_operator.public,
        signing_key=KEY,
        public_keys=PUBLIC,
        places=places,
    )


def arrives(line: Line, name: str) -> bool:
    return wait_until(lambda: (receiving.received(line.spool) / name).exists(), seconds=60)


def at(line: Line, place: int) -> list[str]:
    """Names of what lies at a destination, without its notes; each has one."""
    folder = Path(line.places[place].url.removeprefix("file://"))
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    segments = sorted(name for name in names if not name.endswith(".json"))
    assert {f"{name}.json" for name in segments} == names - set(segments)
    return segments


def left(line: Line) -> list[str]:
    """Names of what waits in the spool, but what is still being filled."""
    names = [path.name for path in (line.spool / "wal").rglob("*") if path.is_file()]
    return sorted(name for name in names if not name.endswith((".partial", "state.json", "ship.lock")))


def fake_segment(line: Line, number: int, *, system: int = 7, fill: bytes = b"x", timeline: int = 1) -> str:
    """A file in the spool that begins as a segment of 1 MiB does."""
    size = 1024**2
    name = wal.name_of(timeline, number, size)
    header = wal._HEADER.pack(0xD118, wal._LONG, timeline, number * size, 0, system, size, 8192)
    folder = receiving.received(line.spool)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(header + fill * (size - len(header)))
    return name


def test_segments_of_a_real_cluster_arrive_sealed_signed_and_whole(
    cluster: Cluster, line: Line, the_operator: Operator, tmp_path: Path
) -> None:
    with cluster.receiving(line.spool):
        last = cluster.write(3)
        assert arrives(line, last)
        plain = (receiving.received(line.spool) / last).read_bytes()
        done = shipping.ship(line)
    assert done.failed == done.damaged == {}
    assert done.gaps == []
    assert at(line, 0) == at(line, 1) == done.removed == done.sealed
    assert last in done.removed
    assert left(line) == []
    assert shipping.last_shipped(line.spool) is not None
    system = server.system_id(cluster.url)
    folder = Folder("here", tmp_path / "here")
    where = paths.wal_segment(system, last)
    note = Note.from_json(folder.read(where + ".json"), keys=[signing.public_key(KEY)], where=where)
    sent = folder.read(where)
    assert (note.name, note.sent_bytes, note.plain_bytes) == (last, len(sent), 16 * 1024**2)
    assert len(sent) < 100_000  # a segment that was closed early is nearly empty
    assert plain[:4096] not in sent
    unseal_to(tmp_path / "back", [sent], home=the_operator.home, sha256=note.plain_sha256)
    assert (tmp_path / "back").read_bytes() == plain


def test_all_until_now_leaves_when_its_segment_is_closed(
    cluster: Cluster, line: Line, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_PLACES, settings.BACKUP_SPOOL = tuple(line.places), line.spool
    settings.BACKUP_RECIPIENTS_FILE, settings.BACKUP_SIGNING_KEY = line.recipients_file, line.signing_key
    with psycopg.connect(cluster.postgres.url(), autocommit=True) as site, cluster.receiving(line.spool):
        monkeypatch.setattr(errands, "connection", site)
        site.execute("CREATE TABLE IF NOT EXISTS just_now ()")
        name = errands.close_segment()
        assert name in shipping.ship(line).removed
        # Nothing was written since, and there is a segment again.
        assert errands.close_segment() > name
    with psycopg.connect(cluster.postgres.url(), autocommit=True) as site:
        monkeypatch.setattr(errands, "connection", site)
        with pytest.raises(BackupError, match="does receive_wal run"):
            errands.close_segment(wait_seconds=0.2)


@pytest.mark.django_db
def test_a_role_that_may_not_close_a_segment_is_told_to_wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE no_switcher")
        cursor.execute("SET LOCAL ROLE no_switcher")
    with pytest.raises(NotConfigured, match="wait five minutes"):
        errands.close_segment()


def test_a_receiver_that_is_killed_goes_on_where_it_was(cluster: Cluster, line: Line) -> None:
    shipped: list[str] = []
    for _ in range(2):
        with cluster.receiving(line.spool) as receiver:
            assert arrives(line, cluster.write(2))
            receiver.send_signal(signal.SIGKILL)
            receiver.wait()
        done = shipping.ship(line)
        assert done.gaps == []
        shipped += done.removed
        cluster.write(1)  # while nobody receives
    with cluster.receiving(line.spool):
        assert arrives(line, cluster.write(1))
        shipped += shipping.ship(line).removed
    assert at(line, 0) == sorted(set(shipped))
    assert list(wal.missing(at(line, 0), segment_bytes=16 * 1024**2)) == []


def test_a_destination_that_is_away_gets_everything_once_it_is_back(line: Line, tmp_path: Path) -> None:
    (tmp_path / "there").rename(tmp_path / "elsewhere")
    names = [fake_segment(line, number) for number in range(1, 4)]
    done = shipping.ship(line)
    assert list(done.failed) == ["there"]
    assert at(line, 0) == names
    assert (done.removed, left(line)[:1]) == ([], [names[0]])
    assert list(receiving.received(line.spool).iterdir()) == []  # sealed: nothing plain waits for it
    found = shipping.waiting(line.spool)
    assert found.segments == 3
    assert found.oldest_at is not None
    assert shipping.last_shipped(line.spool) is None
    names.append(fake_segment(line, 4))
    (tmp_path / "elsewhere").rename(tmp_path / "there")
    done = shipping.ship(line)
    assert done.failed == {}
    assert at(line, 0) == at(line, 1) == names
    assert done.sent["here"] == names[3:]
    assert left(line) == []


def test_what_is_received_twice_is_sent_once(line: Line) -> None:
    name = fake_segment(line, 1)
    shipping.ship(line)
    fake_segment(line, 2)
    shipping.ship(line)
    fake_segment(line, 1)
    done = shipping.ship(line)
    assert (done.sealed, done.removed, done.sent, done.failed, done.gaps) == ([name], [name], {}, {}, [])
    fake_segment(line, 3)
    assert shipping.ship(line).gaps == []


def test_other_content_under_the_same_name_writes_nothing_over(line: Line) -> None:
    name = fake_segment(line, 1)
    shipping.ship(line)
    there = [path.read_bytes() for path in Path(line.places[0].url[7:]).rglob(name)]
    fake_segment(line, 1, fill=b"y")
    done = shipping.ship(line)
    assert set(done.failed) == {"here", "there"}
    assert "other content" in done.failed["here"]
    assert [path.read_bytes() for path in Path(line.places[0].url[7:]).rglob(name)] == there


def test_segments_that_never_came_are_named(line: Line) -> None:
    fake_segment(line, 1)
    shipping.ship(line)
    fake_segment(line, 4)
    assert shipping.ship(line).gaps == [("000000010000000000000002", "000000010000000000000003")]
    fake_segment(line, 5)
    assert shipping.ship(line).gaps == []
    fake_segment(line, 3, timeline=2)  # a restore went back to here
    fake_segment(line, 4, timeline=2)
    assert shipping.ship(line).gaps == []


@pytest.mark.parametrize("harm", ["cut", "empty", "other"])
def test_what_is_no_segment_stays_and_is_named(line: Line, harm: str) -> None:
    good, bad = fake_segment(line, 1), fake_segment(line, 2)
    path = receiving.received(line.spool) / bad
    content = path.read_bytes()
    path.write_bytes({"cut": content[:-1], "empty": b"", "other": content.replace(content[8:12], b"abcd", 1)}[harm])
    done = shipping.ship(line)
    assert list(done.damaged) == [bad]
    assert at(line, 0) == [good]
    assert path.exists()


def test_the_history_of_a_timeline_goes_along(line: Line) -> None:
    fake_segment(line, 1)
    (receiving.received(line.spool) / "00000002.history").write_text("1\t0/100000\tbefore 2026\n")
    done = shipping.ship(line)
    assert done.damaged == {"00000002.history": "00000002.history came before any segment."}
    assert shipping.ship(line).removed == ["00000002.history"]
    assert at(line, 1) == ["000000010000000000000001", "00000002.history"]
    assert left(line) == []


def test_only_one_ships_at_a_time(line: Line) -> None:
    from tesigo.platform.processes import file_lock

    with file_lock(line.spool / "wal" / "ship.lock"), pytest.raises(AlreadyRunning):
        shipping.ship(line)


class Mortal(Folder):
    """A destination at which the process dies after a number of files."""

    left = 0

    def _put(self, path: str, source: Path | bytes, *, size: int, sha256: str) -> None:
        type(self).left -= 1
        if type(self).left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._put(path, source, size=size, sha256=sha256)


def mortal(place: Place) -> Destination:
    return Mortal(place.name, Path(place.url.removeprefix("file://")))


def ship_until_killed(line: Line, files: int) -> int:
    """Ships in a child that is killed after a number of files; returns its code."""
    child = os.fork()
    if child == 0:
        try:
            Mortal.left = files
            shipping.ship(Line(**{**vars(line), "connect": mortal}))
        except BaseException:
            os._exit(3)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_anywhere_it_loses_and_doubles_nothing(line: Line) -> None:
    names: list[str] = []
    for files in range(9):
        names.append(fake_segment(line, files + 1))
        code = ship_until_killed(line, files % 4)
        assert code in (0, -signal.SIGKILL)
    done = shipping.ship(line)
    assert done.failed == {}
    assert at(line, 0) == at(line, 1) == names
    assert left(line) == []


def test_killed_by_the_clock_it_loses_nothing(line: Line, tmp_path: Path) -> None:
    names = [fake_segment(line, number, fill=os.urandom(1)) for number in range(1, 6)]
    program = (
        "import sys\nfrom pathlib import Path\nfrom tesigo.platform.backup import shipping\n"
        "from tesigo.platform.backup.places import Place\n"
        "spool, recipients, key, *urls = sys.argv[1:]\n"
        "places = [Place(f'p{n}', url) for n, url in enumerate(urls)]\n"
        "line = shipping.Line(spool=Path(spool), recipients_file=Path(recipients), signing_key=key, public_keys=[],"
        " places=places)\n"
        "print('ready', flush=True)\nshipping.ship(line)\n"
    )
    words = [sys.executable, "-c", program, line.spool, line.recipients_file, KEY, *(one.url for one in line.places)]
    for milliseconds in (50, 150, 300):
        child = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(milliseconds / 1000)
        child.kill()
        child.communicate()
    shipping.ship(line)
    assert at(line, 0) == at(line, 1) == names
    assert left(line) == []


def test_a_slot_that_is_lost_is_replaced_and_receiving_goes_on(cluster: Cluster, line: Line) -> None:
    with cluster.receiving(line.spool):
        assert arrives(line, cluster.write(1))
    try:
        _alter(cluster, "16MB")
        for _ in range(8):
            cluster.write(2)
            with server.connect(cluster.postgres.url()) as connection:
                connection.execute("CHECKPOINT")
            if cluster.slot().is_lost:
                break
        assert cluster.slot().is_lost
    finally:
        _alter(cluster, "4GB")
    with cluster.receiving(line.spool):
        shipping.begin_anew(line.spool)
        with server.connect(cluster.url) as connection:
            server.make_slot_anew(connection)
        assert cluster.slot().wal_status == "reserved"
        assert arrives(line, cluster.write(1))
    assert len(shipping.ship(line).gaps) == 1


def _alter(cluster: Cluster, size: str) -> None:
    """What the start command names cannot be altered: the server of this test is started anew by other words."""
    cluster.postgres.stop()
    postgres_server.DURABLE["max_slot_wal_keep_size"] = size
    cluster.postgres.start()


@pytest.mark.parametrize("rights", ["", "SUPERUSER", "NOREPLICATION"])
def test_the_role_may_copy_and_nothing_else(cluster: Cluster, rights: str) -> None:
    name = f"other_{rights.lower() or 'plain'}"
    url = cluster.url.replace("tesigo_backup", name)
    if rights:
        with server.connect(cluster.postgres.url()) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN {rights}")
    left_over = server.prepare(site_url=cluster.postgres.url(), backup_url=url)
    if rights == "SUPERUSER":
        assert [one.what for one in left_over] == [
            f"The role {name} may do more than copy. Take a role for backups alone."
        ]
        return
    assert left_over == []
    assert server.system_id(url).isdigit()
    with server.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE public.mine ()")
    with pytest.raises(psycopg.OperationalError):
        server.system_id(url.replace("b" * 24, "wrong"))


def test_who_may_not_is_told_what_somebody_else_must_do(cluster: Cluster) -> None:
    with server.connect(cluster.postgres.url()) as connection:
        connection.execute("DROP ROLE IF EXISTS poor")
        connection.execute("CREATE ROLE poor LOGIN PASSWORD 'poor'")
        connection.execute("ALTER SYSTEM SET wal_keep_size = 0")
    poor = cluster.postgres.url().replace(f"tesigo:{'p' * 24}@", "poor:poor@")
    left_over = server.prepare(site_url=poor, backup_url=cluster.url.replace("tesigo_backup", "yet_another"))
    (role,) = left_over
    assert role.sql.startswith('CREATE ROLE "yet_another" LOGIN REPLICATION PASSWORD')
    assert "SCRAM-SHA-256$" in role.sql
    assert "b" * 24 not in role.sql
    with server.connect(cluster.postgres.url()) as connection:
        connection.execute(role.sql.encode())
    assert server.prepare(site_url=poor, backup_url=cluster.url.replace("tesigo_backup", "yet_another")) == []


def test_moments_are_those_at_which_segments_were_complete(line: Line) -> None:
    name = fake_segment(line, 1)
    moment = datetime(2026, 11, 29, 2, tzinfo=UTC).timestamp()
    os.utime(receiving.received(line.spool) / name, (moment, moment))
    oldest = shipping.waiting(line.spool).oldest_at
    assert oldest == datetime(2026, 11, 29, 2, tzinfo=UTC)
    shipping.ship(line)
    assert shipping.last_shipped(line.spool) == oldest
