"""Each layout of the corpus once, with metadata in another state from layout to layout; all: `benchmarks.titles`."""

from pathlib import Path

import pytest

from tests.reading.corpus import LAYOUTS, WORKS_OF_A_LAYOUT, case_of
from tests.reading.corpus.scoring import score, source_of


@pytest.mark.parametrize("seed", range(len(LAYOUTS)), ids=[layout.__name__ for layout in LAYOUTS])
def test_title_authors_and_year_of_a_layout(tmp_path: Path, seed: int) -> None:
    case = case_of(tmp_path, seed, seed % WORKS_OF_A_LAYOUT)
    item = source_of(case.path)
    found = score(case, item)
    assert found.title, (item["title"], case.truth.titles)
    assert found.authors, (item.get("author"), case.truth.authors)
    assert found.year, (item.get("issued"), case.truth.year)
    assert all(found.further.values()), (item, case.truth.fields)
