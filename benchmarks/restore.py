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
from psycopg.conninfo import conninfo_to_dict

from benchmarks import tables
from benchmarks.backup import FILL, ROW_BYTES
from tesigo.platform import local_env
from tesigo.platform.postgres_server import PostgresServer
from tesigo.platform.processes import file_lock, free_port, wait_until
from tesigo.platform.stack import VAR
from tesigo.platform.strength import strong_secret

_HOME: Final = VAR / "bench" / "restore"
_FILE_BYTES: Final = 1_000_000


def main() -> None:
    """Fills a table and a folder, copies both, backs both up, restores both, and prints the table."""
    with file_lock(VAR / "bench" / "run.lock", wait=False) as is_free:
        if not is_free:
            raise SystemExit("Another benchmark is running.")
        shutil.rmtree(_HOME, ignore_errors=True)
        _HOME.mkdir(parents=True)
        local_env.load()
        os.environ["DJANGO_SETTINGS_MODULE"] = "tesigo.settings"
        server = PostgresServer(_HOME / "postgres", free_port(), strong_secret())
        server.start()
        try:
            _measure(server)
        finally:
            server.stop()
            shutil.rmtree(_HOME, ignore_errors=True)


def _measure(server: PostgresServer) -> None:
    import django

    django.setup()
    from tesigo.platform.backup import (
        gpg,
        keys,
        put_back,
        receiving,
        replaying,
        restoring,
        shipping,
        signing,
        unpacking,
    )
    from tesigo.platform.backup import server as backup_server
    from tesigo.platform.backup.config import Config
    from tesigo.platform.backup.destinations.folder import Folder
    from tesigo.platform.backup.errands import line_of
    from tesigo.platform.backup.paths import Kind
    from tesigo.platform.backup.places import Place
    from tesigo.platform.backup.shelf import Opener, Shelf
    from tesigo.platform.backup.stored import Stored
    from tesigo.platform.backup.taking import take

    kept, media, again, spool = (_HOME / name for name in ("kept", "media", "again", "spool"))
    for folder in (kept, media, again):
        folder.mkdir()
    rows = int(os.environ.get("MEGABYTES", "200")) * 1_000_000 // ROW_BYTES
    names = [f"{number:06}" for number in range(int(os.environ.get("FILES_MEGABYTES", "500")))]
    for name in names:
        # As documents and their files: packed already.
        (media / name).write_bytes(os.urandom(_FILE_BYTES))
    key = signing.new_key()
    config = Config(
        places=(Place("disk", f"file://{kept}"),),
        recipients_file=keys.make_local_pair(_HOME / "keys"),
        signing_key=key,
        public_keys=(signing.public_key(key),),
        backup_url=f"postgresql://copier:{strong_secret()}@127.0.0.1:{server.port}/tesigo",
        site_database=dict(conninfo_to_dict(server.url())),
        spool=spool,
    )
    backup_server.prepare(site_url=server.url(), backup_url=config.backup_url)
    words, environ = receiving.command(url=config.backup_url, spool=spool)
    with (
        psycopg.connect(server.url(), autocommit=True) as connection,
        subprocess.Popen(words, env=os.environ | environ, stderr=subprocess.DEVNULL) as receiver,
    ):
        connection.execute("CREATE TABLE pages (id bigint PRIMARY KEY, text text) WITH (autovacuum_enabled = off)")
        connection.execute(FILL.format(rows))
        from django.core.files.storage import FileSystemStorage

        take(config, kind=Kind.FULL, say=print, stored=Stored(FileSystemStorage(location=media)))
        connection.execute("UPDATE pages SET text = reverse(text) WHERE id <= %s", [rows // 20])
        connection.execute("SELECT pg_sleep(0.05)")
        moment = datetime.now(UTC)
        connection.execute("SELECT pg_sleep(0.05)")
        connection.execute("DELETE FROM pages WHERE id <= 1000")
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        assert wait_until((receiving.received(spool) / row[0]).exists, seconds=60)
        receiver.terminate()
    shipping.ship(line_of(config))
    server.stop()
    copied = _seconds(lambda: _copy(server.data, media))
    size = sum(path.stat().st_size for path in _HOME.joinpath("copy").rglob("*") if path.is_file())
    shutil.rmtree(_HOME / "copy")

    def database() -> None:
        shelf = Shelf(Folder("disk", kept), config.public_keys)
        planned = restoring.plan(shelf, to=moment)
        copy = unpacking.cluster(shelf, planned.chain, _HOME / "restored", opener=opener, user="tesigo", durable=True)
        wal = _HOME / "restored" / "wal"
        wal.mkdir(mode=0o755)
        backed_up = unpacking.database_of(planned.chain[-1])
        copy.start(replaying.way(shelf, backed_up, wal, to=moment, opener=opener).recovery)
        with psycopg.connect(copy.url()) as restored:
            assert restored.execute("SELECT count(*) FROM pages").fetchone() == (rows,)
        copy.stop()

    def files() -> None:
        put_back.default_storage = FileSystemStorage(location=again)  # type: ignore[attr-defined]  # of this figure's own
        put_back._sources[:] = [lambda: names]
        done = put_back.put_back(Shelf(Folder("disk", kept), config.public_keys), near=moment, opener=opener)
        assert (done.put, done.faults) == (len(names), [])

    replaying._CLOCKS = replaying._CLOCKS * 0  # type: ignore[misc]  # one clock, and nothing after the moment
    with gpg.short_home() as home:
        gpg.run(home, "--import", given=keys.private_file(_HOME / "keys").read_bytes())
        opener = Opener(home)
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


def _copy(*folders: Path) -> None:
    (_HOME / "copy").mkdir()
    subprocess.run(["cp", "-a", *folders, str(_HOME / "copy")], check=True)


def _seconds(work: Callable[[], None]) -> float:
    """How long it takes until the disk has all of it."""
    os.sync()
    begun = time.monotonic()
    work()
    os.sync()
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
