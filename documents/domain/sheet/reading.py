"""Reads an assignment sheet by fixed rules: what asks for figures, styles, layout and parts (R-17).

Questions and points of content are a model's to read. What is read here is shown to the owner with the sheet's words,
who may take it off the list: a rule that reads too much does less harm than one that is silent.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from documents.domain.sheet import vocabulary as say
from documents.domain.sheet.wants import Want
from documents.enums import SheetKind
from documents.models.sheet import MOST_QUOTED_CHARACTERS

_SENTENCE_END: Final = re.compile(
    r"(?:(?<=[^\W\d]{3}[.!?])|(?<=\)[.!?]))\s+(?=[„“\"'(]?[^\W\d_a-z])|\s*[\r\n]+\s*|\s*;\s+"
    # Items of a list that extraction put into one line.
    r"|(?<=[.!?:])\s+[-–•▪·*]\s+(?=[„“\"'(]?[^\W\d_a-z])"
)
_BLANKS: Final = re.compile(r"[^\S\r\n]+")
_BULLET: Final = re.compile(r"^(?:[-*•–—▪·#>]+|\(?\w\)|\d{1,2}[.)])\s+")
_WORD: Final = re.compile(r"\w+")
_WORD_NUMBERS: Final = "|".join(sorted(say.NUMBERS, key=len, reverse=True))
#: Bounded everywhere: a sheet is a stranger's text, and a line of digits must not be tried in every way.
_NUMBER: Final = (
    rf"(?:\d{{1,3}}(?:[.,'’ \u00a0\u202f]\d{{3}}){{1,3}}(?!\d)|\d{{1,9}}(?!\d)(?:[.,]\d{{1,2}})?|"
    rf"(?<!\w)(?:{_WORD_NUMBERS})(?!\w))"
)
_RANGE: Final = (
    rf"(?<![\w.,])(?P<low>{_NUMBER})"
    rf"(?:\s*(?:-|–|—|/|to|and|bis|und|à|et|a|e|y|até|tot|en|do|i|až|la|și)\s*(?P<high>{_NUMBER}))?"
)
#: Between a number and what it counts: "8 peer-reviewed articles", but not "10 years old sources".
_BETWEEN: Final = (
    rf"(?:[\s\u00a0'’/-]{{1,3}}+(?!{say.TIMES.pattern})[^\W\d]\w*+(?:['’/-]\w++){{0,3}}){{0,3}}?[\s\u00a0'’/-]{{0,3}}"
)
_AROUND_CHARACTERS: Final = 28
#: What a bound is not about any more: another number, another part of the sentence.
_ELSEWHERE: Final = re.compile(rf"{_NUMBER}|[;,)]", re.IGNORECASE)
_LEFT_OUT: Final = re.compile(
    r"\b(?:without|excluding|excludes?|not including|no|plus|ohne|exklusive|exkl\.|zuzüglich|kein\w*|sans|hors|"
    r"senza|escl\w+|sin|"
    r"excluid\w+|sem|zonder|exclusief|bez|poza|fără)\b[^.()]{0,70}$",
    re.IGNORECASE,
)
_SEPARATED: Final = re.compile(r"^\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+$")
_THOUSANDS: Final = re.compile(r"[.,'’ \u00a0\u202f](?=\d{3})")
_QUOTED: Final = re.compile(r"[„“”\"«»]([^„“”\"«»]{2,80})[„“”\"«»]")
_POINTS: Final = say.POINTS
_CENTIMETRES: Final = re.compile(r"(\d(?:[.,]\d{1,2})?)\s?cm\b", re.IGNORECASE)
_SIZE: Final = re.compile(rf"(?<![\d.,])((?:8|9|1\d)(?:[.,]5)?){_POINTS}", re.IGNORECASE)
_SIZE_OF_FACE: Final = re.compile(
    r"\b(?:Arial|Roman|Helvetica|Calibri|Cambria|Garamond)\W{1,3}((?:8|9|1\d)(?:[.,]5)?)\b"
)
_SPACED: Final = re.compile(r"(?<![\d.,])([12](?:[.,]\d{1,2})?)(?![\d.,]*\s?(?:cm|pt))")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
#: "A source" is no number, where nothing says "at least one".
_ARTICLES: Final = frozenset(word for word, number in say.NUMBERS.items() if number == 1)
#: Units that are counted: what is asked for by each, its kind, and whether a bare number is a minimum.
_COUNTED: Final = (
    (say.PAGES, SheetKind.LENGTH, "pages", False),
    (say.WORDS, SheetKind.LENGTH, "words", False),
    (say.CHARACTERS, SheetKind.LENGTH, "characters", False),
    (say.SOURCES, SheetKind.SOURCES, "number", True),
    (say.BOOKS, SheetKind.SOURCES, "books", True),
    (say.ARTICLES, SheetKind.SOURCES, "articles", True),
    (say.WEB, SheetKind.SOURCES, "web", True),
    (say.TABLES, SheetKind.COUNT, "tables", True),
    (say.PICTURES, SheetKind.COUNT, "pictures", True),
)
_QUANTITIES: Final = tuple(
    (re.compile(rf"{_RANGE}{_BETWEEN}(?P<unit>{unit.pattern})", re.IGNORECASE), kind, what, is_least)
    for unit, kind, what, is_least in _COUNTED
)


def sentences(text: str) -> list[str]:
    """The sheet's sentences and list items, without their bullets."""
    parts = (_BULLET.sub("", part.strip()).strip() for part, _after in pieces(text))
    return [" ".join(part.split()) for part in parts if part]


