"""All that is kept about a person, as one ZIP (R-71): tables as JSON and CSV, files, what happened, and a README.

The memory it takes depends on neither how many rows there are nor how large files are, and while a file is copied no
database connection is held.
"""

import csv
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import QuerySet
from django.utils import translation

from privacy import registry
from privacy.domain import activity, archive_readme, archive_tables
from privacy.domain.archive_file import Archive, check
from privacy.domain.archive_tables import Encoder, StoredFile, Table
from tesigo.platform.csv_cells import cell
from tesigo.platform.unfinished import is_unfinished

logger = logging.getLogger(__name__)

#: Of the whole: how much is done when the tables are written, and when the files are. Reading it again is the rest.
_TABLES_PERCENT: Final = 20
_FILES_PERCENT: Final = 80

#: Hears how much is done, in per cent; may be called often.
Told = Callable[[int], None]


def write(user: AbstractBaseUser, out: IO[bytes], *, now: datetime, told: Told = lambda percent: None) -> None:
    """Writes the archive to an open file and reads it again to its end. In the person's language.

    A file that the storage has lost is named in the README, and the rest goes on. Raises ArchiveNotWhole, ServiceAway,
    and OSError where there is no room.
    """
    language = translation.override(getattr(user, "language", settings.LANGUAGE_CODE))
    with Archive(out, now=now) as archive, language, registry.remembering():
        tables = archive_tables.tables()
        for number, table in enumerate(tables):
            archive_tables.write(archive, table, user)
            told(number * _TABLES_PERCENT // len(tables))
        lines = _write_activity(archive, user, tables)
        lost = _write_files(archive, tables, told)
        readme = archive_readme.text(user=user, tables=tables, lines=lines, lost=lost, now=now)
        with archive.entry("README.txt") as file:
            file.write(readme.encode())
    told(_FILES_PERCENT)
    check(out, archive.sizes)


def _write_activity(archive: Archive, user: AbstractBaseUser, tables: list[Table]) -> int:
    theirs: Iterator[QuerySet[Any]] = (registry.of_person(one.model, one.rows, user) for one in tables if one.count)
    count = 0
    with archive.csv("activity.csv") as as_csv:
        writer = csv.writer(as_csv)
        writer.writerow(("at", "by", "what", "about", "details"))
        with archive.entry("activity.json") as raw, io.TextIOWrapper(raw, "utf-8") as as_json:
            as_json.write("[")
            for entry in activity.entries(user, theirs):
                as_json.write(",\n" if count else "\n")
                json.dump(asdict(entry), as_json, cls=Encoder, ensure_ascii=False)
                details = json.dumps(entry.details, cls=Encoder, ensure_ascii=False) if entry.details else ""
                cells = (entry.at.isoformat(), entry.by, entry.what, entry.about, details)
                writer.writerow([cell(one) for one in cells])
                count += 1
            as_json.write("\n]\n")
    return count


def _write_files(archive: Archive, tables: list[Table], told: Told) -> list[str]:
    """Copies every file that a row names; returns where those would stand that the storage has lost."""
    files = [file for table in tables for file in table.files]
    lost = []
    for number, file in enumerate(files):
        told(_TABLES_PERCENT + number * (_FILES_PERCENT - _TABLES_PERCENT) // len(files))
        with _without_connection():
            if not _copied(archive, file):
                lost.append(file.path)
    if lost:
        logger.error("files of a person were lost", extra={"files": len(lost)})
    return lost


def _copied(archive: Archive, file: StoredFile) -> bool:
    try:
        stored = default_storage.open(file.stored_as)
    except FileNotFoundError:
        return is_unfinished(file.stored_as)  # in S3 there is no file yet
    with stored:
        archive.add(file.path, stored, packed=False)  # most of them are packed already
    return True


@contextmanager
def _without_connection() -> Iterator[None]:
    if not connection.in_atomic_block:
        connection.close()  # back to the pool: others need it while this one copies
    yield
