"""A brief as it is typed: kept from the first words on, whether or not it is one already (R-89)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from documents.domain.briefs import FIELDS
from documents.errors import NotEditable
from documents.models import Document, TypedBrief
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Typed:
    """The values of all fields of a brief, since when they are kept, and whether they are the brief itself."""

    values: Mapping[str, Any]
    saved_at: datetime
    is_brief: bool


def save(*, document_id: UUID, by: "User", now: datetime, values: Mapping[str, Any]) -> Typed:
    """Keeps what was typed, in place of what was kept before. Raises NotEditable once the document is paid for."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"not part of a brief: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if not document.is_editable:
            raise NotEditable(document.state)
        row, is_new = TypedBrief.objects.update_or_create(
            document=document, defaults={"values": dict(values), "saved_at": now}
        )
        if is_new:  # not once more for each pause in the typing
            audit.record(action="brief.typed", subject=document, by=by)
    return Typed({**_brief(document), **row.values}, row.saved_at, is_brief=False)


def latest(document: Document) -> Typed:
    """What was typed last over the brief; the brief itself where nothing was typed since it was saved."""
    row = TypedBrief.objects.filter(document=document).first()
    if row is None:
        return Typed(_brief(document), document.updated_at, is_brief=True)
    return Typed({**_brief(document), **row.values}, row.saved_at, is_brief=False)


def _brief(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in FIELDS}
