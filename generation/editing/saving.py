"""Saving a section that its owner changed, as a version of its own (R-90, R-91)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from documents.domain import restyling, writing
from documents.domain.writing import CitationDraft
from documents.enums import DocumentState, RevisionReason
from documents.errors import NotEditable
from documents.models import Document, Section, SectionRevision, UnsavedText
from generation.editing import evidence, typed
from generation.editing.evidence import Evidence
from generation.writing.stages.check import wording_as_json
from privacy.domain import audit

#: Versions of an owner without a name that are kept of a section, the newest ones (R-91).
KEPT_VERSIONS: Final = 10
#: What a revision does not take over from another: how many sentences the check took out of that one, and the window
#: that saved it.
_OF_THE_OTHER: Final = frozenset({"removed", "window"})


def save(
    *,
    section: Section,
    document: Document,
    text: str,
    expected_revision: int,
    by: User,
    picked: Sequence[int | None] = (),
    unsaved: UUID | None = None,
    window: str = "",
) -> int:
    """Writes the next revision of a section and returns its number; the present one where nothing changed.

    - Each citation is tied to a passage, as far as code can prove it, and says where it could not.
    - The text for the screen is set anew in the background; files are made anew when they are asked for.
    - Of the owner's versions without a name the oldest go, so that ten stay; so does the text kept ``unsaved``, by its
      token.
    - ``picked`` are the passages chosen for its cited keys, in their order, as an editor knows them.
    - ``window`` is the editor's name for itself, by which it finds the versions that it saved (``is_of``).

    Raises TextInvalid, StaleRevision where another window saved first, NotEditable while it is not finished.
    """
    return _save(
        section,
        document,
        text,
        expected_revision=expected_revision,
        by=by,
        reason=RevisionReason.EDITED,
        picked=picked,
        unsaved=unsaved,
        window=window,
    )


def is_of(section: Section, *, window: str) -> bool:
    """Whether the newest version of a section is one that a window saved; its answer may have been lost on its way."""
    return bool(window) and section.provenance.get("window") == window


def restore(*, section: Section, document: Document, version: SectionRevision, expected_revision: int, by: User) -> int:
    """Makes an earlier version the newest one, with its citations as they were checked then. Returns its number.

    Where they cannot be had they are tied to passages anew. Raises as ``save`` does.
    """
    if version.text == section.text:
        return section.revision
    citations = evidence.of_version(version, document.pk)
    if citations is None:
        return _save(
            section, document, version.text, expected_revision=expected_revision, by=by, reason=RevisionReason.RESTORED
        )
    return _commit(
        section,
        document,
        version.text,
        expected_revision=expected_revision,
        by=by,
        reason=RevisionReason.RESTORED,
        citations=citations,
        provenance=_own(version.provenance),
        now=timezone.now(),
    )


@dataclass(frozen=True)
class Made:
    """What a model made of paragraphs on their owner's order: its citations as they were checked, which models wrote
    it, in how many answers, how many sentences the check took out, and what was wished for.
    """

    citations: Sequence[CitationDraft]
    wish: str
    models: Sequence[str]
    calls: int
    removed: int


def take(
    *,
    section: Section,
    document: Document,
    text: str,
    made: Made,
    expected_revision: int,
    by: User,
    inside: Callable[[], None],
) -> int:
    """Writes a text with what a model made as the next revision and returns its number (R-93).

    Its citations keep their checks where their sentences stand in the text. ``inside`` runs in the same transaction.
    Raises as ``save`` does.
    """
    text = typed.cleaned(text, language=document.language)
    found, now = evidence.gather(section, document, text, also=made.citations), timezone.now()
    told = [*section.provenance.get("rewritten", []), {"at": now.isoformat(), "wish": made.wish}]
    provenance = {
        **_kept(section, found),
        "models": list(dict.fromkeys([*section.provenance.get("models", []), *made.models])),
        "calls": section.provenance.get("calls", 0) + made.calls,
        "rewritten": told,
    }
    with transaction.atomic():
        revision = _commit(
            section,
            document,
            text,
            expected_revision=expected_revision,
            by=by,
            reason=RevisionReason.REWRITTEN,
            citations=found.citations,
            provenance=provenance,
            now=now,
        )
        inside()
    return revision


def _save(
    section: Section,
    document: Document,
    text: str,
    *,
    expected_revision: int,
    by: User,
    reason: RevisionReason,
    picked: Sequence[int | None] = (),
    unsaved: UUID | None = None,
    window: str = "",
) -> int:
    text = typed.cleaned(text, language=document.language)
    if text == section.text and not picked:
        # Whichever version it was made from: the answer to a save that succeeded may have been lost on its way.
        if unsaved is not None:
            UnsavedText.objects.filter(section=section, token=unsaved).delete()
        return section.revision
    found, now = evidence.gather(section, document, text, picked=picked), timezone.now()
    provenance = {**_kept(section, found), "edited_at": now.isoformat(), **({"window": window} if window else {})}
    return _commit(
        section,
        document,
        text,
        expected_revision=expected_revision,
        by=by,
        reason=reason,
        citations=found.citations,
        provenance=provenance,
        now=now,
        unsaved=unsaved,
    )


def _commit(
    section: Section,
    document: Document,
    text: str,
    *,
    expected_revision: int,
    by: User,
    reason: RevisionReason,
    citations: Sequence[CitationDraft],
    provenance: Mapping[str, Any],
    now: datetime,
    unsaved: UUID | None = None,
) -> int:
    with transaction.atomic():
        state = writing.hold(document_id=document.pk, section_id=section.pk, keep=KEPT_VERSIONS - 1, unsaved=unsaved)
        if state != DocumentState.READY:
            raise NotEditable(state or "gone")
        revision = writing.commit_revision(
            section_id=section.pk,
            expected_revision=expected_revision,
            text=text,
            reason=reason,
            citations=citations,
            provenance=provenance,
            now=now,
            written_at=section.written_at,
            html=section.html,
        )
        details = {"document": str(document.pk), "revision": revision}
        audit.record(action=f"section.{reason}", subject=section, by=by, details=details)
        restyling.ask(document_id=document.pk)
    return revision


def _kept(section: Section, found: Evidence) -> dict[str, Any]:
    """Who wrote it stays; whose words it is made of, and what it rests on, is told anew (R-15, R-16)."""
    kept = _own(section.provenance)
    if "density" in kept:
        kept["density"] = {**kept["density"], "citations": len(found.citations)}
    return {
        **kept,
        "passages": sorted({draft.passage_id for draft in found.citations}),
        "wording": wording_as_json(found.wording),
    }


def _own(provenance: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in provenance.items() if name not in _OF_THE_OTHER}
