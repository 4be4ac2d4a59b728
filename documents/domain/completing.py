"""Sources completed by what registers say of their works: fields, abstract, free copy (R-97, R-99)."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from documents.domain import full_texts, sources
from documents.domain.choosing import locked
from documents.enums import FieldOrigin, SourceUse, Sureness
from documents.errors import NotEditable
from documents.models import Source
from documents.sources import provenance
from documents.sources.found import FoundWork
from documents.sources.found import doi as bare_doi
from documents.sources.merging import united
from documents.sources.same_titles import same_title
from reading.language import language_of

_COMPLETED_FIELDS: Final = ("csl", "origins", "title", "doi", "url", "version", "looked_up_at")


def complete(source: Source, work: FoundWork, *, only_missing: bool = False) -> bool:
    """Takes the surer value of each field, and the abstract where there is no text; returns whether anything is new.

    With ``only_missing`` only what is not there or unsure is taken. What its owner corrected always stays.
    """
    origins = provenance.whole(source.csl, origins=source.origins, origin=source.origin)
    said = {
        name: value
        for name, value in {**sources.csl_of(work), "id": source.key}.items()
        if _may_be_taken(origins.get(name), only_missing=only_missing)
    }
    new = provenance.all_from(said, FieldOrigin.REGISTER, Sureness.SURE)
    csl, merged = provenance.united(source.csl, origins, said, new)
    is_new = csl != source.csl
    if is_new:
        doi = source.doi
        source.origins = merged
        sources.describe(source, csl)
        if source.doi != doi:
            source.looked_up_at = None
        source.version = F("version") + 1
        source.save(update_fields=_COMPLETED_FIELDS)
        source.refresh_from_db()
    has_text = not source.passages.exists() and add_text(source, work)
    return is_new or has_text


def _may_be_taken(said: Sequence[str] | None, *, only_missing: bool) -> bool:
    if said is None:
        return True
    origin, sureness = said
    return sureness == Sureness.UNSURE if only_missing else origin != FieldOrigin.YOU


def add_text(source: Source, work: FoundWork) -> bool:
    """The abstract as passages; false where it is too short to rest a claim on."""
    texts = sources.passage_texts(work.text)
    sources.add_passages(source, texts, language=language_of(work.text) or str(source.csl.get("language", "")))
    return bool(texts)


def fill(*, document_id: UUID, heard: Mapping[int, Sequence[FoundWork]]) -> int:
    """Fills in what files and lists leave open, by what registers say of each source; returns how many gained.

    Only what bears the source's DOI and its title is believed, and nothing changes once the document is paid for.
    """
    gained = 0
    with transaction.atomic():
        try:
            locked(document_id)
        except NotEditable:
            return 0
        rows = Source.objects.select_for_update(of=("self",), no_key=True).filter(document_id=document_id)
        for source in rows.filter(pk__in=heard, joined_to=None, retracted_at=None).order_by("pk"):
            work = _of(source, heard[source.pk])
            if work is None or source.use == SourceUse.BANNED:
                continue
            gained += complete(source, work, only_missing=True)
            full_texts.ask_for(source, work)
    return gained


def _of(source: Source, works: Sequence[FoundWork]) -> FoundWork | None:
    """One work of those that are the source's."""
    found = None
    for work in works:
        if work.doi == bare_doi(source.doi) and same_title(work.title, source.title):
            found = work if found is None else united(found, work)
    return found
