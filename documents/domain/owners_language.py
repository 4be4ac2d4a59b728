"""Words that are kept as they are said, in the language of those who will read them (R-04)."""

from uuid import UUID

from django.utils import translation

from documents.models import Document


def owners_language(document_id: UUID) -> translation.override:
    """A context in which words are in the language of the document's owner: workers have none of their own."""
    return translation.override(Document.objects.values_list("owner__language", flat=True).get(pk=document_id))
