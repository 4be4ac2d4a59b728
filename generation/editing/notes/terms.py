"""Terms that all sections use alike, written in another form: parted, joined, or without the capitals within them.

An inflected form is the same form; one that changes more than its ending is not looked for.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from generation.editing.notes.kinds import Note, note_on
from generation.editing.notes.text import Text
from generation.enums import NoteKind

#: Shorter terms, and shorter parts of one, are parts of too many words.
_FEWEST_LETTERS: Final = 5
_FEWEST_IN_A_PART: Final = 4
_PARTS: Final = re.compile(r"[\s‐‑-]+")
_BETWEEN: Final = r"[ \u00a0\n‐‑-]"


class _Form(NamedTuple):
    """A term, and what finds its forms: its own words, then an ending."""

    term: str
    pattern: re.Pattern[str]


def notes(text: Text, terms: Sequence[str], *, language: str) -> Iterator[Note]:
    """A note for each sentence that has one of the terms in another form."""
    forms = [form for term in terms if (form := _form(term))]
    for paragraph in text.paragraphs if forms else ():
        for form in forms if paragraph.is_running else ():
            for found in form.pattern.finditer(paragraph.own):
                said = text.sentence_at(paragraph.at + found.start())
                if said is not None and _is_other(found["term"], form.term, language):
                    why = _("“%(written)s” is “%(term)s” in the terms of this work.")
                    yield note_on(said, NoteKind.TERM, why % {"written": found[0], "term": form.term}, found[0])


@lru_cache(maxsize=512)
def _form(term: str) -> _Form | None:
    """What finds a term however it is parted; None for one that is too short, or holds more than letters."""
    parts = [part for part in _PARTS.split(term) if part]
    if sum(map(len, parts)) < _FEWEST_LETTERS or not all(part.isalnum() for part in parts):
        return None
    if len(parts) > 1:
        inside = f"{_BETWEEN}?".join(map(re.escape, parts))
    else:
        places = range(_FEWEST_IN_A_PART, len(term) - _FEWEST_IN_A_PART + 1)
        inside = "|".join(
            [re.escape(term), *(f"{re.escape(term[:at])}{_BETWEEN}{re.escape(term[at:])}" for at in places)]
        )
    return _Form(term, re.compile(rf"(?<![\w‐‑-])(?P<term>{inside})[^\W\d_]{{0,3}}(?![\w‐‑-])", re.IGNORECASE))


def _is_other(written: str, term: str, language: str) -> bool:
    """Whether a form differs from its term in more than the capital that its words begin with."""
    theirs, ours = (_PARTS.sub(_gap, one) for one in (written, term))
    if theirs.casefold() != ours.casefold():
        # "A decision-making process": in English a hyphen joins what stands before a noun.
        return language != "en" or ours.casefold() != theirs.replace("-", " ").casefold()
    within = [at for at, letter in enumerate(ours) if letter.isupper() and at and ours[at - 1].isalpha()]
    return any(theirs[at].islower() for at in within)


def _gap(found: re.Match[str]) -> str:
    return "-" if found[0].strip() else " "
