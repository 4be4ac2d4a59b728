"""What the notes on a document's sections rest on, read in few queries, however many sections there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from documents.domain.text import citation_keys
from documents.enums import CitationCheck, SheetKind
from documents.models import Citation, Document, Passage, Section, SheetLine, Source
from generation.editing.notes import asked, away, slips
from generation.editing.notes.cited import Kept
from generation.writing import assignments
from generation.writing.prompts.blocks import page_of


@dataclass(frozen=True)
class Known:
    """A document's terms and English, lines of the sheet by the section that is to meet them, notes put away.

    ``kept`` are the citations of the sections that are looked at, as they were saved; ``citable`` and ``unread`` are
    the keys that they cite and that may be cited, with text and without.
    """

    document: Document
    terms: Sequence[str]
    english: str
    lines: Mapping[UUID, Sequence[SheetLine]]
    left: frozenset[str]
    kept: Mapping[UUID, Mapping[tuple[str, str], Kept]]
    citable: frozenset[str]
    unread: frozenset[str]


def load(document: Document, texts: Mapping[UUID, str], outline: Sequence[Section], english: Counter[str]) -> Known:
    """Reads it for sections with these texts; ``english`` counts words of the document by how they are spelled."""
    keys = {item.key for text in texts.values() for item in citation_keys(text)}
    read = Exists(Passage.objects.filter(source=OuterRef("pk")))
    sources = Source.objects.citable().filter(document=document, key__in=keys).annotate(is_read=read)
    has_text = dict(sources.values_list("key", "is_read")) if keys else {}
    return Known(
        document=document,
        terms=[term.term for term in assignments.terms(document_id=document.pk)],
        english=document.english or slips.chosen_english(english),
        lines=_lines(document, outline),
        left=away.digests(document),
        kept=_kept(texts),
        citable=frozenset(key for key, is_read in has_text.items() if is_read),
        unread=frozenset(key for key, is_read in has_text.items() if not is_read),
    )


def _kept(texts: Mapping[UUID, str]) -> Mapping[UUID, Mapping[tuple[str, str], Kept]]:
    kept: dict[UUID, dict[tuple[str, str], Kept]] = {pk: {} for pk in texts}
    rows = Citation.objects.filter(section__in=list(texts)).order_by("position")
    for row in rows.select_related("source", "passage").only(
        "section_id", "sentence", "check_result", "source__key", "passage__page", "passage__page_label"
    ):
        kept[row.section_id][row.sentence, row.source.key] = Kept(CitationCheck(row.check_result), page_of(row.passage))
    return kept


def _lines(document: Document, outline: Sequence[Section]) -> Mapping[UUID, Sequence[SheetLine]]:
    """Questions and terms of the sheet, each with the section whose plan names it best."""
    kinds = (SheetKind.TERM, SheetKind.POINT)
    found: dict[UUID, list[SheetLine]] = {}
    for line in document.sheet_lines.filter(is_removed=False, kind__in=kinds):
        if (section := asked.section_of(line, document, outline)) is not None:
            found.setdefault(section.pk, []).append(line)
    return found
