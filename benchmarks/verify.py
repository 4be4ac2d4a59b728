"""tesigo-verify on 200 pages with two sources of 1,000 pages ÷ pdftotext of the same three files (R-18).

1,000 citations, each with its sentence and a passage of twelve lines; both sides take turns, and processor time counts.
What is found has to hold, and a page too far has to fail, or the time means nothing. ROUNDS= (5).
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks import tables
from tesigo_verify.files import sha256_of
from tests.documents.files import pdf
from tests.verify.samples import attached, citation, manifest, named_source, signed_json

_PAGES: Final = 200
_SOURCE_PAGES: Final = 1_000
_CITATIONS_PER_PAGE: Final = 5
_ROUNDS: Final = 5
_TO_REACH: Final = 5
_LINES: Final = 42
_WORDS: Final = 11


def main() -> None:
    """The table; ends with an error where the figure is missed."""
    rounds = int(os.environ.get("ROUNDS", str(_ROUNDS)))
    with tempfile.TemporaryDirectory() as name:
        files = _files(Path(name))
        ours = [sys.executable, "-m", "tesigo_verify", *map(str, files)]
        assert _cpu_seconds([*ours, "--control"], code=1)
        took = [
            (_cpu_seconds(ours), sum(_cpu_seconds(["pdftotext", str(file), "-"]) for file in files))
            for _ in range(rounds)
        ]
    mine, theirs = (median(times) for times in zip(*took, strict=True))
    title = f"{_PAGES} pages, {_PAGES * _CITATIONS_PER_PAGE:,} citations, 2 sources of {_SOURCE_PAGES:,} pages"
    row = (f"{mine:.2f} s", f"{theirs:.2f} s", f"{mine / theirs:.2f}", f"≤ {_TO_REACH}")
    tables.show(title, ("tesigo-verify", "pdftotext", "÷", "to reach"), [row])
    if mine / theirs > _TO_REACH:
        raise SystemExit("Missed.")


def _files(folder: Path) -> list[Path]:
    """The document with its manifest, and its sources; no two lines are alike."""
    chance = random.Random(18)
    words = ["".join(chance.choices("aeioubdfgklmnprstvz", k=chance.randint(2, 10))) for _ in range(8_000)]

    def pages(count: int) -> list[list[str]]:
        return [[" ".join(chance.choices(words, k=_WORDS)) for _ in range(_LINES)] for _ in range(count)]

    sources = {key: pages(_SOURCE_PAGES) for key in ("first", "second")}
    paths = {key: pdf(folder / f"{key}.pdf", ["\n".join(page) for page in of]) for key, of in sources.items()}
    text = pages(_PAGES)
    citations: list[dict[str, Any]] = []
    for number, page in enumerate(text, start=1):
        for at in range(_CITATIONS_PER_PAGE):
            key, place = chance.choice(sorted(sources)), chance.randrange(_SOURCE_PAGES)
            begin = chance.randrange(_LINES - 12)
            passage = "\n".join(sources[key][place][begin : begin + 12])
            pieces = [page[8 * at], page[8 * at + 1]]
            citations.append(
                citation(
                    len(citations) + 1, key=key, page=place + 1, words=passage, pieces=pieces, document_page=number
                )
            )
    raw = manifest(citations, [named_source(key, sha256_of(path)) for key, path in paths.items()])
    document = pdf(folder / "document.pdf", ["\n".join(page) for page in text])
    return [attached(document, signed_json(raw)), *paths.values()]


def _cpu_seconds(command: Sequence[str], *, code: int = 0) -> float:
    """Of the process with all it started."""
    before = os.times()
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    assert ended.returncode == code, ended
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
