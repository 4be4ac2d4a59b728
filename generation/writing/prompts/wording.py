"""Phrases that several prompts use: the language, the kind of work, numbers."""

from typing import Final

from django.utils import translation

from documents.models import Document
from generation.writing.prompts.fencing import fence

_LANGUAGES: Final = {
    "en": "English",
    "it": "Italian",
    "es": "Spanish",
    "de": "German",
    "fr": "French",
    "pl": "Polish",
    "pt": "Portuguese",
    "nl": "Dutch",
    "cs": "Czech",
    "ro": "Romanian",
}
_ASSIGNMENT_CHARACTERS: Final = 8_000


def language(document: Document) -> str:
    """The order to write in the document's language: "Write in German (de).\""""
    return f"Write in {_LANGUAGES[document.language]} ({document.language})."


def work(document: Document) -> str:
    """What the work is and what its owner asks of it."""
    with translation.override("en"):
        kind, level = document.get_kind_display(), document.get_level_display()
    lines = [f"The work: {kind}, level: {level}.", fence("topic", document.topic, limit=500)]
    if document.requirements:
        lines.append(fence("requirements", document.requirements, limit=_ASSIGNMENT_CHARACTERS))
    if document.assignment_text:
        lines.append(fence("assignment", document.assignment_text, limit=_ASSIGNMENT_CHARACTERS))
    return "\n".join(lines)


def about(characters: int) -> str:
    """A length as every prompt names it: "about 5,540 characters"."""
    return f"about {max(1, characters):,} characters"