def pieces(text: str) -> list[tuple[str, str]]:
    """The same with their bullets, each with what stands between it and the next."""
    text = _BLANKS.sub(" ", text)
    ends = [found.span() for found in _SENTENCE_END.finditer(text)] + [(len(text), len(text))]
    starts = [0, *(end for _start, end in ends)]
    return [(text[start:end], text[end:after]) for start, (end, after) in zip(starts, ends, strict=False)]


def words_of(piece: str) -> list[str]:
    """Its words without its bullet, whatever their capitals."""
    return _WORD.findall(_BULLET.sub("", piece.strip()).casefold())


def read(text: str) -> list[tuple[Want, str]]:
    """What the text asks for, each once, with the sentence it was read from, in the order of the text."""
    found: dict[Want, str] = {}
    for sentence in sentences(text):
        for want in wants_of(sentence):
            found.setdefault(want, sentence[:MOST_QUOTED_CHARACTERS])
    return list(found.items())


def wants_of(sentence: str) -> list[Want]:
    """Everything that fixed rules read in one sentence."""
    readers = (_quantities, _ages, _styles, _languages, _layout, _parts, _deadlines)
    return [want for reader in readers for want in reader(sentence)]


def term_of(text: str) -> str:
    """What stands between quotation marks: a term or name that has to occur; empty where nothing does."""
    found = _QUOTED.search(text)
    return found[1].strip() if found else ""


def value_of(figure: str) -> float:
    """A number as sheets write them: "12", "1,5", "3.000", "2 500", "acht"."""
    if (known := say.NUMBERS.get(figure.casefold())) is not None:
        return known
    if _SEPARATED.match(figure):
        return float(_THOUSANDS.sub("", figure))
    return float(figure.replace(",", "."))


def _quantities(sentence: str) -> Iterator[Want]:
    for pattern, kind, what, is_least in _QUANTITIES:
        for found in pattern.finditer(sentence):
            least, most = _bounds(sentence, found, is_least=is_least)
            if found["low"].casefold() in _ARTICLES and not say.LEAST.search(_before(sentence, found)):
                continue
            yield _counted(sentence, found, kind, what, least, most)


def _counted(
    sentence: str, found: "re.Match[str]", kind: SheetKind, what: str, least: float | None, most: float | None
) -> Want:
    if what == "number" and say.REVIEWED.search(found[0]):
        what = "reviewed"
    if what in {"words", "characters"} and say.PARTS["abstract"].search(sentence):
        kind, what = SheetKind.PART, "abstract"
    return Want(kind, what, least, most)


