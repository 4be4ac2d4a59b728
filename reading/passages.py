"""Stretches of text that may be cited: each within one page, long enough to carry a claim, short enough to check."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

PASSAGE_MIN_CHARACTERS: Final = 500
PASSAGE_MAX_CHARACTERS: Final = 1_200
#: Below this a stretch carries no claim: a heading, a caption.
_WORTH_KEEPING_CHARACTERS: Final = 60
_WORDS_WORTH_KEEPING: Final = 8
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]{0,2}\s+(?=[\"“„«(\[]?[A-ZÀ-ÖØ-ÞĄ-Ž\d])")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
#: A heading is a paragraph of this many characters and words at most, without the end of a sentence.
_HEADING_MAX_CHARACTERS: Final = 110
_HEADING_MAX_WORDS: Final = 14
_HEADING_END: Final = re.compile(r"[.!…:;,]['\"”’»)\]]{0,2}$")
_NUMBERED: Final = re.compile(r"(?:§ ?)?(?:\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}|[A-H])[.)]?\s+[\"“„«]?[A-ZÀ-ÖØ-ÞĄ-Ž]")
#: From this length on a stretch may end before a heading.
_ENDS_BEFORE_HEADING_CHARACTERS: Final = 250
#: A paragraph as short as this without a word of three letters heads or ends no passage either.
_DEBRIS_MAX_CHARACTERS: Final = 40
_REAL_WORD: Final = re.compile(r"[^\W\d_]{3,}")
#: Headings that follow on each other; more short lines are a list.
_HEADINGS_MAX: Final = 3
#: Share of single signs among the words of a formula that lost its shape.
_FORMULA_SHARE: Final = 0.3
#: Single signs that stand between words and cells, and words of one letter in the languages read.
_NO_SYMBOLS: Final = frozenset("|–—-&•·/aàeioóuwzvksyAÀEIOÓUWZVKSY")
#: Signs that stand where a font did not say its letter.
_LOST: Final = re.compile("[\ufffd\u25a1\u25af]")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_heading: bool = False


def split_page(text: str) -> list[str]:
    """The passages of a page's paragraphs (`clean_pages`), 500 to 1,200 characters each as far as the page allows.

    Each begins with text: headings in front of it are no part of it (R-16).
    """
    passages: list[str] = []
    gathered: list[_Piece] = []
    is_after_heading = False
    for piece in _pieces(text):
        length = sum(len(one.text) + 1 for one in gathered)
        if piece.is_heading and (not gathered or length >= _ENDS_BEFORE_HEADING_CHARACTERS):
            passages += _closed(gathered)
            gathered, is_after_heading = [], True
            continue
        if gathered and (length >= PASSAGE_MIN_CHARACTERS or length + len(piece.text) + 1 > PASSAGE_MAX_CHARACTERS):
            passages += _closed(gathered)
            gathered, is_after_heading = [], False
        gathered.append(piece)
    for rest in _closed(gathered):
        is_short = len(rest) < PASSAGE_MIN_CHARACTERS // 2 and not is_after_heading
        if passages and is_short and len(passages[-1]) + len(rest) < PASSAGE_MAX_CHARACTERS:
            passages[-1] += "\n" + rest
        else:
            passages.append(rest)
    return [passage for passage in passages if is_citable(passage)]


def _closed(gathered: list[_Piece]) -> list[str]:
    """The passage of these pieces, without headings at its end; none where nothing is left."""
    end = len(gathered)
    while end and gathered[end - 1].is_heading:
        end -= 1
    return ["\n".join(piece.text for piece in gathered[:end])] if end else []


def is_citable(passage: str) -> bool:
    """Whether it is prose enough to rest a sentence on: words, not mostly numbers and signs, no broken formula."""
    if len(passage) < _WORTH_KEEPING_CHARACTERS or len(_WORD.findall(passage)) < _WORDS_WORTH_KEEPING:
        return False
    letters = sum(1 for sign in passage if sign.isalpha() or sign.isspace())
    if letters < len(passage) * 0.6 or len(_LOST.findall(passage)) * 50 > len(passage):
        return False
    words = passage.split()
    single = sum(1 for word in words if len(word) == 1 and not word.isdigit() and word not in _NO_SYMBOLS)
    return single <= len(words) * _FORMULA_SHARE


def _pieces(text: str) -> Iterator[_Piece]:
    """Paragraphs, headings named so; long ones by sentence; sentences without end by word."""
    paragraphs = [paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip()]
    for at, paragraph in enumerate(paragraphs):
        if len(paragraph) <= PASSAGE_MAX_CHARACTERS:
            yield _Piece(paragraph, is_heading=_is_heading(paragraphs, at))
            continue
        sentence_ends = [match.end() for match in _SENTENCE.finditer(paragraph)]
        start = 0
        for end in [*sentence_ends, len(paragraph)]:
            sentence = paragraph[start:end].strip()
            start = end
            for piece in _by_words(sentence):
                yield _Piece(piece)


def _is_heading(paragraphs: Sequence[str], at: int) -> bool:
    """Short, without the end of a sentence, and not one of several such paragraphs, which are a list."""
    paragraph = paragraphs[at]
    if len(paragraph) <= _DEBRIS_MAX_CHARACTERS and not _REAL_WORD.search(paragraph):
        return True  # what is left of a drawing or a formula
    if not _is_short_line(paragraph):
        return False
    if paragraph.isupper() or _NUMBERED.match(paragraph):
        return True
    first, last = at, at
    while first and _is_short_line(paragraphs[first - 1]):
        first -= 1
    while last + 1 < len(paragraphs) and _is_short_line(paragraphs[last + 1]):
        last += 1
    return last - first < _HEADINGS_MAX


def _is_short_line(paragraph: str) -> bool:
    return (
        len(paragraph) <= _HEADING_MAX_CHARACTERS
        and len(paragraph.split()) <= _HEADING_MAX_WORDS
        and (paragraph[0].isupper() or paragraph[0].isdigit() or paragraph[0] in '§"“„«')
        and " | " not in paragraph
        and not _HEADING_END.search(paragraph.rstrip(",") if _NUMBERED.match(paragraph) else paragraph)
    )


def _by_words(sentence: str) -> Iterator[str]:
    while len(sentence) > PASSAGE_MAX_CHARACTERS:
        cut = sentence.rfind(" ", PASSAGE_MIN_CHARACTERS, PASSAGE_MAX_CHARACTERS)
        cut = cut if cut > 0 else PASSAGE_MAX_CHARACTERS
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
