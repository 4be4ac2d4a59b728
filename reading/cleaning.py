"""Raw pages into readable ones: no running headers, no page numbers, words whole again, lines joined to paragraphs.

Works on a window of a few pages before and after, so that memory does not grow with the file. Only whole lines at the
edge of a page and lines of contents are ever dropped, so that what is left can be found on its page word by word.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from reading.hyphens import BREAK, mended, words_of
from reading.page_numbers import Numbers, Run, edge_lines, runs_at_edges
from reading.paragraphs import join_lines
from reading.places import leads, without_places
from reading.protocol import Page
from reading.signs import BROKEN_WORD, plain

#: Pages looked at on each side. Left and right pages carry different headers, hence an even number.
_AROUND_PAGES: Final = 6
_REPEATS_PAGES: Final = 2
_EDGE_LINES: Final = 2
_HEADER_MAX_CHARACTERS: Final = 120
#: Longest paragraph that is taken for a line of contents.
_ENTRY_MAX_CHARACTERS: Final = 200
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NUMBERS: Final = re.compile(r"\d+|\b[ivxlcdm]+\b")
_LONE_NUMBER: Final = re.compile(
    r"[\s\-–—|·\[(]*(?:(?:page|seite|pagina|página|strona|s\.|p\.)\s*)?"
    r"(\d{1,5}|[ivxlcdmIVXLCDM]{1,7})[\s\-–—|·\])]*"
)
#: Words kept of a document to spell its broken words by.
_MAX_KNOWN_WORDS: Final = 200_000


@dataclass(slots=True)
class _Held:
    page: Page
    lines: list[str]
    top: list[str]
    bottom: list[str]
    runs: set[Run]
    #: The lines in the strips at the edges of the page, wherever the text has them.
    strips: frozenset[str]
    vocabulary: set[str] | None = None

    def words(self) -> set[str]:
        """The words of the page, hyphened ones whole, in small letters."""
        if self.vocabulary is None:
            self.vocabulary = words_of("\n".join(self.lines))
        return self.vocabulary


@dataclass(slots=True)
class _Document:
    """What has been learned from the pages so far."""

    numbers: Numbers = field(default_factory=Numbers)
    known: set[str] = field(default_factory=set)

    def knows(self, word: str, around: list[_Held]) -> bool:
        return word in self.known or any(word in held.words() for held in around)

    def learn(self, held: _Held) -> None:
        if held.vocabulary is not None and len(self.known) < _MAX_KNOWN_WORDS:
            self.known |= held.vocabulary


def clean_pages(pages: Iterable[Page]) -> Iterator[Page]:
    """Each page with its text as paragraphs between empty lines; the text is empty where nothing readable is left.

    Pages without number (formats without pages) are taken as paragraphs already and only tidied.
    """
    before: deque[_Held] = deque(maxlen=_AROUND_PAGES)
    waiting: deque[_Held] = deque()
    document = _Document()
    for page in pages:
        if page.number == 0:
            yield replace(page, text=_tidy_paragraphs(page.text))
            continue
        waiting.append(_hold(page))
        if len(waiting) > _AROUND_PAGES:
            yield _clean(before, waiting, document)
    while waiting:
        yield _clean(before, waiting, document)


def _hold(page: Page) -> _Held:
    lines = _tidy(page.text)
    filled = [line for line in lines if line]
    return _Held(
        page=page,
        lines=lines,
        top=[_key(line) for line in filled[:_EDGE_LINES]],
        bottom=[_key(line) for line in filled[::-1][:_EDGE_LINES]],
        runs=runs_at_edges(page, edge_lines(page, lines)),
        strips=frozenset(line for line in _tidy(f"{page.head}\n{page.foot}") if line),
    )


def _tidy(text: str) -> list[str]:
    return [line.strip() for line in _LINE_END.split(plain(text))]


def _tidy_paragraphs(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n{2,}", plain(text).replace(BROKEN_WORD, "")))
    return "\n\n".join(part for part in paragraphs if part and not (len(part) <= _ENTRY_MAX_CHARACTERS and leads(part)))


def _clean(before: deque[_Held], waiting: deque[_Held], document: _Document) -> Page:
    held = waiting.popleft()
    following = list(waiting)[:_AROUND_PAGES]
    around = [*before, *following]
    label = document.numbers.label(
        held.page, held.runs, [other.runs for other in before], [other.runs for other in following]
    )
    held.page = replace(held.page, label=label)
    text = "\n".join(without_places(_without_edges(held, around)))
    if BREAK.search(text):
        text = mended(text, lambda word: document.knows(word, [held, *around]))
    document.learn(held)
    before.append(held)
    return replace(held.page, text=join_lines(text.split("\n")))


def _without_edges(held: _Held, around: list[_Held]) -> list[str]:
    lines = _without_running_lines(held, around)
    tops = Counter(key for other in around for key in other.top)
    bottoms = Counter(key for other in around for key in other.bottom)
    _peel(lines, 0, tops, _are_numbered(held, around, 0), held.page)
    _peel(lines, -1, bottoms, _are_numbered(held, around, -1), held.page)
    return lines


def _without_running_lines(held: _Held, around: list[_Held]) -> list[str]:
    """The lines without what stands at the edge of this page and, but for its numbers, at that of others nearby.

    Programs write running heads and page numbers first, last or in between: only the place on the page tells. A number
    alone may be the sign of an item.
    """
    if not held.strips:
        return list(held.lines)
    repeated = Counter(key for other in around for key in {_key(line) for line in other.strips})
    running = {
        line
        for line in held.strips
        if len(line) <= _HEADER_MAX_CHARACTERS
        and repeated[_key(line)] >= _REPEATS_PAGES
        and (any(sign.isalpha() for sign in _key(line)) or _bears_number(line, held.page))
    }
    lines: list[str] = []
    for line in held.lines:
        if line in running:
            running.discard(line)  # once: the same words may stand in the text
        else:
            lines.append(line)
    return lines


def _are_numbered(held: _Held, around: list[_Held], end: int) -> bool:
    """Whether the line at this end bears the page's number, here and on other pages nearby."""
    if not _bears_number(_at(held, end), held.page):
        return False
    # Pages behind this one have no label yet: theirs runs on as this one's does.
    step = int(held.page.label) - held.page.number if held.page.label.isdecimal() else 0
    bearing = 0
    for other in around:
        number = other.page.number + step
        page = other.page if other.page.label or number < 1 else replace(other.page, label=str(number))
        bearing += _bears_number(_at(other, end), page)
    return bearing >= _REPEATS_PAGES


