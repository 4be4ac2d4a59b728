"""Sentences of one's own that state facts and name no source (R-10).

Found by fixed rules, and rather not than wrongly: a sentence about the work, a question, a heading or one whose figures
a cited sentence of its paragraph has is none.
"""

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from generation.editing.notes import statements
from generation.editing.notes.kinds import Note, note_on
from generation.editing.notes.text import MASK, Said, Text
from generation.enums import NoteKind

#: Fewer words are a heading, a line of a list, a remark.
_FEWEST_WORDS: Final = 5
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_NO_STATEMENT: Final = re.compile(r"[?:]\W*\Z")


def notes(text: Text, *, language: str) -> Iterator[Note]:
    """A note for each sentence of a text that states a fact without a source."""
    figures_cited: dict[int, set[str]] = {}
    for said in text.sentences:
        if said.is_cited:
            found = _NUMBER.findall(said.paragraph.plain[said.start - said.paragraph.at : said.end - said.paragraph.at])
            figures_cited.setdefault(said.paragraph.number, set()).update(found)
    for said in text.sentences:
        if said.paragraph.is_running and not said.is_cited and (why := _why(said, language, figures_cited)):
            yield note_on(said, NoteKind.UNSOURCED, why)


def _why(said: Said, language: str, figures_cited: dict[int, set[str]]) -> str:
    """What the sentence states; nothing where it states nothing, or does not need a source."""
    own = said.own
    if _NO_STATEMENT.search(said.text) or len(own.replace(MASK, "").split()) < _FEWEST_WORDS:
        return ""
    if statements.ABOUT_THE_WORK[language].search(own):
        return ""
    if statements.STUDIES[language].search(own):
        return _("It appeals to studies or to what is known, and names none.")
    known = figures_cited.get(said.paragraph.number, set())
    if set(_NUMBER.findall(own)) - known:
        if statements.FIGURE.search(own) or statements.COUNT.search(own):
            return _("It states a figure without a source.")
        if statements.LAW.search(own):
            return _("It speaks of a law without a source.")
        if statements.YEAR.search(own):
            return _("It states when something was without a source.")
    if statements.COMPARED[language].search(own) and not statements.CONDITIONAL[language].search(own):
        return _("It compares two things without a source.")
    return ""
