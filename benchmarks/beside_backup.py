"""Requests a second of the mixed journey while a full backup runs ÷ without.

MEGABYTES= of a table that makes the backup long (1000), STUDENTS= without think time (30), SECONDS= of each run (20),
ROUNDS= of both in turn (4). Backups follow one another for as long as pages are asked for.
"""

import base64
import os
import secrets
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import tables, visitors
from benchmarks.kept import ROW_BYTES, copier_url, fill, rows_of
from benchmarks.receipts import gather_styles
from benchmarks.serving import web
from benchmarks.site import site
from benchmarks.workers import beat, worker
from local.up import WEB_PROCESSES
from tesigo.platform.paths import ROOT
from tesigo.platform.processes import give_way, wait_until

_BEGIN_SECONDS: Final = 60.0


def main() -> None:
    """Starts the site, asks for pages with and without backups, and prints the table."""
    rows = rows_of(1000)
    students, seconds = int(os.environ.get("STUDENTS", "30")), int(os.environ.get("SECONDS", "20"))
    seen: dict[bool, list[float]] = {False: [], True: []}
    with site() as place, _backups(place.folder), worker(place.folder), beat(place.folder):
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            fill(connection, rows, is_vacuumed=True)
        gather_styles(ROOT)
        visitors.prepare(students, writing=0, folder=place.folder)
        with web(place, processes=int(WEB_PROCESSES)) as address:
            for number in range(2 * int(os.environ.get("ROUNDS", "4")) + 1):
                is_beside = number % 2 == 0
                with _taking(place.folder) if is_beside else nullcontext():
                    run = visitors.run(address, place.folder, think="0 0", students=students, seconds=seconds)
                if run.failures:
                    raise SystemExit(f"{run.failures} pages were not answered.")
                if number:  # the first warms up
                    seen[is_beside].append(run.per_second)
            taken = (place.folder / "backups.log").read_text().count(" is kept at ")
    without, beside = (statistics.median(seen[key]) for key in (False, True))
    tables.show(
        f"{students} students without think time, {rows * ROW_BYTES / 1e6:.0f} MB of rows, {taken} backups",
        ("", "seen", "to reach"),
        [
            ("without", f"{without:.0f} requests/s", ""),
            ("while a full backup runs", f"{beside:.0f} requests/s", ""),
            ("÷", f"{beside / without:.2f}", "≥ 0.85"),
        ],
    )


@contextmanager
def _backups(folder: Path) -> Iterator[None]:
    """The site's settings with a destination beside it; the role and its slot are gone afterwards."""
    from tesigo.platform.backup import keys, server  # not before Django is set up

    site_url = os.environ["DATABASE_URL"]
    backup_url = copier_url(site_url)
    os.environ |= {
        "BACKUP_DATABASE_URL": backup_url,
        "BACKUP_DESTINATIONS": "disk",
        "BACKUP_DISK_URL": f"file://{folder / 'kept'}",
        "BACKUP_SPOOL": str(folder / "spool"),
        "BACKUP_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "BACKUP_RECIPIENTS_FILE": str(keys.make_local_pair(folder / "keys")),
    }
    (folder / "kept").mkdir()
    server.prepare(site_url=site_url, backup_url=backup_url)
    try:
        yield
    finally:
        # A slot that nobody reads keeps WAL until the disk is full.
        with psycopg.connect(site_url, autocommit=True) as connection:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [server.SLOT])
            connection.execute("DROP ROLE copier")


@contextmanager
def _taking(folder: Path) -> Iterator[None]:
    """Full backups, one after the other; the first has begun to copy when the block begins."""
    log = folder / "backups.log"
    again = "while :; do $0 manage.py backup --full || exit 1; done"
    with log.open("a") as output:
        begun = log.stat().st_size
        process = subprocess.Popen(
            ["sh", "-c", again, sys.executable],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=give_way,  # as the worker that the timetable starts them in
        )
    try:
        if not wait_until(lambda: log.stat().st_size > begun, seconds=_BEGIN_SECONDS):
            raise SystemExit(f"No backup began; {log} says why.")
        yield
        if process.poll() is not None:
            raise SystemExit(f"A backup failed; {log} says why.")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(30)


if __name__ == "__main__":
    main()
