"""The number printed on a page, for files that do not name it (page labels): from the edges, where it runs on steadily.

A number at one page's edge may be anything. Only one that grows by one with each page, on three pages near each other,
is the page's; roman front matter and the text behind it are two runs. Pages between them that carry no number get
theirs from the run around them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reading.protocol import Page

#: Pages near each other that must agree.
_AGREE_PAGES: Final = 3
_EDGE_LINES: Final = 3
_MAX_LINE_CHARACTERS: Final = 160
_NUMBER: Final = re.compile(r"\d{1,5}")
_ROMAN: Final = re.compile(r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_VALUES: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_AROUND: Final = "-–—[](){}|·•.,/~"
_ALONE: Final = re.compile(r"\W{0,4}(?:[^\W\d]{1,7}\.?\s)?(?:\d{1,5}|[ivxlcIVXLC]{1,8})\W{0,4}")
#: "Page 3 of 12", "3/12": the first number counts.
_OF: Final = re.compile(r"(?<!\d)(\d{1,5})\s?(?:of|von|/|de|z|di)\s?\d{1,5}(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """Pages whose printed number is their place plus ``offset``, in roman numerals or not."""

    offset: int
    is_roman: bool = False
    is_capital: bool = False

    def number_of(self, page: int) -> str:
        """The number printed on this page; empty where the run has not begun."""
        value = page + self.offset
        if value < 1 or (self.is_roman and value > 300):
            return ""
        text = _as_roman(value) if self.is_roman else str(value)
        return text.upper() if self.is_capital else text


@dataclass(slots=True)
class Numbers:
    """Finds the printed number of one page after the other."""

    last: Run | None = None

    def label(self, page: Page, own: set[Run], before: Sequence[set[Run]], after: Sequence[set[Run]]) -> str:
        """The number of ``page``: its label in the file, else what the runs at its edge and around it say.

        ``own`` are the runs that the page's edges would fit, ``before`` and ``after`` those of the pages around it,
        the nearest last and first.
        """
        if page.label and page.label != str(page.number):
            return page.label
        counted = Counter(run for runs in (*before, own, *after) for run in runs)
        steady = {run for run, count in counted.items() if count >= _needed(len(before) + len(after) + 1)}
        run = self._best(page.number, own & steady, counted)
        if run is None:
            run = self._around(page, steady, before, after)
        if run is not None:
            self.last = run
            return run.number_of(page.number)
        if self.last is not None and not any(steady & runs for runs in after):
            # Far from any number the last run goes on.
            return self.last.number_of(page.number)
        return page.label

    def _best(self, page: int, runs: set[Run], counted: Counter[Run]) -> Run | None:
        begun = [run for run in runs if run.number_of(page)]
        return max(begun, key=lambda run: (run == self.last, counted[run], not run.is_roman), default=None)

    def _around(
        self, page: Page, steady: set[Run], before: Sequence[set[Run]], after: Sequence[set[Run]]
    ) -> Run | None:
        """The run of the next page that has one, when it reaches back to this one; else the one before."""
        following = next((found for runs in after if (found := runs & steady)), set())
        preceding = next((found for runs in reversed(before) if (found := runs & steady)), set())
        for run in sorted(following, key=lambda run: (run not in preceding, run.is_roman, run.offset)):
            if run.number_of(page.number) and (not preceding or run in preceding):
                return run
        if preceding:
            return self.last if self.last in preceding else min(preceding, key=lambda run: (run.is_roman, run.offset))
        return None


def _needed(pages: int) -> int:
    return _AGREE_PAGES if pages > 2 else 2


def runs_at_edges(page: Page, lines: Iterable[str]) -> set[Run]:
    """The runs that numbers at the ends of these lines, from the top and the foot of the page, would fit."""
    found: set[Run] = set()
    for line in lines:
        if len(line) > _MAX_LINE_CHARACTERS:
            continue
        if match := _OF.search(line):
            found.add(Run(int(match.group(1)) - page.number))
        words = line.strip(_AROUND + " ").split()
        for word in {*words[:1], *words[-1:]}:
            found |= _run_of(word.strip(_AROUND), page.number)
        if len(words) == 2 and words[0][-1:] in ".:":
            found |= _run_of(words[1].strip(_AROUND), page.number)
    return found


def edge_lines(page: Page, lines: Sequence[str]) -> list[str]:
    """The lines at the edges: those of the strips that the reader measured, else the first and last of the text.

    Margins may be so wide that the number stands inside of the strips: then it has a line of its own.
    """
    filled = [line for line in lines if line]
    outer = [*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:]]
    if not (page.head or page.foot):
        return outer
    strips = [line.strip() for line in re.split(r"[\r\n]+", f"{page.head}\n{page.foot}")]
    return [*[line for line in strips if line], *[line for line in outer if _ALONE.fullmatch(line)]]


def _run_of(word: str, page: int) -> set[Run]:
    if _NUMBER.fullmatch(word):
        return {Run(int(word) - page)}
    if len(word) <= 8 and word and _ROMAN.fullmatch(word) and (word.islower() or word.isupper()):
        return {Run(_roman_value(word) - page, is_roman=True, is_capital=word.isupper())}
    return set()


def _roman_value(word: str) -> int:
    values = [_VALUES[sign] for sign in word.lower()]
    return sum(
        -value if following > value else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _as_roman(value: int) -> str:
    text = ""
    for size, sign in (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        text += sign * (value // size)
        value %= size
    return text
