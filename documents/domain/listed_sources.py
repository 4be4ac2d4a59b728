"""Reference lists that were handed in, made sources of (R-82, R-84)."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from documents.domain import bibliographies, joining, retractions, sources, unreadable
from documents.domain.passages import NewPassage, insert_of
from documents.domain.uploads import accept, reject
from documents.enums import FieldOrigin, SourceOrigin, Sureness
from documents.models import Source, Upload
from documents.sources import provenance
from reading.language import language_of
from reading.protocol import Item, Meta, Page, Unread
from tesigo.platform.enqueue import enqueue_on_commit

_BATCH_SOURCES: Final = 500


def read(upload: Upload, stream: Iterator[Meta | Page | Item | Unread]) -> Callable[[], None]:
    """Reads a list to its end; what is returned makes sources of its entries, or says why there are none."""
    items: list[dict[str, Any]] = []
    unread: list[Unread] = []
    for record in stream:
        if isinstance(record, Item):
            items.append(record.csl)
        elif isinstance(record, Unread):
            unread.append(record)
    if not items:
        reason = f"{unreadable.WORDS['no_entries']} {bibliographies.not_read(unread)}".strip()
        return lambda: reject(upload=upload, reason=reason)
    return lambda: _make_sources(upload, items, unread)


def _make_sources(upload: Upload, items: list[dict[str, Any]], unread: list[Unread]) -> None:
    with transaction.atomic():
        keys = sources.lock_keys(document_id=upload.document_id)
        abstracts = [str(csl.pop("abstract", "")) for csl in items]
        made: list[Source] = []
        for csl in items:
            source = Source(document_id=upload.document_id, origin=SourceOrigin.BIBLIOGRAPHY, upload=upload)
            keys.name(source, csl)
            source.origins = provenance.all_from(source.csl, FieldOrigin.LIST, Sureness.LIKELY)
            made.append(source)
        # In few statements: a list may hold thousands.
        Source.objects.bulk_create(made, batch_size=_BATCH_SOURCES)
        with_abstract = _add_abstracts(made, abstracts, language=upload.document.language)
        accept(upload, bibliographies.said(items=len(items), with_text=with_abstract, unread=unread))
        tell_of_title(upload, made)
        joining.find_alike(document_id=upload.document_id, ids={source.pk for source in made})
        enqueue_on_commit(retractions.CHECK_TASK, str(upload.document_id))


def _add_abstracts(made: list[Source], abstracts: list[str], *, language: str) -> int:
    """Writes the abstracts as passages, those of one language at once; returns how many can be cited."""
    rows: defaultdict[str, list[tuple[int, NewPassage]]] = defaultdict(list)
    with_abstract = 0
    for source, abstract in zip(made, abstracts, strict=True):
        texts = sources.passage_texts(abstract)
        with_abstract += bool(texts)
        for position, text in enumerate(texts):
            passage = NewPassage(page=0, page_label="", position=position, text=text)
            rows[language_of(abstract) or language].append((source.pk, passage))
    for one, of_sources in rows.items():
        insert_of(of_sources, language=one)
    return with_abstract


def tell_of_title(upload: Upload, made: list[Source]) -> None:
    """Says at the file which of its works call themselves retracted; the registers are asked afterwards (R-98)."""
    titles = "; ".join(source.title[:120] for source in made if source.retracted_at)
    if titles:
        told = _("Retracted, and not cited: %(titles)s") % {"titles": titles}
        verdict = Upload.objects.values_list("verdict", flat=True).get(pk=upload.pk)
        Upload.objects.filter(pk=upload.pk).update(verdict=f"{verdict} {told}"[:500])
