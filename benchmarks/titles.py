"""Title, authors and year of 160 PDFs in 40 layouts: how many are right as a student sees them at the source desk.

Counts over the layouts that the rules were mended by, over those held out, and over all. WRONG=1 names what is wrong.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from benchmarks import tables
from tests.reading.corpus import LAYOUTS, made
from tests.reading.corpus.scoring import score, source_of

_FIELDS: Final = ("title", "authors", "year")
_TO_REACH: Final = {"title": 0.95, "authors": 0.90, "year": 0.90}


def main() -> None:
    """The table; ends with an error where a figure is missed."""
    right: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    with tempfile.TemporaryDirectory() as folder:
        for case in made(Path(folder)):
            item = source_of(case.path)
            found = score(case, item)
            of = right[case.is_held_out]
            of["files"] += 1
            of.update(field for field in _FIELDS if getattr(found, field))
            if os.environ.get("WRONG") and not all(getattr(found, field) for field in _FIELDS):
                print(f"{case.path.name}: {item}")
    every = right[True] + right[False]
    rows = [("layouts looked at", right[False]), ("layouts held out", right[True]), ("all", every)]
    tables.show(
        f"Sources of {every['files']} PDFs in {len(LAYOUTS)} layouts",
        ("", "files", *_FIELDS),
        [(words, of["files"], *(f"{of[field] / of['files']:.1%}" for field in _FIELDS)) for words, of in rows],
    )
    missed = [field for field in _FIELDS if every[field] < every["files"] * _TO_REACH[field]]
    if missed:
        raise SystemExit(f"Missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
