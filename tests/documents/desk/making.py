"""Sources for the tests of the source desk."""

from typing import Any

from documents.models import Document, Source
from tests.documents.factories import PassageFactory, SourceFactory


def source_with_text(document: Document, **fields: Any) -> Source:
    """A source of the document in which something can be cited."""
    source: Source = SourceFactory.create(document=document, **fields)
    PassageFactory.create(source=source)
    return source