def _at(held: _Held, end: int) -> str:
    filled = [line for line in held.lines if line]
    return filled[end] if filled else ""


def _peel(lines: list[str], end: int, repeated: Counter[str], numbered: bool, page: Page) -> None:
    """Drops up to two lines at one end: repeated ones, the page's number, and a heading that bears that number."""
    for peeled in range(_EDGE_LINES):
        while lines and not lines[end]:
            lines.pop(end)
        if not lines:
            return
        line = lines[end]
        is_repeated = len(line) <= _HEADER_MAX_CHARACTERS and repeated[_key(line)] >= _REPEATS_PAGES
        is_number = _bears_number(line, page) and _LONE_NUMBER.fullmatch(line) is not None
        if not (is_repeated or is_number or (numbered and not peeled and _bears_number(line, page))):
            return
        lines.pop(end)


def _key(line: str) -> str:
    return _NUMBERS.sub("#", line.casefold())


def _bears_number(line: str, page: Page) -> bool:
    """Whether the line is short and begins or ends with the number of its page, as running headings do."""
    words = line.split()
    if len(line) > _HEADER_MAX_CHARACTERS or not words:
        return False
    numbers = {page.label.casefold(), str(page.number)} - {""}
    return words[0].strip("-–—[]()|·").casefold() in numbers or words[-1].strip("-–—[]()|·").casefold() in numbers
