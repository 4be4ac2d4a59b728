"""Lines of contents and of an index go; what stands beside them stays."""

import pytest

from reading.places import leads, without_places

PROSE = ["The bells were rung by hand until the winter of 1848, when the first", "machine was put up on the quay."]


@pytest.mark.parametrize(
    "line",
    [
        "1.2 The bell . . . . . . . 14",
        "The bell ........ 14",
        "Vorwort …… vii",
        "Name ______ 3",
        "A. Buoys . . . . . A-3",
    ],
)
def test_lines_that_lead_to_a_page(line: str) -> None:
    assert leads(line)


@pytest.mark.parametrize(
    "line",
    [
        "He waited ..... and the bell rang again",
        "“Ring ……” he said, and 14 of them rang",
        "Fill in ______ and ______ before you sign",
        "and then . . . . . nothing",
        "Was it . . . no, it was not 14",
    ],
)
def test_dots_and_lines_inside_of_text(line: str) -> None:
    assert not leads(line)
    assert without_places([*PROSE, line, *PROSE]) == [*PROSE, line, *PROSE]


def test_an_abstract_above_the_contents_stays() -> None:
    contents = ["Contents", "1 Bells . . . . . . . . 1", "2 Buoys . . . . . . . . 9", "2.1 Their chains . . . . . 11"]
    assert without_places(["Abstract", *PROSE, *contents]) == ["Abstract", *PROSE]
    assert without_places([*contents, *PROSE]) == PROSE


def test_chapters_among_the_contents_go_with_them() -> None:
    contents = [
        "1 Bells 1",
        "1.1 Of bronze . . . . . . 2",
        "1.2 Of iron . . . . . . 4",
        "2 Buoys 9",
        "2.1 Chains . . . . . 11",
    ]
    assert without_places([*contents, *PROSE]) == PROSE
    assert without_places([*PROSE, "2 Buoys 9"]) == [*PROSE, "2 Buoys 9"]


def test_contents_without_dots() -> None:
    lines = [
        "Inhaltsverzeichnis",
        "1 Glocken 1",
        "2 Tonnen und ihre Ketten, die im Winter",
        "eingeholt wurden 9",
        "3 Nebel 20",
    ]
    assert without_places([*lines, *PROSE]) == PROSE
    assert without_places(["Bells", "Of them all 14 rang in 1848", *PROSE]) == [
        "Bells",
        "Of them all 14 rang in 1848",
        *PROSE,
    ]


@pytest.mark.parametrize("row", ["Gruppe {n} 3,4{n}", "Gruppe {n}: 12,{n} %", "{n},5 7,2 9,{n}", "Kette {n}, 3,{n}"])
def test_figures_with_decimal_commas_are_no_index(row: str) -> None:
    rows = [row.format(n=n) for n in range(1, 8)]
    assert without_places([*PROSE, *rows]) == [*PROSE, *rows]


def test_an_index_goes_and_the_text_before_it_stays() -> None:
    index = [
        "Index",
        "bells, 3, 14–16",
        "buoys, 9",
        "B",
        "chains, 11, 12",
        "fog, see also weather, 20",
        "quays, 4f.",
        "winter, 1, 7",
    ]
    assert without_places([*PROSE, *index]) == PROSE


def test_a_few_lines_like_an_index_are_text() -> None:
    lines = [*PROSE, "in the winter of the fog, 12", *PROSE, "and of the ice, 14", *PROSE]
    assert without_places(lines) == lines
