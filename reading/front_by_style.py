"""Title, authors and year of a document of a word processor, by the styles of its first paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reading.imprint import date_line
from reading.names_in_line import names_in
from reading.people import Name

#: Paragraphs in which these are looked for.
FRONT_PARAGRAPHS: Final = 40
#: Names of the styles that word processors and pandoc give to what stands on a title page.
_TITLE_STYLES: Final = frozenset(
    {"title", "titel", "titre", "título", "ttulo", "titolo", "tytu", "tytuł", "nzev", "název", "titlu", "titul"}
)
_AUTHOR_STYLES: Final = frozenset({"author", "authors", "autor", "autoren", "auteur", "autore", "verfasser"})
_DATE_STYLES: Final = frozenset({"date", "datum", "fecha", "data"})
_TITLE_MAX_CHARACTERS: Final = 300
_TITLE_MAX_WORDS: Final = 30
_YEAR_AT_END: Final = re.compile(r"[\s,(]+(\d{4})\)?$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Its text, and the name of its style in small letters."""

    text: str
    style: str = ""


def front_by_style(paragraphs: Sequence[Paragraph]) -> dict[str, Any]:
    """CSL fields by the styles of these paragraphs, else where names stand below a first line."""
    front: dict[str, Any] = {}
    authors: list[Name] = []
    for paragraph in paragraphs:
        if paragraph.style in _TITLE_STYLES and "title" not in front:
            front["title"] = paragraph.text[:_TITLE_MAX_CHARACTERS]
        elif paragraph.style in _AUTHOR_STYLES:
            authors += names_in(paragraph.text)
        elif paragraph.style in _DATE_STYLES and (year := date_line([paragraph.text])) is not None:
            front["year"] = year
    if not front and not authors and len(paragraphs) > 1 and paragraphs[0].text[-1] not in ".,;:":
        year_at_end = _YEAR_AT_END.search(paragraphs[1].text)
        authors = names_in(_YEAR_AT_END.sub("", paragraphs[1].text))
        if authors and len(paragraphs[0].text.split()) <= _TITLE_MAX_WORDS:
            front["title"] = paragraphs[0].text[:_TITLE_MAX_CHARACTERS]
            if year_at_end and (year := date_line([year_at_end.group(1)])) is not None:
                front["year"] = year
    return {**front, "author": authors} if authors else front
