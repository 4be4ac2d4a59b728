"""Raw pages into readable ones: no running headers, no page numbers, words whole again, lines joined to paragraphs.

Works on a window of a few pages before and after, so that memory does not grow with the file. Only whole lines at the
edge of a page are ever dropped, never anything inside, so that what is left can be found on its page word by word.
"""

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from reading.paragraphs import join_lines
from reading.protocol import Page
from tesigo.platform.plain_text import without_unseen

#: Pages looked at on each side. Left and right pages carry different headers, hence an even number.
_AROUND_PAGES: Final = 6
_REPEATS_PAGES: Final = 2
_EDGE_LINES: Final = 2
_HEADER_MAX_CHARACTERS: Final = 120
#: pdfium puts this where a word was broken at the end of a line (U+FFFE in its raw text).
BROKEN_WORD: Final = "\x02"
_PLAIN: Final = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st",
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\ufffe": BROKEN_WORD,
    "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n",
}  # fmt: skip
#: What is replaced by `_PLAIN` or dropped: controls, soft hyphens, zero-width signs, private-use glyphs.
_ODD: Final = re.compile(
    r"[ﬀ-ﬆ\u00a0\u202f\u2007\u00ad\u200b\ufeff\u2028\u2029"
    r"\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufffe\uffff]"
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SPACES: Final = re.compile(r"[ \t]{2,}|\t")
_NUMBERS: Final = re.compile(r"\d+|\b[ivxlcdm]+\b")
_LONE_NUMBER: Final = re.compile(
    r"[\s\-–—|·\[(]*(?:(?:page|seite|pagina|página|strona|s\.|p\.)\s*)?"
    r"(\d{1,5}|[ivxlcdmIVXLCDM]{1,7})[\s\-–—|·\])]*"
)
_LEADERS: Final = re.compile(r"(?:\.\s?){5,}|(?:…\s?){2,}|_{6,}")
_INDEX_LINE: Final = re.compile(r".{1,80}?,\s?\d{1,4}(?:[–-]\d{1,4})?(?:,\s?\d{1,4}(?:[–-]\d{1,4})?){0,30}")
#: The engine's sign, or a hyphen (U+002D, or U+2010 as browsers set it) at the end of a line.
_BREAK: Final = re.compile(rf"{BROKEN_WORD}[ \t]*|[-\u2010]\n")
#: What stands before and after a break. Bounded: a page that is one word of 100,000 letters takes no longer.
_BEFORE: Final = re.compile(r"\w+\Z")
_AFTER: Final = re.compile(rf"(\w+)([^\s{BROKEN_WORD}]{{0,20}})[ \t]?")
_WORD_MAX_LETTERS: Final = 60
_WORD: Final = re.compile(r"\w+(?:-\w+)*")


@dataclass(slots=True)
class _Held:
    page: Page
    lines: list[str]
    top: list[str]
    bottom: list[str]
    numbered_top: bool
    numbered_bottom: bool
    vocabulary: set[str] | None = None

    def words(self) -> set[str]:
        """The words of the page, hyphened ones whole, in small letters."""
        if self.vocabulary is None:
            self.vocabulary = {word for line in self.lines for word in _WORD.findall(line.casefold())}
        return self.vocabulary


def clean_pages(pages: Iterable[Page]) -> Iterator[Page]:
    """Each page with its text as paragraphs between empty lines; the text is empty where nothing readable is left.

    Pages without number (formats without pages) are taken as paragraphs already and only tidied.
    """
    before: deque[_Held] = deque(maxlen=_AROUND_PAGES)
    waiting: deque[_Held] = deque()
    for page in pages:
        if page.number == 0:
            yield replace(page, text=_tidy_paragraphs(page.text))
            continue
        waiting.append(_hold(page))
        if len(waiting) > _AROUND_PAGES:
            yield _clean(before, waiting)
    while waiting:
        yield _clean(before, waiting)


def _hold(page: Page) -> _Held:
    lines = _tidy(page.text)
    filled = [line for line in lines if line]
    top, bottom = filled[:_EDGE_LINES], filled[::-1][:_EDGE_LINES]
    return _Held(
        page=page,
        lines=lines,
        top=[_key(line) for line in top],
        bottom=[_key(line) for line in bottom],
        numbered_top=bool(top) and _bears_number(top[0], page),
        numbered_bottom=bool(bottom) and _bears_number(bottom[0], page),
    )


def _plain(text: str) -> str:
    """Composed letters, no ligatures, no signs that nobody sees, one blank at a time."""
    text = _ODD.sub(lambda match: _PLAIN.get(match.group(), ""), text)
    text = BROKEN_WORD.join(without_unseen(part) for part in text.split(BROKEN_WORD))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text))


