"""Reading ÷ what does the bare work on the same file: 1,000 pages beside pypdfium2, 2,000 references beside pandoc.

Each run is a process of its own that writes what it read; both sides take turns, and processor time counts, since a
machine with other work beside says little by the clock. What is shown is bare ÷ ours: 1 is as quick. ROUNDS= (7).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import pikepdf
import pypandoc

from benchmarks import tables
from tests.reading.corpus.paper import Sheet, prose
from tests.reading.corpus.works import work

_PAGES: Final = 1_000
_MADE_PAGES: Final = 50
_ENTRIES: Final = 2_000
_ROUNDS: Final = 7
_TO_REACH: Final = {"pdf": 0.8, "bibtex": 1.0, "ris": 1.0}
#: The least that gives the same text: each page opened, its text taken and written.
_BARE_PDF: Final = """
import json, sys
import pypdfium2
document = pypdfium2.PdfDocument(sys.argv[1])
for page in document:
    text_page = page.get_textpage()
    print(json.dumps(text_page.get_text_bounded(errors="ignore"), ensure_ascii=False))
    text_page.close()
    page.close()
"""


def main() -> None:
    """The table; ends with an error where a figure is missed."""
    rounds = int(os.environ.get("ROUNDS", str(_ROUNDS)))
    pandoc = pypandoc.get_pandoc_path()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = _pages(folder)
        lists = {
            "bibtex": (_list(folder / "references.bib", _entry), "biblatex"),
            "ris": (_list(folder / "references.ris", _record), "ris"),
        }
        pairs = {"pdf": (_ours("pdf", pages, folder), [sys.executable, "-c", _BARE_PDF, str(pages)])}
        for kind, (path, reader) in lists.items():
            pairs[kind] = _ours(kind, path, folder), [pandoc, "-f", reader, "-t", "csljson", str(path)]
        rows: list[tuple[str, ...]] = []
        missed: list[str] = []
        for kind, (ours, bare) in pairs.items():
            took = [(_cpu_seconds(ours), _cpu_seconds(bare)) for _ in range(rounds)]
            mine, theirs = (median(times) for times in zip(*took, strict=True))
            rows.append((kind, f"{mine:.2f} s", f"{theirs:.2f} s", f"{theirs / mine:.2f}", f"≥ {_TO_REACH[kind]}"))
            missed += [kind] if theirs / mine < _TO_REACH[kind] else []
    title = f"Reading {_PAGES:,} pages and {_ENTRIES:,} references, processor time, medians of {rounds}"
    tables.show(title, ("", "ours", "bare", "bare ÷ ours", "to reach"), rows)
    if missed:
        raise SystemExit(f"Missed: {', '.join(missed)}")


def _ours(kind: str, path: Path, scratch: Path) -> list[str]:
    return [sys.executable, "-m", "reading.child", kind, str(path), "--scratch", str(scratch)]


def _cpu_seconds(command: Sequence[str]) -> float:
    """Of the process with all it started."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _pages(folder: Path) -> Path:
    """A book of pages with running heads and numbers."""
    one = work(3, 1)
    css = f"@page {{ @top-center {{ content: '{one.title}' }} @bottom-center {{ content: counter(page) }} }}"
    few = Sheet(f"<h1>{one.whole_title}</h1>{prose(490 * _MADE_PAGES, one)}", css).write(folder / "few.pdf")
    path = folder / "book.pdf"
    with pikepdf.open(few) as made, pikepdf.new() as book:
        while len(book.pages) < _PAGES:
            book.pages.extend(list(made.pages)[: _PAGES - len(book.pages)])
        book.save(path)
    return path


def _list(path: Path, entry: Callable[[int], str]) -> Path:
    path.write_text("\n".join(entry(number) for number in range(_ENTRIES)), encoding="utf-8")
    return path


def _entry(number: int) -> str:
    one = work(number, number % 4)
    names = " and ".join(f"{each.family}, {each.given}" for each in one.authors)
    return (
        f"@article{{key{number},\n  author = {{{names}}},\n  title = {{{one.whole_title} {number}}},\n"
        f"  journal = {{Marine Signals {number % 40}}},\n  year = {one.year},\n  volume = {one.volume},\n"
        f"  pages = {{{one.first_page}--{one.last_page}}},\n  doi = {{{one.doi}.{number}}},\n"
        f"  abstract = {{{prose(90, one)[3:-4]}}}\n}}\n"
    )


def _record(number: int) -> str:
    one = work(number, number % 4)
    names = "".join(f"AU  - {each.family}, {each.given}\n" for each in one.authors)
    return (
        f"TY  - JOUR\n{names}TI  - {one.whole_title} {number}\nJO  - Marine Signals {number % 40}\nPY  - {one.year}\n"
        f"VL  - {one.volume}\nSP  - {one.first_page}\nEP  - {one.last_page}\nDO  - {one.doi}.{number}\n"
        f"AB  - {prose(90, one)[3:-4]}\nER  - \n"
    )


if __name__ == "__main__":
    main()
