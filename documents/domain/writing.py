"""Committing a section's text together with the citations in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Json

from documents.domain.text import citation_keys
from documents.enums import OWNERS_REASONS, CitationCheck, RevisionReason
from documents.errors import StaleRevision

_HOLD: Final = """
    WITH gone AS (
        DELETE FROM documents_sectionrevision WHERE id IN (
            SELECT id FROM documents_sectionrevision
            WHERE section_id = %(section)s AND name = '' AND reason = ANY(%(reasons)s)
            ORDER BY revision DESC OFFSET %(keep)s
        )
    ), said AS (
        DELETE FROM documents_unsavedtext WHERE section_id = %(section)s AND token = %(unsaved)s
    )
    SELECT state FROM documents_document WHERE id = %(document)s FOR NO KEY UPDATE
"""
# The version and the text that it is, or neither where another one came first.
_COMMIT: Final = """
    WITH moved AS (
        UPDATE documents_section
        SET text = %(text)s, html = %(html)s, revision = revision + 1, provenance = %(provenance)s,
            written_at = %(written_at)s
        WHERE id = %(section)s AND revision = %(expected)s
        RETURNING id, revision, text, provenance
    )
    INSERT INTO documents_sectionrevision (section_id, revision, text, reason, citations, provenance, created_at)
    SELECT id, revision, text, %(reason)s, %(kept)s, provenance, %(now)s FROM moved
"""
# In the place of those before: rows beyond the last go, the others are overwritten. A row is written only where its
# passage is of a source of this document with the key that stands in the text.
_CITE: Final = """
    WITH gone AS (DELETE FROM documents_citation WHERE section_id = %(section)s AND position >= %(count)s)
    INSERT INTO documents_citation
        (document_id, section_id, position, source_id, passage_id, sentence, check_result, check_note, created_at)
    SELECT section.document_id, section.id, cited.ord - 1, source.id, passage.id, cited.sentence, cited.checked,
           cited.note, %(now)s
    FROM unnest(
        %(passages)s::bigint[], %(keys)s::text[], %(sentences)s::text[], %(checks)s::text[], %(notes)s::text[]
    ) WITH ORDINALITY AS cited (passage_id, key, sentence, checked, note, ord)
    JOIN documents_passage AS passage ON passage.id = cited.passage_id
    JOIN documents_source AS source ON source.id = passage.source_id AND source.key = cited.key
    JOIN documents_section AS section ON section.id = %(section)s AND section.document_id = source.document_id
    ON CONFLICT (section_id, position) DO UPDATE SET
        source_id = EXCLUDED.source_id, passage_id = EXCLUDED.passage_id, sentence = EXCLUDED.sentence,
        check_result = EXCLUDED.check_result, check_note = EXCLUDED.check_note, created_at = EXCLUDED.created_at
"""


@dataclass(frozen=True)
class CitationDraft:
    """One cited key's evidence: the passage that supports ``sentence`` and how that was checked (R-10)."""

    passage_id: int
    sentence: str
    check_result: CitationCheck
    check_note: str = ""


def hold(*, document_id: UUID, section_id: UUID, keep: int, unsaved: UUID | None = None) -> str | None:
    """Locks a document until the transaction ends and returns its state; None where it is gone.

    Of the versions that its owner made of the section, without a name, all but the newest ``keep`` go (R-91), and so
    does what was kept of it unsaved under the token ``unsaved``.
    """
    values: dict[str, Any] = {
        "document": document_id,
        "section": section_id,
        "keep": keep,
        "unsaved": unsaved,
        "reasons": list(OWNERS_REASONS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, values)
        found = cursor.fetchone()
    return found[0] if found else None


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
    values: dict[str, Any] = {
        "section": section_id,
        "expected": expected_revision,
        "text": text,
        "html": html,
        "reason": str(reason),
        "kept": Json([[one.passage_id, one.sentence, one.check_result, one.check_note] for one in citations]),
        "provenance": Json(dict(provenance)),
        "written_at": written_at or now,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COMMIT, values)
        if not cursor.rowcount:
            raise StaleRevision(str(section_id))
        _cite(cursor, section_id, text, citations, now)
    return expected_revision + 1


def _cite(
    cursor: CursorWrapper, section_id: UUID, text: str, citations: Sequence[CitationDraft], now: datetime
) -> None:
    """Makes the citations of a section those of its text. Raises ValueError where keys and passages do not match."""
    keys = [item.key for item in citation_keys(text)]
    values: dict[str, Any] = {
        "section": section_id,
        "count": len(citations),
        "keys": keys,
        "passages": [draft.passage_id for draft in citations],
        "sentences": [draft.sentence for draft in citations],
        "checks": [str(draft.check_result) for draft in citations],
        "notes": [draft.check_note[:300] for draft in citations],
        "now": now,
    }
    cursor.execute(_CITE, values)
    if len(keys) != len(citations) or cursor.rowcount != len(citations):
        raise ValueError("each cited key needs its passage, in the order of the text")
