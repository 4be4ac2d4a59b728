"""Whether two titles are one work's, as registers, lists and web pages write them.

A subtitle may be missing, a page may add its site or break off, an accent or a comma may differ. Another number ("part
2", "III") makes another work, and so do two different subtitles.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from documents.sources.found import plain_title
from tesigo.platform.plain_words import folded_words

#: How alike two normalised titles must be, of 100: where nothing else joins them, and under one DOI.
_ALIKE_PERCENT: Final = 97
_ALIKE_UNDER_ONE_DOI_PERCENT: Final = 88
#: Letters below which two titles say too little to be one work's.
TITLE_MIN_LETTERS: Final = 12
#: The same for titles that are equal only up to a subtitle or a break, where nothing else speaks for one work.
_BEGINNING_MIN_LETTERS: Final = 16
#: How much of a title must stand in words that describe a work, of 100.
_STANDS_IN_PERCENT: Final = 85
#: Words below which a description says nothing of a title: a year, a page, "see".
_DESCRIPTION_MIN_WORDS: Final = 4
#: Letters in which titles begin alike that are worth comparing.
_BEGINNING_LETTERS: Final = 24
#: "2", "19th", "III".
_NUMERAL: Final = re.compile(r"\d+[a-z]{0,3}|[ivxl]+")
#: As arXiv's pages begin.
_NUMBER_BEFORE: Final = re.compile(r"^\[\d{4}\.\d{4,5}(?:v\d{1,2})?\]\s+")
_AMPERSAND: Final = re.compile(r"\s&(?:amp;)?\s")
#: A Greek letter by itself, as a formula has it, and its name as others write it.
_GREEK: Final = re.compile(r"(?<![α-ωά-ώ])[α-ω](?![α-ωά-ώ])")
_BROKEN_OFF: Final = re.compile(r"\s*(?:…|\.\.\.)\s*$")
_SITE: Final = re.compile(r"\s+(?:[-–—]|\||·|::)\s+([^|·]{2,40})$")
#: Sites whose pages are about what a work is about, and not the work.
_ENCYCLOPEDIAS: Final = re.compile(
    r"wikipedia|wiktionary|britannica|investopedia|encyclop|youtube|amazon|goodreads", re.I
)
_SUBTITLE: Final = re.compile(r"\s*(?::|\?(?=\s)|\.(?=\s)|\s[-–—])\s+")


@lru_cache(maxsize=4_096)
def plain(title: str) -> str:
    """The title's words in small letters of whatever script, without accents and marks."""
    bare = _AMPERSAND.sub(" and ", _NUMBER_BEFORE.sub("", plain_title(title)))
    return " ".join(folded_words(_GREEK.sub(_name_of_letter, bare)))


def _name_of_letter(letter: re.Match[str]) -> str:
    return unicodedata.name(letter[0]).rpartition(" ")[2].lower().replace("lamda", "lambda")


def alike(one: str, other: str, *, is_sure: bool = False) -> bool:
    """Whether two works that nothing tells apart have one title; ``is_sure`` where year or author speak for it."""
    least = 7 if is_sure else TITLE_MIN_LETTERS
    for mine, yours in ((one, other), (_without_site(one), other), (one, _without_site(other))):
        if _agree(plain(mine), plain(yours), least=least, percent=_ALIKE_PERCENT):
            return True
    return _begins(one, other, least=7 if is_sure else _BEGINNING_MIN_LETTERS)


def same_title(one: str, other: str) -> bool:
    """Whether two titles that bear one DOI are one work's, rather than a DOI in the wrong place."""
    pairs = ((one, other), (_without_site(one), other), (one, _without_site(other)))
    percent = _ALIKE_UNDER_ONE_DOI_PERCENT
    return any(_agree(plain(a), plain(b), least=1, percent=percent) for a, b in pairs) or _begins(one, other, least=4)


def beginning(title: str) -> str:
    """By what titles of one work are found beside each other: the first letters, up to a subtitle; empty where a title
    says too little.
    """
    words = plain(_SUBTITLE.split(title, maxsplit=1)[0])
    return words[:_BEGINNING_LETTERS] if len(words) >= TITLE_MIN_LETTERS else ""


def fuller(title: str, other: str) -> str:
    """The first of two titles of one work, unless it breaks off."""
    return other if _BROKEN_OFF.search(title) else title


def fits_words(title: str, words: str) -> bool:
    """Whether a title stands in what somebody wrote beside a number; a few words say nothing against it."""
    return len(plain(words).split()) < _DESCRIPTION_MIN_WORDS or not plain(title) or stands_in(title, words)


def stands_in(title: str, words: str) -> bool:
    """Whether a title, or what of it stands before its subtitle, is part of a text."""
    said = plain(words)
    parts = {plain(title), plain(_SUBTITLE.split(title, maxsplit=1)[0])} - {""}
    return any(fuzz.partial_ratio(part, said) >= _STANDS_IN_PERCENT and len(part) <= len(said) * 1.2 for part in parts)


def _agree(one: str, other: str, *, least: int, percent: int) -> bool:
    if min(len(one), len(other)) < least or _numerals(one) != _numerals(other):
        return False
    return one == other or fuzz.ratio(one, other, score_cutoff=percent) >= percent


def _begins(one: str, other: str, *, least: int) -> bool:
    """Whether one is the other up to its subtitle, or up to where it was broken off."""
    for short, long in ((one, other), (other, one)):
        words = plain(short)
        if len(words) < least:
            continue
        if _BROKEN_OFF.search(short) and f"{plain(long)} ".startswith(f"{words} "):
            return True
        main, *subtitle = _SUBTITLE.split(long, maxsplit=1)
        if subtitle and words == plain(main):
            return True
    return False


def _without_site(title: str) -> str:
    match = _SITE.search(title)
    return title if match is None or _ENCYCLOPEDIAS.search(match[1]) else title[: match.start()]


def _numerals(title: str) -> list[str]:
    return [word for word in title.split() if _NUMERAL.fullmatch(word)]
