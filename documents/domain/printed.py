"""Sources as they will print: in the document's citation style and language, kept once they were set (R-97)."""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.utils.safestring import SafeString, mark_safe

from documents.domain import styles
from documents.domain.manuscripts import as_cited
from documents.models import Document, Source
from typesetting.entries import entries
from typesetting.errors import ExportError

logger = logging.getLogger(__name__)
#: Seconds an entry is kept; its name changes with whatever it is made of.
KEPT_SECONDS: Final = 7 * 24 * 3600


def printed(document: Document, sources: Sequence[Source]) -> dict[int, SafeString]:
    """Each source's entry in the bibliography, as cleaned HTML by the source's id.

    Those that could not be set are not there. What is not known yet is set in one child process: half a second for a
    page of them, with no database connection held (R-105).
    """
    names = {source.pk: _cache_name(document, source) for source in sources}
    known = dict(cache.get_many(list(names.values())))
    missing = [source for source in sources if names[source.pk] not in known]
    if missing:
        new = _set(document, missing)
        by_name = {names[source.pk]: new[source.key] for source in missing if source.key in new}
        cache.set_many(by_name, KEPT_SECONDS)
        known |= by_name
    # Cleaned by the typesetter.
    return {pk: mark_safe(known[name]) for pk, name in names.items() if name in known}  # noqa: S308


def _set(document: Document, sources: Sequence[Source]) -> dict[str, str]:
    own_style = styles.text_of(document.citation_style)
    if not connection.in_atomic_block:
        connection.close()
    references = [as_cited(source, document.language) for source in sources]
    try:
        return entries(references, style=document.citation_style, language=document.cites_in, own_style=own_style)
    except ExportError:
        logger.warning("sources could not be shown as they will print", extra={"document": str(document.pk)})
        return {}


def _cache_name(document: Document, source: Source) -> str:
    item = as_cited(source, document.language)
    said = json.dumps([document.citation_style, document.cites_in, item], sort_keys=True)
    return f"entry:2:{hashlib.sha256(said.encode()).hexdigest()}"
