"""Stretches of text that may be cited: each within one page, long enough to carry a claim, short enough to check."""

import re
from collections.abc import Iterator
from typing import Final

PASSAGE_MIN_CHARACTERS: Final = 500
PASSAGE_MAX_CHARACTERS: Final = 1_200
#: Below this a stretch carries no claim: a heading, a caption.
_WORTH_KEEPING_CHARACTERS: Final = 60
_WORDS_WORTH_KEEPING: Final = 8
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]{0,2}\s+(?=[\"“„«(\[]?[A-ZÀ-ÖØ-ÞĄ-Ž\d])")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def split_page(text: str) -> list[str]:
    """The passages of a page's paragraphs (`clean_pages`), 500 to 1,200 characters each as far as the page allows."""
    passages: list[str] = []
    gathered: list[str] = []
    length = 0
    for piece in _pieces(text):
        if gathered and (length >= PASSAGE_MIN_CHARACTERS or length + len(piece) + 1 > PASSAGE_MAX_CHARACTERS):
            passages.append("\n".join(gathered))
            gathered, length = [], 0
        gathered.append(piece)
        length += len(piece) + 1
    if gathered:
        rest = "\n".join(gathered)
        if (
            passages
            and len(rest) < PASSAGE_MIN_CHARACTERS // 2
            and len(passages[-1]) + len(rest) < PASSAGE_MAX_CHARACTERS
        ):
            passages[-1] += "\n" + rest
        else:
            passages.append(rest)
    return [passage for passage in passages if is_citable(passage)]


def is_citable(passage: str) -> bool:
    """Whether it is prose enough to rest a sentence on: words, not mostly numbers and signs."""
    if len(passage) < _WORTH_KEEPING_CHARACTERS or len(_WORD.findall(passage)) < _WORDS_WORTH_KEEPING:
        return False
    letters = sum(1 for sign in passage if sign.isalpha() or sign.isspace())
    return letters >= len(passage) * 0.6


def _pieces(text: str) -> Iterator[str]:
    """Paragraphs; long ones by sentence; sentences without end by word."""
    for paragraph in text.split("\n\n"):
        if len(paragraph) <= PASSAGE_MAX_CHARACTERS:
            if paragraph.strip():
                yield paragraph.strip()
            continue
        sentence_ends = [match.end() for match in _SENTENCE.finditer(paragraph)]
        start = 0
        for end in [*sentence_ends, len(paragraph)]:
            sentence = paragraph[start:end].strip()
            start = end
            yield from _by_words(sentence)


def _by_words(sentence: str) -> Iterator[str]:
    while len(sentence) > PASSAGE_MAX_CHARACTERS:
        cut = sentence.rfind(" ", PASSAGE_MIN_CHARACTERS, PASSAGE_MAX_CHARACTERS)
        cut = cut if cut > 0 else PASSAGE_MAX_CHARACTERS
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
