"""Copies are private, come to where they are told to, and say why when they do not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tesigo.platform.backup import copies, tables
from tesigo.platform.backup.copies import Copy, CopyError, Recovery
from tests.platform.backup_restoring.primary import Primary, copied, flip

ROWS = 20_000


class Taken:
    """A backup, the moments around commits after it, and what was committed when."""

    def __init__(self, primary: Primary, folder: Path) -> None:
        primary.execute(
            "CREATE TABLE note (id bigint PRIMARY KEY, of bigint REFERENCES note, text text CHECK (text <> ''))",
            f"INSERT INTO note SELECT n, nullif(n / 2, 0), 'note ' || n FROM generate_series(1, {ROWS}) n",
            "CREATE INDEX note_text ON note (text)",
            "VACUUM ANALYZE note",
        )
        self.full = primary.backup(folder / "full")
        primary.execute("INSERT INTO note VALUES (100001, NULL, 'before')")
        self.before = primary.now()
        primary.execute("DELETE FROM note WHERE id = 100001")
        primary.execute("INSERT INTO note VALUES (100002, NULL, 'after')")
        self.after = primary.now()
        self.segments = [primary.end_segment()]
        primary.execute("INSERT INTO note VALUES (100003, NULL, 'last')")
        self.segments.append(primary.end_segment())
        self.archive = primary.archive


@pytest.fixture(scope="module")
def taken(primary: Primary, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return Taken(primary, tmp_path_factory.mktemp("taken"))


@pytest.fixture
def copy(taken: Taken, home: Path) -> Iterator[Copy]:
    made = copied(taken.full, home, max_connections="150")
    yield made
    made.stop()


def ids(copy: Copy) -> set[int]:
    with psycopg.connect(copy.url()) as connection:
        return {number for (number,) in connection.execute("SELECT id FROM note WHERE id > 100000")}


def test_a_copy_is_replayed_to_the_last_commit_before_a_moment(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1, time=taken.before))
    assert ids(copy) == {100001}
    assert copy.last_commit()


def test_without_a_moment_it_is_as_it_was_at_the_end_of_the_backup(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    assert ids(copy) == set()


def test_a_moment_after_the_last_archived_commit_is_refused(taken: Taken, copy: Copy) -> None:
    with pytest.raises(CopyError, match="recovery ended before configured recovery target was reached"):
        copy.start(Recovery(taken.archive, 1, time=taken.after + timedelta(days=1)))
    assert copy.pid() is None


def test_a_missing_segment_before_the_moment_is_no_success(taken: Taken, copy: Copy, tmp_path: Path) -> None:
    wal = tmp_path / "wal"
    wal.mkdir()
    for path in taken.archive.iterdir():
        if path.name != taken.segments[0]:
            (wal / path.name).write_bytes(path.read_bytes())
    with pytest.raises(CopyError, match=r"recovery ended before|could not locate"):
        copy.start(Recovery(wal, 1, time=taken.after))


def test_nobody_reaches_a_copy_by_the_network(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    with psycopg.connect(copy.url()) as connection:
        rows: dict[str, str] = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
    assert (rows["listen_addresses"], rows["archive_mode"], rows["archive_command"]) == ("", "off", "(disabled)")
    assert copy.socket.stat().st_mode & 0o077 == 0
    assert Path(rows["hba_file"]).parent == copy.home


def test_a_copy_gets_as_many_connections_as_the_server_had(taken: Taken, home: Path) -> None:
    """The manifest says 20, the server had 150 when the backup began."""
    copy = copied(taken.full, home, max_connections="20")
    copy.start(Recovery(taken.archive, 1, time=taken.before))
    try:
        with psycopg.connect(copy.url()) as connection:
            assert connection.execute("SHOW max_connections").fetchone() == ("150",)
    finally:
        copy.stop()


def test_a_directory_that_is_no_cluster_says_so(home: Path) -> None:
    (home / "data").mkdir()
    copy = Copy(home)
    copy.take_over()
    with pytest.raises(CopyError, match="control file"):
        copy.start()


def test_a_stopped_copy_leaves_no_socket(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    socket = copy.socket
    copy.stop()
    assert not socket.exists()
    assert copy.pid() is None


def file_of(copy: Copy, relation: str) -> Path:
    with psycopg.connect(copy.url()) as connection:
        (path,) = connection.execute("SELECT pg_relation_filepath(%s)", [relation]).fetchone() or ("",)
    return copy.data / path


def faults(copy: Copy) -> str:
    with tables.reading(copy.url()) as connection:
        found = [check(connection)[1] for check in (tables.check_structure, tables.check_constraints)]
        found.append(tables.count(connection, expected={"public.note": (ROWS, ROWS)})[1])
    return "\n".join(fault for some in found for fault in some)


def test_a_whole_copy_has_no_faults(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    assert faults(copy) == ""
    with tables.reading(copy.url()) as connection:
        assert tables.counts(connection) == {"public.note": ROWS}
        assert tables.check_structure(connection)[0].endswith("read page by page")


@pytest.mark.parametrize("relation", ["note", "note_text", "note_pkey"])
def test_one_flipped_bit_is_found_and_named(taken: Taken, copy: Copy, relation: str) -> None:
    copy.start(Recovery(taken.archive, 1))
    path = file_of(copy, relation)
    copy.stop()
    flip(path, at=8192 * 20 + 5000)
    copy.start()
    assert relation in faults(copy)


def test_rows_that_a_constraint_forbids_are_named(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    with psycopg.connect(copy.url(), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO note VALUES (100009, 99999999, 'an orphan')")
        connection.execute("ALTER TABLE note DROP CONSTRAINT note_text_check")
        connection.execute("INSERT INTO note VALUES (100010, NULL, '')")
        connection.execute("ALTER TABLE note ADD CONSTRAINT note_text_check CHECK (text <> '') NOT VALID")
    said = faults(copy)
    assert "note, note_of_fkey: broken by 1 row" in said
    assert "note, note_text_check: is not validated" in said
    assert "note, note_text_check: broken by 1 row" in said


@pytest.mark.parametrize("noted", ["", ".", "elsewhere", "{here}/elsewhere"])
def test_stopping_a_copy_removes_nothing_but_its_socket(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: str
) -> None:
    """A disk that was full when the place of the socket was noted left an empty file, which means where we stand."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "folder").mkdir(parents=True)
    (elsewhere / "folder" / "file").touch()
    monkeypatch.chdir(elsewhere if noted in {"", "."} else tmp_path)
    (home / "socket").write_text(noted.format(here=tmp_path))
    Copy(home).stop()
    assert (elsewhere / "folder" / "file").exists()
    assert not (home / "socket").exists()


def test_a_stopped_copy_leaves_no_folder_of_its_socket(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    socket = copy.socket
    assert list(socket.iterdir())
    copy.stop()
    assert not socket.exists()


def test_a_table_that_is_not_what_was_counted_is_named(taken: Taken, copy: Copy) -> None:
    copy.start(Recovery(taken.archive, 1))
    with psycopg.connect(copy.url(), autocommit=True) as connection:
        connection.execute("DELETE FROM note WHERE id > %s", [ROWS - 500])
    with tables.reading(copy.url()) as connection:
        _said, found = tables.count(connection, expected={"public.note": (ROWS, ROWS), "public.gone": (1, 2)})
    assert found == ["public.gone: is missing", "public.note: 19,500 rows, 20,000 when it was backed up"]


def test_a_copy_that_takes_too_long_is_stopped(
    taken: Taken, copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies.Recovery, "settings", lambda self: {"restore_command": "sleep 5; false"})
    with pytest.raises(CopyError, match="not at its end after 1 seconds"):
        copy.start(Recovery(tmp_path, 1), seconds=1)
    assert copy.pid() is None
