"""The title page of a document and what else is printed beside its text (R-04): what it says, and what is wrong."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from documents.models import Document, TitlePage
from typesetting.front_matter import FrontMatter

#: What stands on the document itself, and what on its title page.
OF_DOCUMENT: Final = ("own_title", "author_name")
OF_PAGE: Final = (
    "subtitle",
    "kind_words",
    "university",
    "faculty",
    "institute",
    "course",
    "module",
    "supervisors",
    "matriculation_number",
    "semester",
    "place",
    "handed_in_on",
    "abstract",
    "keywords",
    "second_language",
    "second_abstract",
    "second_keywords",
    "abbreviations",
    "appendix",
    "has_declaration",
    "declaration",
    "has_citation_report",
)
FIELDS: Final = (*OF_DOCUMENT, *OF_PAGE)
MOST_SUPERVISORS: Final = 4
MOST_SUPERVISOR_CHARACTERS: Final = 120
MOST_KEYWORDS: Final = 12
MOST_KEYWORD_CHARACTERS: Final = 60
MOST_ABBREVIATIONS: Final = 200
MOST_SHORT_CHARACTERS: Final = 30
_SHOWN_CHARACTERS: Final = 40
#: Between keywords, and between an abbreviation and what it stands for.
_COMMAS: Final = re.compile(r"[,;\n]")
_STANDS_FOR: Final = re.compile(r"\s*(?:=|\t)\s*")


def of(document: Document) -> TitlePage:
    """The document's title page; an empty one where nothing was said yet."""
    page = TitlePage.objects.filter(document=document).first() or TitlePage()
    page.document = document
    return page


def values(document: Document) -> dict[str, Any]:
    """What is on it, by the names of FIELDS."""
    page = of(document)
    said = {name: getattr(document, name) for name in OF_DOCUMENT}
    return said | {name: getattr(page, name) for name in OF_PAGE}


def stamp(document: Document) -> str:
    """Names what is on it: another one where anything was changed since a form was opened."""
    return hashlib.sha256(json.dumps(values(document), sort_keys=True, default=str).encode()).hexdigest()


def flaws(said: Mapping[str, Any], *, language: str) -> dict[str, str]:
    """What is wrong with lists and languages, in plain words, by field; ``language`` is the document's."""
    found = {
        "supervisors": _flaw_of_supervisors(_lines(said.get("supervisors", ""))),
        "keywords": _flaw_of_keywords(_keywords(said.get("keywords", ""))),
        "second_keywords": _flaw_of_keywords(_keywords(said.get("second_keywords", ""))),
        "abbreviations": _flaw_of_abbreviations(_lines(said.get("abbreviations", ""))),
        "second_language": _flaw_of_second(said, language),
    }
    return {name: words for name, words in found.items() if words}


def _flaw_of_supervisors(lines: list[str]) -> str:
    if len(lines) > MOST_SUPERVISORS:
        return _("At most %d supervisors have room on the title page, each on a line.") % MOST_SUPERVISORS
    if any(len(line) > MOST_SUPERVISOR_CHARACTERS for line in lines):
        return _("A line may have at most %d characters. Write each supervisor on a line.") % MOST_SUPERVISOR_CHARACTERS
    return ""


def _flaw_of_keywords(words: list[str]) -> str:
    if len(words) > MOST_KEYWORDS:
        return _("Give at most %d keywords, with commas between them.") % MOST_KEYWORDS
    if any(len(word) > MOST_KEYWORD_CHARACTERS for word in words):
        return _("A keyword may have at most %d characters. Put commas between them.") % MOST_KEYWORD_CHARACTERS
    return ""


def _flaw_of_abbreviations(lines: list[str]) -> str:
    if len(lines) > MOST_ABBREVIATIONS:
        return _("The list may have at most %d abbreviations.") % MOST_ABBREVIATIONS
    seen = set()
    for line in lines:
        pair = _pair(line)
        shown = line[:_SHOWN_CHARACTERS]
        if pair is None:
            return _("This line has no “=” between an abbreviation and what it stands for: %s") % shown
        if len(pair[0]) > MOST_SHORT_CHARACTERS:
            return _("An abbreviation may have at most %(most)d characters: %(line)s") % {
                "most": MOST_SHORT_CHARACTERS,
                "line": shown,
            }
        if pair[0] in seen:
            return _("This abbreviation is there twice: %s") % pair[0]
        seen.add(pair[0])
    return ""


def _flaw_of_second(said: Mapping[str, Any], language: str) -> str:
    second = said.get("second_language", "")
    if second and second == language:
        return _("That is the language of the document. Choose another one for the second abstract.")
    if not second and (said.get("second_abstract") or said.get("second_keywords")):
        return _("Say in which language the second abstract is.")
    return ""


def front_matter(page: TitlePage) -> FrontMatter:
    """The page as the typesetter wants it."""
    return FrontMatter(
        university=page.university,
        faculty=page.faculty,
        institute=page.institute,
        course=page.course,
        module=page.module,
        supervisors=tuple(_lines(page.supervisors)),
        matriculation_number=page.matriculation_number,
        semester=page.semester,
        place=page.place,
        is_dated=page.handed_in_on is not None,
        abstract=page.abstract,
        keywords=tuple(_keywords(page.keywords)),
        second_language=page.second_language,
        second_abstract=page.second_abstract,
        second_keywords=tuple(_keywords(page.second_keywords)),
        abbreviations=tuple(pair for line in _lines(page.abbreviations) if (pair := _pair(line))),
        appendix=page.appendix,
        has_declaration=page.has_declaration,
        declaration=page.declaration,
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _keywords(text: str) -> list[str]:
    return [word.strip() for word in _COMMAS.split(text) if word.strip()]


def _pair(line: str) -> tuple[str, str] | None:
    short, *meaning = _STANDS_FOR.split(line, maxsplit=1)
    return (short, meaning[0]) if short and meaning and meaning[0] else None
