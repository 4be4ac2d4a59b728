"""Files say what their citations rest on, and each is checked by the program that others check it with (R-18)."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from documents.domain import formats, manifests
from documents.domain.making import Rendered
from documents.domain.queries import last_change
from documents.enums import CitationCheck, ExportFormat, SourceOrigin
from documents.models import Document, Export, Proof, Upload
from documents.uploads import storage
from privacy.domain import audit
from tesigo.platform import duty, limited_child
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.limited_child import ChildLimits, TooSlow, Work
from tesigo_verify.manifest import MOST_FILE_BYTES
from typesetting.sealing import seal_docx, seal_pdf

#: What tesigo-verify reads of what we make.
_CHECKED: Final = frozenset({ExportFormat.PDF, ExportFormat.DOCX})
_SEALED_DOCX: Final = frozenset({ExportFormat.DOCX, ExportFormat.ZOTERO, ExportFormat.WORD})
_SECONDS: Final = 240
_LIMITS: Final = ChildLimits(memory_bytes=3 * 1024**3, cpu_seconds=_SECONDS + 10, wall_seconds=_SECONDS + 20.0)
_MOST_SOURCES: Final = 200
#: Of sources, copied at once.
_COPIED_BYTES: Final = 256 * 1024 * 1024

PROOFS: Final = duty.Kind(
    name="proof",
    label=gettext_lazy("Files to check"),
    model=Proof,
    task="documents.tasks.check_file",
    is_open=Q(findings__isnull=True),
    lease=timedelta(seconds=60),
    is_renewed=True,
    most_tries=3,
)


@dataclass(frozen=True)
class Figures:
    """What tesigo-verify found of a file. ``looked_up`` passages had a file of their source; ``copied`` are places.

    ``unchecked`` citations stand in sentences that their author changed.
    """

    citations: int
    sentences: int
    looked_up: int
    passages: int
    copied: int
    is_signed: bool
    unchecked: int = 0
    #: Which file that was, by the name of its format, and whether the text was changed since it was made.
    file: str = ""
    made_at: datetime | None = None
    is_behind: bool = False

    @property
    def unchecked_are(self) -> str:
        """What citations are that nobody checked, in words."""
        return str(CitationCheck.CHANGED.label)

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the file, and something could be looked up."""
        is_looked_up = bool(self.looked_up) or not self.citations
        return is_looked_up and self.sentences == self.citations and self.passages == self.looked_up


def sealed(row: Export, rendered: Rendered) -> Rendered:
    """The same file with its manifest in it, where its format has room for one. Takes no longer than reading rows."""
    format = ExportFormat(row.format)
    if not formats.KINDS[format].is_text:
        return rendered
    document = Document.objects.get(pk=row.document_id)
    now = timezone.now()
    pages = rendered.page_texts if format == ExportFormat.PDF else ()
    manifest = manifests.of_document(document, format=format.value, page_texts=pages, now=now)
    if format == ExportFormat.PDF:
        seal_pdf(rendered.path, manifest.encode(), now=now)
    elif format in _SEALED_DOCX:
        seal_docx(rendered.path, manifest.encode())
    return replace(rendered, size=rendered.path.stat().st_size, manifest=manifest)


def keep(row: Export, rendered: Rendered) -> None:
    """Keeps what the file says, in the transaction that makes it ready, and has it checked afterwards."""
    if not rendered.manifest:
        return
    is_checked = row.format in _CHECKED
    due = duty.afresh(timezone.now()) if is_checked else {"due_at": None}
    Proof.objects.update_or_create(export_id=row.pk, defaults={"manifest": rendered.manifest, "findings": None, **due})
    if is_checked:
        enqueue_on_commit(PROOFS.task, str(row.pk))


def check(*, export_id: UUID) -> bool:
    """Has a file checked if that is due, for the background task; true when it was."""
    return duty.attempt(PROOFS, export_id, _check)


def _check(row: Proof) -> Callable[[], None]:
    export = Export.objects.select_related("document").get(pk=row.pk)
    cited = export.document.sources.filter(citations__isnull=False, origin=SourceOrigin.UPLOAD)
    # One that it refuses would be the end of the whole check.
    readable = Upload.objects.filter(sources__in=cited, size__lte=MOST_FILE_BYTES).exclude(stored_as="")
    uploads = readable.distinct()[:_MOST_SOURCES]
    with storage.local_copy(export.stored_as) as file:
        findings = _figures([_said_of(file, batch) for batch in _batches(uploads)])

    def finish() -> None:
        with transaction.atomic():
            duty.done(PROOFS, row, findings=findings)

    return finish


def _batches(uploads: Iterable[Upload]) -> list[list[Upload]]:
    """Files of sources that are copied at once, where storage is elsewhere: no more than the largest one may have."""
    batches: list[list[Upload]] = [[]]
    for upload in uploads:
        if batches[-1] and sum(one.size for one in batches[-1]) + upload.size > _COPIED_BYTES:
            batches.append([])
        batches[-1].append(upload)
    return batches


def _said_of(file: Path, uploads: Sequence[Upload]) -> Mapping[str, Any]:
    """What the program says of the file with some of its sources."""
    with ExitStack() as open_:
        sources = [str(open_.enter_context(storage.local_copy(upload.stored_as))) for upload in uploads]
        work = Work(
            "tesigo_verify",
            _LIMITS,
            arguments=("--json", "--seconds", str(_SECONDS), str(file), *sources),
            environment={"TESIGO_VERIFY_CHILD": "1"},
        )
        try:
            said: Mapping[str, Any] = json.loads(limited_child.run(work, given=b"").output)
        except (TooSlow, ValueError):
            raise duty.Failed("tesigo-verify came to no end.") from None
    if "citations" not in said:
        raise duty.Failed("tesigo-verify could not read the file.")
    return said


def _figures(said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures alone, of all batches of sources: what does not hold can be read with the program itself."""
    first = said[0]
    copied = {place["words"] for one in said for place in one["copied"]["not_reported"]}
    return {
        "citations": first["citations"],
        "sentences": first["sentences"]["found"],
        "looked_up": sum(one["citations"] - one["passages"]["no_file"] for one in said),
        "passages": sum(one["passages"]["found"] + one["passages"]["nearly"] for one in said),
        "copied": len(copied) + first["copied"]["reported"],
        "is_signed": first["signature"] == "valid",
        "unchecked": first["unchecked"],
    }


def note_taken(*, proof: Proof, by: User) -> None:
    """Its owner takes a manifest away: a row in the trail (R-76)."""
    details = {"document": str(proof.export.document_id), "format": proof.export.format}
    audit.record(action="manifest.downloaded", subject=proof.export, by=by, details=details)


def figures(document: Document) -> Figures | None:
    """Of the document's newest file that was checked; None while there is none."""
    rows = Proof.objects.filter(export__document=document, findings__isnull=False).order_by("-export__finished_at")
    newest = rows.values_list("findings", "export__format", "export__finished_at").first()
    if newest is None:
        return None
    found, format, made_at = newest[0] or {}, newest[1], newest[2]
    changed_at = last_change(document)
    is_behind = bool(changed_at and made_at and changed_at > made_at)
    return Figures(**found, file=str(ExportFormat(format).label), made_at=made_at, is_behind=is_behind)
