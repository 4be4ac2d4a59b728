"""Exporting a document in every format at once ÷ PDF and DOCX asked for one after the other.

PAGES= (200), STYLE= (apa), ROUNDS= (1). Processor time of the children, which other programs on the
machine change little, and wall time beside it.
"""

import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Final, TypeVar

from django.conf import settings

from benchmarks import tables
from typesetting import FileResult, Manuscript, ManuscriptSection, render_docx, render_files, render_pdf
from typesetting.length import characters_per_page

T = TypeVar("T")
_KINDS: Final = (
    "pdf", "docx", "epub", "html", "odt", "markdown", "docx_zotero", "docx_word", "latex",
    "biblatex", "bibtex", "ris", "csl_json",
)  # fmt: skip
_WORDS: Final = (
    "lamp", "tower", "keeper", "ocean", "signal", "harbour", "weather", "machine", "people", "history", "record",
    "light", "service", "coast", "engine", "paper", "winter", "sailors", "iron", "mirror", "letters", "journey",
)  # fmt: skip
_ALL: Final = "all formats"
_SOURCES: Final = 120
_PAGES_A_SECTION: Final = 2.5
_CITATIONS_A_PAGE: Final = 4


def main() -> None:
    """PDF first: it finds the pages for the contents of the DOCX. Then all formats, in one child."""
    settings.configure(SLOW_SECONDS=3600.0)  # what the typesetter says of children that take long
    pages = int(os.environ.get("PAGES", "200"))
    manuscript = _manuscript(pages, os.environ.get("STYLE", "apa"))
    rounds = [_round(manuscript) for _ in range(int(os.environ.get("ROUNDS", "1")))]
    names = list(rounds[0])
    spent = {name: tuple(median(one[name][at] for one in rounds) for at in (0, 1)) for name in names}
    both = [spent["PDF"][at] + spent["DOCX"][at] for at in (0, 1)]
    rows = [(name, f"{cpu:.1f} s", f"{wall:.1f} s") for name, (cpu, wall) in spent.items()]
    cpu, wall = (f"{spent[_ALL][at] / both[at]:.2f}" for at in (0, 1))
    rows.append(("all ÷ PDF + DOCX", cpu, wall))
    tables.show(f"Formats of {pages} pages", ("files", "processor", "wall"), rows)


def _round(manuscript: Manuscript) -> dict[str, tuple[float, float]]:
    spent: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pdf = _timed(spent, "PDF", lambda: render_pdf(manuscript, Path(folder) / "a"))
        pages = pdf.first_pages
        _timed(spent, "DOCX", lambda: render_docx(manuscript, Path(folder) / "b", first_pages=pages))
        places = {kind: Path(folder) / kind for kind in _KINDS}
        made = _timed(spent, _ALL, lambda: render_files(manuscript, places))
    assert all(isinstance(one, FileResult) for one in made.values())
    return spent


def _timed(spent: dict[str, tuple[float, float]], name: str, work: Callable[[], T]) -> T:
    before, start = _processor_seconds(), time.monotonic()
    result = work()
    spent[name] = (_processor_seconds() - before, time.monotonic() - start)
    return result


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _manuscript(pages: int, style: str) -> Manuscript:
    drawn = random.Random(1)
    works = tuple(
        {
            "id": f"k{number}", "type": "article-journal", "title": f"On the {drawn.choice(_WORDS)} of {number}",
            "author": [{"family": f"Lind{number}", "given": "Ada"}], "container-title": "Annals", "volume": "3",
            "page": "1-9", "issued": {"date-parts": [[1950 + number % 70]]}, "DOI": f"10.1000/{number}",
        }
        for number in range(_SOURCES)
    )  # fmt: skip
    length = round(characters_per_page("en") * _PAGES_A_SECTION)
    sections = tuple(
        ManuscriptSection(str(number), 1 if number % 5 == 0 else 2, f"Part {number}", _text(drawn, length))
        for number in range(round(pages / _PAGES_A_SECTION))
    )
    return Manuscript(
        title="Formats", kind="Thesis", topic="", author="Ada Lind", date=date(2024, 1, 1), language="en",
        csl_style=style, sections=sections, references=works, ai_statement="Written with help.",
    )  # fmt: skip


def _text(drawn: random.Random, length: int) -> str:
    sentences, size = [], 0
    between = characters_per_page("en") // _CITATIONS_A_PAGE
    while size < length:
        words = " ".join(drawn.choice(_WORDS) for _ in range(14))
        cites = f" [@k{drawn.randrange(_SOURCES)}, p. {drawn.randrange(1, 9)}]" if drawn.random() < 95 / between else ""
        sentences.append(f"{words.capitalize()}{cites}.")
        size += len(sentences[-1]) + 1
    return "\n\n".join(" ".join(sentences[start : start + 7]) for start in range(0, len(sentences), 7))


if __name__ == "__main__":
    main()
