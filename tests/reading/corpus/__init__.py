"""A corpus of PDFs whose title, authors and year are known: 40 layouts as really found, four works in each.

Made by our own code with invented works and the same at each run. A third of the layouts is held out: rules of the
reading are mended by looking at the others first, and both figures are reported (`benchmarks.titles`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tests.reading.corpus import articles, books, drawn, journals, others
from tests.reading.corpus.works import Truth

WORKS_OF_A_LAYOUT: Final = 4
#: Each third layout is held out.
HELD_OUT_EACH: Final = 3


class _Makes(Protocol):
    def write(self, path: Path) -> Path: ...


_Layout = Callable[[int, int], tuple[_Makes, Truth]]

LAYOUTS: Final[tuple[_Layout, ...]] = (
    articles.preprint, articles.conference, articles.engineering, articles.house_with_masthead, articles.house_with_bar,
    articles.open_house, articles.open_house_with_logo, articles.weekly,
    journals.with_editors_beside, journals.university_press, journals.medicine, journals.law_review, journals.humanities,
    journals.german_journal, journals.polish_journal, journals.medical_preprint,
    books.report, books.working_paper, books.discussion_paper, books.white_paper, books.government_brief,
    books.german_thesis, books.french_thesis, books.polish_thesis, books.czech_thesis, books.english_thesis,
    books.seminar_paper,
    others.chapter, others.slides, others.poster, others.newspaper, others.network_cover, others.archive_cover,
    others.library_cover, others.economics_cover, others.spaced_capitals, others.large_running_head,
    others.markdown_report,
    drawn.word_processor, drawn.scaled_type,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One file of the corpus and what is right for it."""

    path: Path
    layout: str
    is_held_out: bool
    truth: Truth


def case_of(folder: Path, seed: int, number: int) -> Case:
    """Writes work ``number`` in layout ``seed`` into ``folder``."""
    layout = LAYOUTS[seed]
    sheet, truth = layout(seed, number)
    path = sheet.write(folder / f"{layout.__name__}-{number}.pdf")
    return Case(path, layout.__name__, seed % HELD_OUT_EACH == HELD_OUT_EACH - 1, truth)


def made(folder: Path) -> Iterator[Case]:
    """Writes the corpus into ``folder``, file by file."""
    for seed in range(len(LAYOUTS)):
        for number in range(WORKS_OF_A_LAYOUT):
            yield case_of(folder, seed, number)