def _bounds(sentence: str, found: "re.Match[str]", *, is_least: bool) -> tuple[float | None, float | None]:
    low = value_of(found["low"])
    if found["high"]:
        high = value_of(found["high"])
        return min(low, high), max(low, high)
    after = _ELSEWHERE.split(sentence[found.end() : found.end() + _AROUND_CHARACTERS], maxsplit=1)[0]
    for words in (_before(sentence, found), after):
        if say.LEAST.search(words):
            return low, None
        if say.MOST.search(words):
            return None, low
    return (low, None) if is_least else (low, low)


def _before(sentence: str, found: "re.Match[str]") -> str:
    return _ELSEWHERE.split(sentence[max(0, found.start() - _AROUND_CHARACTERS) : found.start()])[-1]


def _ages(sentence: str) -> Iterator[Want]:
    if not any(one.search(sentence) for one in (say.SOURCES, say.BOOKS, say.ARTICLES)):
        return
    for found in re.finditer(rf"({_NUMBER})\s+(?:{say.YEARS.pattern})", sentence, re.IGNORECASE):
        if say.NOT_OLDER.search(_before(sentence, found)):
            yield Want(SheetKind.SOURCES, "age", most=value_of(found[1]))
    for year in _YEAR.finditer(sentence):
        before, after = _before(sentence, year)[-12:], sentence[year.end() : year.end() + 10]
        if say.AFTER.search(before):
            yield Want(SheetKind.SOURCES, "since", least=float(year[1]) + 1)
        elif say.SINCE.search(before) or say.SINCE.search(after):
            yield Want(SheetKind.SOURCES, "since", least=float(year[1]))


def _styles(sentence: str) -> Iterator[Want]:
    is_of_citing = bool(say.CITING.search(sentence))
    for pattern, name, _names in say.STYLES:
        if pattern.search(sentence) and (is_of_citing or name not in say.PLACES):
            yield Want(SheetKind.STYLE, "style", value=name)


def _languages(sentence: str) -> Iterator[Want]:
    if say.WRITING.search(sentence) and not say.SOURCES.search(sentence):
        for code, pattern in say.LANGUAGES.items():
            if pattern.search(sentence):
                yield Want(SheetKind.LANGUAGE, "language", value=code)


def _layout(sentence: str) -> Iterator[Want]:
    for pattern, name, _face in say.FACES:
        if pattern.search(sentence):
            yield Want(SheetKind.FORMAT, "face", value=name)
    if size := _SIZE.search(sentence) or _SIZE_OF_FACE.search(sentence):
        yield _exactly("size", value_of(size[1]))
    spacings = [value for pattern, value in say.SPACINGS if pattern.search(sentence)]
    if not spacings and (named := say.SPACING.search(sentence)):
        spacings = _nearest(sentence, named.start(), _SPACED)
    if spacings:
        yield _exactly("spacing", spacings[0])
    if named := say.MARGINS.search(sentence):
        for margin in _nearest(sentence, named.start(), _CENTIMETRES)[:1]:
            yield _exactly("margins", margin)


def _exactly(what: str, value: float) -> Want:
    return Want(SheetKind.FORMAT, what, value, value)


def _nearest(sentence: str, place: int, pattern: "re.Pattern[str]") -> list[float]:
    """The figures that the pattern finds, the one nearest to ``place`` first."""
    found: Sequence[re.Match[str]] = sorted(pattern.finditer(sentence), key=lambda one: abs(one.start() - place))
    return [value_of(one[1]) for one in found]


def _parts(sentence: str) -> Iterator[Want]:
    for what, pattern in say.PARTS.items():
        found = pattern.search(sentence)
        if found and not _LEFT_OUT.search(sentence[: found.start()]):
            yield Want(SheetKind.PART, what)


def _deadlines(sentence: str) -> Iterator[Want]:
    date = say.DATE.search(sentence)
    if date and say.DEADLINES.search(sentence):
        yield Want(SheetKind.DEADLINE, "deadline", value=date[0][:120])
