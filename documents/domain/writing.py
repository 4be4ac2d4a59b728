"""Committing a section's text together with the citations in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from documents.domain.text import citation_keys
from documents.enums import CitationCheck, RevisionReason
from documents.errors import StaleRevision
from documents.models import Citation, Passage, Section, SectionRevision


@dataclass(frozen=True)
class CitationDraft:
    """One cited key's evidence: the passage that supports ``sentence`` and how that was checked (R-10)."""

    passage_id: int
    sentence: str
    check_result: CitationCheck
    check_note: str = ""


def commit_revision(
    *,
    section_id: UUID,
    expected_revision: int,
    text: str,
    reason: RevisionReason,
    citations: Sequence[CitationDraft],
    provenance: Mapping[str, Any],
    now: datetime,
    written_at: datetime | None = None,
    html: str = "",
) -> int:
    """Writes the next revision of a section and returns its number.

    ``written_at`` is when a model wrote it, now where nothing else is said; ``html`` is shown until it is rendered.

    ``citations`` holds one draft for each cited key of ``text``, in order. Must run inside the transaction that ends
    the caller's step, so that step and text are committed together or not at all (R-12). Raises StaleRevision when
    ``expected_revision`` is not the present one, ValueError when drafts and cited keys do not match.
    """
    transaction.get_connection().validate_no_broken_transaction()
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("commit_revision runs inside the caller's transaction")
    _match_keys(text, citations)
    revision = expected_revision + 1
    moved = Section.objects.filter(pk=section_id, revision=expected_revision).update(
        text=text, html=html, revision=revision, provenance=dict(provenance), written_at=written_at or now
    )
    if not moved:
        raise StaleRevision(str(section_id))
    SectionRevision.objects.create(
        section_id=section_id,
        revision=revision,
        text=text,
        reason=reason,
        citations=[[one.passage_id, one.sentence, one.check_result, one.check_note] for one in citations],
        provenance=dict(provenance),
        created_at=now,
    )
    _replace_citations(section_id, citations, now)
    return revision


def _match_keys(text: str, citations: Sequence[CitationDraft]) -> None:
    cited = [item.key for item in citation_keys(text)]
    keys = dict(
        Passage.objects.filter(pk__in={draft.passage_id for draft in citations}).values_list("pk", "source__key")
    )
    if cited != [keys.get(draft.passage_id) for draft in citations]:
        raise ValueError("each cited key needs its passage, in the order of the text")


def _replace_citations(section_id: UUID, citations: Sequence[CitationDraft], now: datetime) -> None:
    document_id = Section.objects.values_list("document_id", flat=True).get(pk=section_id)
    sources = dict(
        Passage.objects.filter(
            pk__in={draft.passage_id for draft in citations}, source__document_id=document_id
        ).values_list("pk", "source_id")
    )
    Citation.objects.filter(section_id=section_id).delete()
    Citation.objects.bulk_create(
        Citation(
            document_id=document_id,
            section_id=section_id,
            position=position,
            source_id=sources[draft.passage_id],
            passage_id=draft.passage_id,
            sentence=draft.sentence,
            check_result=draft.check_result,
            check_note=draft.check_note[:300],
            created_at=now,
        )
        for position, draft in enumerate(citations)
    )
