"""Slips of the language that are found without a dictionary: a doubled word, a blank before a sign, marks that are
another language's or have no end, decimal signs, and the two spellings of English in one text (R-04).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from generation.editing.notes import habits
from generation.editing.notes.kinds import Note, note_on
from generation.editing.notes.text import Paragraph, Text
from generation.enums import NoteKind
from typesetting import labels

_DOUBLED: Final = re.compile(r"(?<![\w'’-])([^\W\d_]{2,})[ \u00a0\n]+\1(?![\w'’-])", re.IGNORECASE)
#: Not in leaders, ". . .", and a colon not in "f : X → Y".
_STOP: Final = r"\.(?![\w.]|[ \u00a0]\.)"
_BLANK_BEFORE: Final = re.compile(
    rf"(?<=[\w»”“’)\]▪])[ \u00a0\u202f]+(?:[,;!?](?![\w)(=/-])|{_STOP})"
    rf"|(?<=[^\W\d_]{{2}})[ \u00a0\u202f]+:(?![\w)(=/-])"
)
_FRENCH_BLANK_BEFORE: Final = re.compile(rf"(?<=[\w»”’)\]▪])[ \u00a0\u202f]+(?:,(?!\d)|{_STOP})")
_FRENCH_NO_BLANK: Final = re.compile(r"(?<=[^\W\d_])[;!?](?=\s|\Z)|(?<=[^\W\d_]):(?=\s)|«(?=\w)|(?<=\w)»")
_PAIR: Final = re.compile(r"([“„«»])[^“”„«»\"]{1,2000}([“”«»])|([‚‹›])[^‚‘’‹›]{1,2000}([‘’‹›])")
_LONE: Final = re.compile(r"[“”„«»]|(?<!\d)\"")
_STRAIGHT: Final = re.compile(r"\"[^\"]{1,4000}\"")
#: A figure and what it measures: a decimal point or comma that no group of thousands, no date and no number is.
_MEASURED: Final = re.compile(
    r"(?<![\w.,])\d{1,3}([.,])\d{1,2}(?=[ \u00a0\u202f]?(?:%|‰|[€$£]|°C?|(?:km|cm|mm|kg|ha|m|g|kWh?|MWh?|GWh?|Mio"
    r"|Mrd|euros?"
    r"|Euro|million\w*|milliard\w*|miliard\w*|milion\w*|miljoen|miljard|Prozent|percent|percento|procent\w*)\b))"
)
_OPENING: Final = {"(": ")", "[": "]"}
#: "a)", "1)": the mark of an item.
_ITEM: Final = re.compile(r"(?:^|[\s(])(?:\w|\d{1,3}|[ivx]{1,5})\Z")
#: Names and beginnings of sentences are not looked at.
_WORD: Final = re.compile(r"(?<![A-Za-z’'-])[a-z]{4,}(?![A-Za-z])")
#: How many of one spelling make it the one that was chosen, and how many times as many as of the other.
_FEWEST: Final = 3
_TIMES: Final = 3


class Slip(NamedTuple):
    """What is wrong in a paragraph, at which of its characters."""

    at: int
    words: str
    why: str


def notes(text: Text, *, language: str, english: str = "") -> Iterator[Note]:
    """A note for each slip. ``english`` is the English that is written, ``en-GB`` or ``en-US``, or neither."""
    for paragraph in text.paragraphs:
        is_prose = paragraph.is_running or paragraph.text.lstrip().startswith((">", "[^"))
        for slip in _of_paragraph(paragraph, language, english) if is_prose else ():
            said = text.sentence_at(paragraph.at + slip.at)
            if said is not None and said.paragraph.number == paragraph.number:
                yield note_on(said, NoteKind.SLIP, slip.why, slip.words)


def _of_paragraph(paragraph: Paragraph, language: str, english: str) -> Iterator[Slip]:
    plain = paragraph.plain
    yield from _doubled(plain, language)
    yield from _blanks(plain, language)
    yield from _marks(plain, language)
    yield from _open(plain)
    yield from _decimals(plain, language)
    if language == "en" and english:
        yield from _spelled(paragraph.own, english)


def _doubled(plain: str, language: str) -> Iterator[Slip]:
    for found in _DOUBLED.finditer(plain):
        first, second = found[0].split()[0], found[0].split()[-1]
        # A name of two equal words, "Baden Baden", and words that a language doubles.
        is_name = first[0].isupper() and second[0].isupper()
        if not is_name and first.lower() not in habits.DOUBLED[language]:
            yield Slip(found.start(), found[0], _("“%(word)s” stands twice.") % {"word": second})


def _blanks(plain: str, language: str) -> Iterator[Slip]:
    pattern = _FRENCH_BLANK_BEFORE if language == "fr" else _BLANK_BEFORE
    for found in pattern.finditer(plain):
        yield Slip(found.start(), found[0], _("A blank stands before “%(sign)s”.") % {"sign": found[0].strip()})
    if language == "fr":
        for found in _FRENCH_NO_BLANK.finditer(plain):
            yield Slip(
                found.start(), found[0], _("In French a blank parts “%(sign)s” from the word.") % {"sign": found[0]}
            )


def _marks(plain: str, language: str) -> Iterator[Slip]:
    opening, closing, *_inner = (mark.strip() for mark in labels.words(language).quotes)
    for found in _PAIR.finditer(plain):
        pair = (found[1] or found[3]) + (found[2] or found[4])
        if pair not in habits.QUOTES[language]:
            why = _("These quotation marks are another language's; here they are %(opening)s…%(closing)s.") % {
                "opening": opening, "closing": closing,
            }  # fmt: skip
            yield Slip(found.start(), found[0], why)


def _open(plain: str) -> Iterator[Slip]:
    """Brackets and quotation marks without their other one."""
    masked = _STRAIGHT.sub(_blank, _PAIR.sub(_blank, plain))
    for found in _LONE.finditer(masked):
        yield Slip(found.start(), found[0], _("A quotation mark stands alone: the other one of its pair is missing."))
        break
    left: list[tuple[str, int]] = []
    for at, sign in enumerate(masked):
        if sign in _OPENING:
            left.append((sign, at))
        elif (
            left
            and sign == _OPENING[left[-1][0]]
            and not (_ITEM.search(masked[max(0, at - 7) : at]) and left[-1][1] < at - 60)
        ):
            left.pop()
    for sign, at in left[:1]:
        yield Slip(at, plain[at : at + 20], _("The bracket “%(sign)s” is not closed.") % {"sign": sign})


def _decimals(plain: str, language: str) -> Iterator[Slip]:
    foreign, own = (",", ".") if language == "en" else (".", ",")
    for found in _MEASURED.finditer(plain):
        if found[1] == foreign:
            why = _("In this language the decimal sign is “%(sign)s”.") % {"sign": own}
            yield Slip(found.start(), found[0], why)


def _spelled(own: str, english: str) -> Iterator[Slip]:
    why = (
        _("“%(word)s” is American spelling; this text is written in British English.")
        if english == "en-GB"
        else _("“%(word)s” is British spelling; this text is written in American English.")
    )
    for found in _WORD.finditer(own):
        kind = habits.SPELLINGS.get(found[0], english)
        if kind != english and not (english == "en-GB" and found[0] in habits.OXFORD):
            yield Slip(found.start(), found[0], why % {"word": found[0]})


def english_of(texts: Iterable[str]) -> Counter[str]:
    """How many words of some texts are spelled as in Britain alone, and in the United States alone."""
    counts: Counter[str] = Counter()
    for text in texts:
        for word in _WORD.findall(text):
            if word in habits.SPELLINGS and word not in habits.OXFORD:
                counts[habits.SPELLINGS[word]] += 1
    return counts


def chosen_english(counts: Counter[str]) -> str:
    """The English that a document is written in, where nearly all of its words that tell are of one; else nothing."""
    british, american = counts["en-GB"], counts["en-US"]
    if british >= max(_FEWEST, _TIMES * american):
        return "en-GB"
    return "en-US" if american >= max(_FEWEST, _TIMES * british) else ""


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
