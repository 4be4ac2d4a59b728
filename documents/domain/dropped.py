"""Rows of outlines that were thrown away, kept to be brought back (R-89)."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final

from documents.models import Document, DroppedSection, Section

#: Of one document; the oldest go first.
MOST_ROWS: Final = 50
#: Of one that had sections below it, whose own were not counted.
_LEAST_PAGES: Final = Decimal("0.1")


def of(document: Document) -> list[DroppedSection]:
    """What can be brought back, the newest first."""
    return list(document.dropped_sections.all()[:MOST_ROWS])


def keep(document: Document, *, titles: Sequence[str], kept: Collection[str] | None) -> None:
    """Keeps the rows that a new outline leaves out, in the transaction that writes it.

    ``titles`` are the new outline's; ``kept`` the ids of rows that stay, where the caller knows them.
    """
    # What is in the outline again is not thrown away any more.
    document.dropped_sections.filter(title__in=titles).delete()
    rows = {section.pk: section for section in document.sections.defer("text", "html", "provenance")}
    gone = [row for row in rows.values() if _is_gone(row, titles, kept)]
    DroppedSection.objects.bulk_create(
        DroppedSection(
            document=document,
            title=row.title,
            covers=row.covers,
            leaves_out=row.leaves_out,
            pages=max(row.pages, _LEAST_PAGES),
            chapter=rows[row.parent_id].title if row.parent_id else "",
        )
        for row in gone
    )
    if gone:
        # A title that was thrown away again stands there once.
        again = document.dropped_sections.filter(title__in=[row.title for row in gone]).order_by("-pk")
        newest = list(again.order_by("title", "-pk").distinct("title").values_list("pk", flat=True))
        again.exclude(pk__in=newest).delete()
        stays = list(document.dropped_sections.values_list("pk", flat=True)[:MOST_ROWS])
        document.dropped_sections.exclude(pk__in=stays).delete()


def _is_gone(row: Section, titles: Sequence[str], kept: Collection[str] | None) -> bool:
    return row.title not in titles if kept is None else str(row.pk) not in kept
