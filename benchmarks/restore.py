"""Time of restoring a database to a moment and its files ÷ time of a plain copy of the same bytes.

MEGABYTES= of the table (200) and FILES_MEGABYTES= of files of 1 MB each (500). A cluster of its own below
``var/bench/``; no site: erasing again and the checks of the apps are left out, which take the same whatever the size.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import tables
from benchmarks.kept import ROW_BYTES, Ground, fill, ground, rows_of
from tesigo.platform.processes import wait_until

_FILE_BYTES: Final = 1_000_000


def main() -> None:
    """Fills a table and a folder, copies both, backs both up, restores both, and prints the table."""
    with ground("restore") as place:
        _measure(place)


def _measure(place: Ground) -> None:
    from django.core.files.storage import FileSystemStorage  # Django is set up by now

    from tesigo.platform.backup import gpg, keys, put_back, receiving, replaying, restoring, shipping, unpacking
    from tesigo.platform.backup.destinations.folder import Folder
    from tesigo.platform.backup.errands import line_of
    from tesigo.platform.backup.paths import Kind
    from tesigo.platform.backup.shelf import Opener, Shelf
    from tesigo.platform.backup.stored import Stored
    from tesigo.platform.backup.taking import take

    server, config, media, again = place.server, place.config, place.media, place.home / "again"
    again.mkdir()
    rows = rows_of(200)
    names = [f"{number:06}" for number in range(int(os.environ.get("FILES_MEGABYTES", "500")))]
    for name in names:
        # As documents and their files: packed already.
        (media / name).write_bytes(os.urandom(_FILE_BYTES))
    words, environ = receiving.command(url=config.backup_url, spool=config.spool)
    with (
        psycopg.connect(server.url(), autocommit=True) as connection,
        subprocess.Popen(words, env=os.environ | environ, stderr=subprocess.DEVNULL) as receiver,
    ):
        fill(connection, rows)
        take(config, kind=Kind.FULL, say=print, stored=Stored(FileSystemStorage(location=media)))
        connection.execute("UPDATE pages SET text = reverse(text) WHERE id <= %s", [rows // 20])
        connection.execute("SELECT pg_sleep(0.05)")
        moment = datetime.now(UTC)
        connection.execute("SELECT pg_sleep(0.05)")
        connection.execute("DELETE FROM pages WHERE id <= 1000")
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        assert wait_until((receiving.received(config.spool) / row[0]).exists, seconds=60)
        receiver.terminate()
    shipping.ship(line_of(config))
    server.stop()
    copy_folder = place.home / "copy"
    copied = _seconds(lambda: _copy(server.data, media, into=copy_folder))
    size = sum(path.stat().st_size for path in copy_folder.rglob("*") if path.is_file())
    shutil.rmtree(copy_folder)

    def database() -> None:
        shelf = Shelf(Folder("disk", place.kept), config.public_keys)
        planned, restored = restoring.plan(shelf, to=moment), place.home / "restored"
        copy = unpacking.cluster(shelf, planned.chain, restored, opener=opener, user="tesigo", durable=True)
        wal = restored / "wal"
        wal.mkdir(mode=0o755)
        backed_up = unpacking.database_of(planned.chain[-1])
        copy.start(replaying.way(shelf, backed_up, wal, to=moment, opener=opener).recovery)
        with psycopg.connect(copy.url()) as found:
            assert found.execute("SELECT count(*) FROM pages").fetchone() == (rows,)
        copy.stop()

    def files() -> None:
        put_back.default_storage = FileSystemStorage(location=again)  # type: ignore[attr-defined]  # of this figure's own
        put_back._sources[:] = [lambda: names]
        done = put_back.put_back(Shelf(Folder("disk", place.kept), config.public_keys), near=moment, opener=opener)
        assert (done.put, done.faults) == (len(names), [])

    replaying._CLOCKS = replaying._CLOCKS * 0  # type: ignore[misc]  # one clock, and nothing after the moment
    with gpg.short_home() as keyring:
        gpg.run(keyring, "--import", given=keys.private_file(place.keys).read_bytes())
        opener = Opener(keyring)
        of_database, of_files = _seconds(database), _seconds(files)
    tables.show(
        f"Restoring {rows * ROW_BYTES / 1e6:.0f} MB of rows and {len(names)} MB of files",
        ("", "seen", "to reach"),
        [
            ("plain copy", f"{size / 1e6:.0f} MB in {copied:.1f} s", ""),
            ("the database", f"{of_database:.1f} s", ""),
            ("the files", f"{of_files:.1f} s", ""),
            ("both ÷ plain copy", f"{(of_database + of_files) / copied:.2f}", "≤ 3"),
        ],
    )


def _copy(*folders: Path, into: Path) -> None:
    into.mkdir()
    subprocess.run(["cp", "-a", *folders, into], check=True)


def _seconds(work: Callable[[], None]) -> float:
    """How long it takes until the disk has all of it."""
    os.sync()
    begun = time.monotonic()
    work()
    os.sync()
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
