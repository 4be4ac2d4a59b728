"""Correcting a reference by hand (R-97)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from documents.domain.choosing import locked
from documents.domain.joining import find_alike
from documents.domain.sources import describe
from documents.enums import FieldOrigin, Sureness
from documents.errors import StaleSource
from documents.models import Source
from documents.sources import fields, provenance
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User


def correct(
    *,
    source: Source,
    wanted: Mapping[str, str],
    by: "User",
    version: int | None = None,
    expects: Callable[[Source], None] | None = None,
) -> list[str]:
    """Writes the ``wanted`` fields, by CSL's names, as typed; returns the names of those that changed.

    They are from you and sure from now on. The key, by which texts cite the work, stays. ``version`` is the one that
    the caller has read, or ``expects`` looks at the source as it is and raises where it is not as the caller knew it.

    Raises NotEditable, ReferenceInvalid with what is wrong by field, StaleSource where it has changed meanwhile.
    """
    with transaction.atomic():
        document = locked(source.document_id)
        present = Source.objects.get(pk=source.pk)
        if expects:
            expects(present)
        csl, differing = fields.changed(present.csl, wanted)
        if not differing:
            return []
        origins = provenance.whole(present.csl, origins=present.origins, origin=present.origin)
        origins |= {name: [FieldOrigin.YOU.value, Sureness.SURE.value] for name in differing}
        describe(present, csl)
        seen = Source.objects.filter(pk=present.pk, version=present.version if version is None else version)
        values: dict[str, Any] = {"csl": present.csl, "title": present.title, "doi": present.doi, "url": present.url}
        if "DOI" in differing:
            values["looked_up_at"] = None  # registers are asked for the new one
        if not seen.update(**values, origins=origins, version=F("version") + 1):
            raise StaleSource(str(present.pk))
        audit.record(action="source.corrected", subject=present, by=by, details={"fields": differing})
        find_alike(document_id=document.pk, ids=[present.pk])
    return differing
