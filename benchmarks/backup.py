"""Bytes of an incremental backup after 1 % of the pages changed ÷ bytes of the full one, and their times.

MEGABYTES= of the table that is copied (100). A cluster of its own below ``var/bench/``; no site, no queue.
"""

import time

import psycopg

from benchmarks import tables
from benchmarks.kept import Ground, fill, ground, rows_of


def main() -> None:
    """Fills a table, copies all of it, changes a hundredth, copies what changed, and prints the table."""
    rows = rows_of(100)
    with ground("backup") as place, psycopg.connect(place.server.url(), autocommit=True) as connection:
        fill(connection, rows)
        connection.execute("VACUUM FREEZE pages")
        full_bytes, full_seconds, _ = _take(place, "full")
        # Rows that lie together, so that a hundredth of the rows is a hundredth of the pages.
        connection.execute("UPDATE pages SET text = reverse(text) WHERE id <= %s", [rows // 100])
        small_bytes, small_seconds, kind = _take(place, "incr")
    assert kind == "incr"
    tables.show(
        "Backups",
        ("", "seen", "to reach"),
        [
            ("full", f"{full_bytes / 1e6:.1f} MB in {full_seconds:.1f} s", ""),
            ("incremental, 1 % of the pages changed", f"{small_bytes / 1e6:.1f} MB in {small_seconds:.1f} s", ""),
            ("incremental ÷ full, in bytes", f"{small_bytes / full_bytes:.3f}", "≤ 0.1"),
        ],
    )


def _take(place: Ground, kind: str) -> tuple[int, float, str]:
    """Its bytes, its seconds, and what kind it was."""
    from django.core.files.storage import FileSystemStorage  # Django is set up by now

    from tesigo.platform.backup.paths import Kind
    from tesigo.platform.backup.stored import Stored
    from tesigo.platform.backup.taking import take

    stored = Stored(FileSystemStorage(location=place.media))
    begun = time.monotonic()
    manifest = take(place.config, kind=Kind(kind), say=print, stored=stored).manifest
    assert manifest.database is not None
    return sum(part.bytes for part in manifest.database.parts), time.monotonic() - begun, manifest.kind


if __name__ == "__main__":
    main()