def _tidy(text: str) -> list[str]:
    return [line.strip() for line in _LINE_END.split(_plain(text))]


def _tidy_paragraphs(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n{2,}", _plain(text).replace(BROKEN_WORD, "")))
    return "\n\n".join(part for part in paragraphs if part and not _LEADERS.search(part))


def _clean(before: deque[_Held], waiting: deque[_Held]) -> Page:
    held = waiting.popleft()
    around = [*before, *list(waiting)[:_AROUND_PAGES]]
    before.append(held)
    lines = _without_edges(held, around)
    leading = {at for at, line in enumerate(lines) if _leads(line)}
    if _is_list_of_places(lines, len(leading)):
        return replace(held.page, text="")
    text = "\n".join(line for at, line in enumerate(lines) if at not in leading)
    if BROKEN_WORD in text or "-\n" in text or "\u2010\n" in text:
        text = _mend(text, [held, *around])
    return replace(held.page, text=join_lines(text.split("\n")))


def _without_edges(held: _Held, around: list[_Held]) -> list[str]:
    lines = list(held.lines)
    tops = Counter(key for other in around for key in other.top)
    bottoms = Counter(key for other in around for key in other.bottom)
    numbered_top = held.numbered_top and sum(other.numbered_top for other in around) >= _REPEATS_PAGES
    numbered_bottom = held.numbered_bottom and sum(other.numbered_bottom for other in around) >= _REPEATS_PAGES
    _peel(lines, 0, tops, numbered_top, held.page)
    _peel(lines, -1, bottoms, numbered_bottom, held.page)
    return lines


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
        if not (is_repeated or is_number or (numbered and not peeled)):
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


def _leads(line: str) -> bool:
    """Whether dots or the like lead the eye over the line to a page number."""
    # Looking for the plain string first is ten times as fast, and nearly all lines have none.
    seldom = ". ." in line or "..." in line or "…" in line or "____" in line
    return seldom and _LEADERS.search(line) is not None


def _is_list_of_places(lines: list[str], leading: int) -> bool:
    """A page of contents or of an index: most lines lead to a page number, and nothing can be cited."""
    filled = [line for line in lines if line]
    if len(filled) < 5:
        return False
    # The last sign tells most lines apart before the pattern is tried.
    entries = sum(
        1 for line in filled if line[-1].isdigit() and len(line) <= 160 and "," in line and _INDEX_LINE.fullmatch(line)
    )
    return leading * 5 > len(filled) * 2 or entries * 2 > len(filled)


def _mend(text: str, around: list[_Held]) -> str:
    """Broken words whole again; a hyphen stays where the same word stands hyphenated on a page nearby."""
    pieces: list[str] = []
    done = 0
    for match in _BREAK.finditer(text):
        start, end = match.span()
        if start < done:
            continue  # broken twice: the second break was taken with the first
        before = _BEFORE.search(text[max(done, start - _WORD_MAX_LETTERS) : start])
        after = _AFTER.match(text[end : end + _WORD_MAX_LETTERS])
        if before is None or after is None or not _is_break(text[start], before.group(), after.group(1)):
            pieces.append(text[done:start] + match.group().replace(BROKEN_WORD, "-"))
            done = end
            continue
        word = _joined(before.group(), after.group(1), around)
        # The line still ends here: how long it is tells where paragraphs end.
        pieces.append(f"{text[done : start - len(before.group())]}{word}{after.group(2)}\n")
        done = end + after.end()
    return "".join([*pieces, text[done:]])


def _is_break(sign: str, left: str, right: str) -> bool:
    """A hyphen before a line end breaks words, not ranges of numbers; the engine's own sign is always a break."""
    return sign == BROKEN_WORD or (left[-1].isalpha() and right[0].isalpha())


def _joined(left: str, right: str, around: list[_Held]) -> str:
    def is_near(word: str) -> bool:
        return any(word.casefold() in held.words() for held in around)

    if is_near(left + right):
        return left + right
    if is_near(f"{left}-{right}") or not right[0].islower():
        return f"{left}-{right}"
    return left + right
