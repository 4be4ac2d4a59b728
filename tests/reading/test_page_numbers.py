"""The number that is printed on a page, where the file has no page labels."""

from pathlib import Path

import pikepdf
import pytest

from reading.cleaning import clean_pages
from reading.protocol import Page
from tests.documents import files
from tests.reading.typeset import pages_of, text, typeset


def labels(texts: list[str], given: list[str] | None = None) -> list[str]:
    pages = [
        Page(number=number, label=given[number - 1] if given else "", text=one) for number, one in enumerate(texts, 1)
    ]
    return [page.label for page in clean_pages(pages)]


def body(page: int) -> str:
    return files.prose(60, start=page * 60)


def test_an_article_that_begins_on_a_later_page() -> None:
    assert labels([f"{body(page)}\n{page + 212}" for page in range(1, 13)]) == [
        str(page + 212) for page in range(1, 13)
    ]


def test_a_page_without_number_gets_that_of_the_run_around_it() -> None:
    texts = [f"{body(page)}\n{page + 212}" for page in range(1, 9)]
    texts[0] = body(0)
    texts[4] = body(90)
    assert labels(texts) == [str(page + 212) for page in range(1, 9)]


def test_roman_front_matter_behind_a_cover_then_arabic() -> None:
    front = [f"{body(page)}\n{numeral}" for page, numeral in enumerate(["i", "ii", "iii", "iv"], 2)]
    text_pages = [f"{body(page + 10)}\n{page}" for page in range(1, 7)]
    assert labels(["Bells and Buoys", *front, *text_pages]) == ["", "i", "ii", "iii", "iv", *"123456"]


@pytest.mark.parametrize(
    "edge",
    [
        "MARINE SIGNALS 31 (2016) {n}",
        "{n} Bells and Buoys",
        "– {n} –",
        "Page {n}",
        "Seite {n} von 250",
        "[{n}]",
        "{n} | Bells",
    ],
)
def test_numbers_in_running_lines(edge: str) -> None:
    assert labels([f"{edge.format(n=page + 87)}\n{body(page)}" for page in range(1, 8)]) == [
        str(n) for n in range(88, 95)
    ]


def test_left_and_right_pages_in_turn() -> None:
    heads = ["{n} M. Talvik", "Bells at night {n}"]
    texts = [f"{heads[page % 2].format(n=page + 40)}\n{body(page)}" for page in range(1, 9)]
    assert labels(texts) == [str(page + 40) for page in range(1, 9)]


def test_numbers_that_do_not_run_on_are_not_the_pages() -> None:
    years = [1848, 1911, 1850, 1848, 1902, 1848]
    assert labels([f"{body(page)}\n{year}" for page, year in enumerate(years)]) == [""] * 6
    assert labels([f"Marine Signals 31\n{body(page)}" for page in range(6)]) == [""] * 6


def test_labels_of_the_file_come_first_unless_they_only_count() -> None:
    texts = [f"{body(page)}\n{page + 212}" for page in range(1, 6)]
    assert labels(texts, ["a", "b", "c", "d", "e"]) == ["a", "b", "c", "d", "e"]
    assert labels(texts, ["1", "2", "3", "4", "5"]) == ["213", "214", "215", "216", "217"]
    assert labels([body(page) for page in range(1, 4)], ["1", "2", "3"]) == ["1", "2", "3"]


def test_the_number_is_dropped_from_the_text() -> None:
    pages = [Page(number=page, label="", text=f"{body(page)}\n{page + 212}") for page in range(1, 8)]
    assert [page.text for page in clean_pages(pages)] == [body(page) for page in range(1, 8)]


def test_numbers_at_the_foot_of_a_typeset_page(tmp_path: Path) -> None:
    style = (
        "<style>@page { @bottom-center { content: counter(page) } } @page :first { counter-reset: page 213 }</style>"
    )
    path = typeset(
        tmp_path / "a.pdf", style + "<div style='break-before: page'></div>".join(text(start=n * 160) for n in range(5))
    )
    with pikepdf.open(path) as document:
        assert "/PageLabels" not in document.Root
    assert [page.label for page in clean_pages(pages_of(path))] == ["213", "214", "215", "216", "217"]
