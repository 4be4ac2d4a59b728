"""Rows of outlines that were thrown away, kept to be brought back (R-89)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from documents.models import Document, DroppedSection, Section

#: Of one document; the oldest go first.
MOST_ROWS: Final = 50
#: Of one that had sections below it, whose own were not counted.
_LEAST_PAGES: Final = Decimal("0.1")


class _Said(NamedTuple):
    """What makes a row: titles alone do not, for each chapter may end with its "Summary"."""

    title: str
    chapter: str
    covers: str
    leaves_out: str


def of(document: Document) -> list[DroppedSection]:
    """What can be brought back, the newest first."""
    return list(document.dropped_sections.all()[:MOST_ROWS])


def keep(
    document: Document, *, rows: Sequence[Section], kept: Collection[str] = (), thrown: Collection[str] = ()
) -> None:
    """Keeps the rows that a new outline leaves out, in the transaction that writes it.

    ``rows`` are the new outline's. Where the caller knows them, ``kept`` are ids of rows that stay under whatever
    title, ``thrown`` ids of those that are thrown away; any other is gone where nothing in the new outline is like it.
    """
    before = list(document.sections.defer("text", "html", "provenance").order_by("position"))
    said = {row.pk: words for row, words in zip(before, _said(before), strict=True)}
    stays = _found_again({pk: words for pk, words in said.items() if str(pk) not in thrown}, _said(rows))
    gone = [row for row in before if row.pk not in stays and str(row.pk) not in kept]
    # Thrown away again, word for word, it stands there once.
    again = Counter(said[row.pk] for row in gone)
    for old in document.dropped_sections.all():
        words = _Said(old.title, old.chapter, old.covers, old.leaves_out)
        if again[words] > 0:
            again[words] -= 1
            old.delete()
    DroppedSection.objects.bulk_create(
        DroppedSection(document=document, pages=max(row.pages, _LEAST_PAGES), **said[row.pk]._asdict()) for row in gone
    )
    if gone:
        newest = list(document.dropped_sections.values_list("pk", flat=True)[:MOST_ROWS])
        document.dropped_sections.exclude(pk__in=newest).delete()


def _said(rows: Sequence[Section]) -> list[_Said]:
    titles = {row.pk: row.title for row in rows}
    return [
        _Said(row.title, titles[row.parent_id] if row.parent_id else "", row.covers, row.leaves_out) for row in rows
    ]


def _found_again(before: Mapping[UUID, _Said], now: list[_Said]) -> set[UUID]:
    """Which rows are in the new outline, each there for one: first word for word, last by their title alone."""
    found: set[UUID] = set()
    for alike in (4, 2, 1):
        for pk, words in before.items():
            same = next((one for one in now if one[:alike] == words[:alike]), None) if pk not in found else None
            if same is not None:
                now.remove(same)
                found.add(pk)
    return found
