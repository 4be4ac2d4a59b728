"""Writing passages together with the words they are found by, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from documents.models import Passage, Source
from reading.language import dictionary


@dataclass(frozen=True, slots=True)
class NewPassage:
    """``page`` and ``page_label`` as in `Passage`; ``position`` counts from 0 over the whole source."""

    page: int
    page_label: str
    position: int
    text: str


def citable(*, document_id: UUID) -> QuerySet[Passage]:
    """The passages of a document that a text may rest on: those of its citable sources (R-97, R-98)."""
    return Passage.objects.filter(source__in=Source.objects.citable().filter(document_id=document_id))


def insert(*, source: Source, passages: Sequence[NewPassage], language: str) -> None:
    """Adds the passages of a source; the database splits each into words by the dictionary of ``language``."""
    insert_of([(source.pk, passage) for passage in passages], language=language)


def insert_of(of_sources: Sequence[tuple[int, NewPassage]], *, language: str) -> None:
    """The same for passages of several sources, each with the id of its own.

    One statement for all of them: row by row the ORM would spend more time on building it than the database on it.
    """
    if not of_sources:
        return
    passages = [passage for _source_id, passage in of_sources]
    columns: list[list[int] | list[str]] = [
        [source_id for source_id, _passage in of_sources],
        [passage.page for passage in passages],
        [passage.page_label for passage in passages],
        [passage.position for passage in passages],
        [passage.text for passage in passages],
    ]
    table = connection.ops.quote_name(Passage._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (source_id, page, page_label, position, text, search) "  # noqa: S608  # ours
            "SELECT source_id, page, page_label, position, text, to_tsvector(%s::regconfig, text) "
            "FROM unnest(%s::bigint[], %s::integer[], %s::text[], %s::integer[], %s::text[]) "
            "AS new(source_id, page, page_label, position, text)",
            [dictionary(language), *columns],
        )
