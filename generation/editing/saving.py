"""Saving a section that its owner changed, as a version of its own (R-90, R-91)."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from documents.domain import restyling, writing
from documents.enums import DocumentState, RevisionReason
from documents.errors import NotEditable
from documents.models import Document, Section, SectionRevision
from generation.editing import evidence, typed
from generation.editing.evidence import Evidence
from generation.writing.stages.check import wording_as_json
from privacy.domain import audit

#: Versions of an owner without a name that are kept of a section, the newest ones (R-91).
KEPT_VERSIONS: Final = 10
_OWNERS: Final = (RevisionReason.EDITED, RevisionReason.RESTORED)
#: What a revision does not take over from the one before: it tells what a check did to that one.
_OF_A_CHECK: Final = ("removed", "calls")


def save(
    *,
    section: Section,
    document: Document,
    text: str,
    expected_revision: int,
    by: User,
    reason: RevisionReason = RevisionReason.EDITED,
) -> int:
    """Writes the next revision of a section and returns its number; the present one where nothing changed.

    - Each citation is tied to a passage, as far as code can prove it, and says where it could not.
    - The text for the screen is set anew in the background; files are made anew when they are asked for.
    - Of the owner's versions without a name the oldest go, so that ten stay.

    Raises TextInvalid, StaleRevision where another window saved first, NotEditable while it is not finished.
    """
    text = typed.cleaned(text, language=document.language)
    if text == section.text and expected_revision == section.revision:
        return section.revision
    found = evidence.gather(section, document, text)
    now = timezone.now()
    with transaction.atomic():
        held = Document.objects.select_for_update(no_key=True).only("pk", "state").get(pk=document.pk)
        if held.state != DocumentState.READY:
            raise NotEditable(held.state)
        revision = writing.commit_revision(
            section_id=section.pk,
            expected_revision=expected_revision,
            text=text,
            reason=reason,
            citations=found.citations,
            provenance=_provenance(section, found, now),
            now=now,
            written_at=section.written_at,
            html=section.html,
        )
        _forget_oldest(section)
        details = {"document": str(document.pk), "revision": revision}
        audit.record(action=f"section.{reason}", subject=section, by=by, details=details)
        restyling.ask(document_id=document.pk)
    return revision


def _provenance(section: Section, found: Evidence, now: datetime) -> dict[str, Any]:
    """Who wrote it stays; that its owner changed it, and whose words it is made of, is told anew (R-15, R-16)."""
    kept = {name: value for name, value in section.provenance.items() if name not in _OF_A_CHECK}
    if "density" in kept:
        kept["density"] = {**kept["density"], "citations": len(found.citations)}
    return {
        **kept,
        "passages": sorted({draft.passage_id for draft in found.citations}),
        "wording": wording_as_json(found.wording),
        "edited_at": now.isoformat(),
    }


def _forget_oldest(section: Section) -> None:
    owners = SectionRevision.objects.filter(section=section, reason__in=_OWNERS, name="").order_by("-revision")
    SectionRevision.objects.filter(pk__in=list(owners.values_list("pk", flat=True)[KEPT_VERSIONS:])).delete()
