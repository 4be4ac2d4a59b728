"""The detector: the database itself writes down every commit of a step or a section's text, by any process.

Rows that are overwritten or deleted later still leave their commits in the log, and what is rolled back leaves none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

_INSTALL = """
DROP SCHEMA IF EXISTS watch CASCADE;
CREATE SCHEMA watch;
CREATE TABLE watch.ended (
    step bigint, stage text, document uuid, section uuid, token bigint, late boolean, at timestamptz
);
CREATE TABLE watch.committed (document uuid, section uuid, revision integer, at timestamptz);

CREATE FUNCTION watch.step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO watch.ended
    SELECT NEW.id, NEW.stage, job.document_id, NEW.section_id, NEW.token, OLD.state = 'done', clock_timestamp()
    FROM public.generation_job AS job WHERE job.id = NEW.job_id;
    RETURN NULL;
END $$;
CREATE FUNCTION watch.section() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO watch.committed VALUES (NEW.document_id, NEW.id, NEW.revision, clock_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER watch_ended AFTER UPDATE ON public.generation_step FOR EACH ROW
    WHEN (NEW.state = 'done' AND (OLD.state <> 'done' OR NEW.finished_at IS DISTINCT FROM OLD.finished_at)
          OR OLD.state = 'done' AND NEW.state <> 'done')
    EXECUTE FUNCTION watch.step();
CREATE TRIGGER watch_committed AFTER UPDATE ON public.documents_section FOR EACH ROW
    WHEN (NEW.text <> OLD.text OR NEW.revision <> OLD.revision)
    EXECUTE FUNCTION watch.section();
"""
_REMOVE = "DROP SCHEMA IF EXISTS watch CASCADE"
#: Every step that came to an end more than once, and every section whose revision was committed more than once.
_TWICE = {
    "step": "SELECT stage, step, count(*) FROM watch.ended GROUP BY stage, step HAVING count(*) > 1",
    "revision": """SELECT section, revision, count(*) FROM watch.committed
                   GROUP BY section, revision HAVING count(*) > 1""",
}


@dataclass(frozen=True)
class Watch:
    """What was seen since the watch began."""

    def committed_twice(self) -> list[str]:
        """In words, one for each step or (section, revision) that was committed more than once: a broken promise."""
        return [
            f"{kind} {first} {second}: {count} times"
            for kind, query in _TWICE.items()
            for first, second, count in _rows(query)
        ]

    def commits(self) -> int:
        """How many texts of sections were committed."""
        return int(_rows("SELECT count(*) FROM watch.committed")[0][0])

    def commits_by_section(self, document_id: Any) -> dict[Any, list[int]]:
        """The revisions of each section in the order of their commits."""
        rows = _rows("SELECT section, revision FROM watch.committed WHERE document = %s ORDER BY at", document_id)
        found: dict[Any, list[int]] = {}
        for section, revision in rows:
            found.setdefault(section, []).append(revision)
        return found


def begin() -> Watch:
    """Watches this process's database from now on."""
    with connection.cursor() as cursor:
        cursor.execute(_INSTALL)
    return Watch()


@contextmanager
def watching() -> Iterator[Watch]:
    """Watches for the time of the block."""
    try:
        yield begin()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE)


def _rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall()
