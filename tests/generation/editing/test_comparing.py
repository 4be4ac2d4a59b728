"""Comparing and joining texts word by word, a citation being one word."""

import time

import pytest

from generation.editing import comparing
from generation.editing.comparing import Change, Piece, compare, merged

BASE = "One lamp [@a, p. 7] burned.\n\nA bell rang.\n\nThe end."


def test_a_changed_page_is_a_changed_citation() -> None:
    [pieces, *_rest] = compare(BASE, BASE.replace("p. 7", "p. 9"))
    assert Piece(Change.GONE, "[@a, p. 7]") in pieces
    assert Piece(Change.NEW, "[@a, p. 9]") in pieces


def test_paragraphs_come_go_and_stay() -> None:
    found = compare(BASE, "One lamp [@a, p. 7] burned.\n\nThe end.\n\nMore.")
    assert found == [
        [Piece(Change.SAME, "One lamp [@a, p. 7] burned.")],
        [Piece(Change.GONE, "A bell rang.")],
        [Piece(Change.SAME, "The end.")],
        [Piece(Change.NEW, "More.")],
    ]


def test_a_long_paragraph_is_shown_as_a_whole() -> None:
    long = "word " * comparing._MOST_TOKENS
    assert [piece.change for piece in compare(long, f"{long} more")[0]] == [Change.GONE, Change.NEW]


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (("One", "A"), ("rang", "tolled"), "A lamp [@a, p. 7] burned.\n\nA bell tolled.\n\nThe end."),
        (("p. 7", "p. 9"), ("end", "beginning"), "One lamp [@a, p. 9] burned.\n\nA bell rang.\n\nThe beginning."),
        (("lamp", "light"), ("lamp", "light"), BASE.replace("lamp", "light")),
        (("p. 7", "p. 9"), ("p. 7", "p. 8"), None),
        (("p. 7", "p. 9"), ("@a", "@b"), None),
        (("The end.", "The end. Mine."), ("The end.", "The end. Theirs."), None),
    ],
)
def test_changes_of_two_windows_are_joined_where_they_are_apart(
    mine: tuple[str, str], theirs: tuple[str, str], both: str | None
) -> None:
    assert merged(base=BASE, mine=BASE.replace(*mine), theirs=BASE.replace(*theirs)) == both
    assert merged(base=BASE, mine=BASE.replace(*theirs), theirs=BASE.replace(*mine)) == both


def test_nothing_changed_by_one_is_what_the_other_wrote() -> None:
    assert merged(base=BASE, mine=BASE, theirs="Other.") == "Other."
    assert merged(base="", mine="", theirs="Other.") == "Other."


def test_of_a_long_section_two_changes_far_apart_are_joined_quickly() -> None:
    base = "\n\n".join(" ".join(f"word{number}" for number in range(at, at + 150)) for at in range(100))
    mine, theirs = base.replace("word0 ", "mine ", 1), f"{base} theirs"
    started = time.process_time()
    assert merged(base=base, mine=mine, theirs=theirs) == f"{mine} theirs"
    assert time.process_time() - started < 1


def test_a_paragraph_too_long_to_be_compared_is_joined_as_a_whole() -> None:
    long = "word " * comparing._MOST_TOKENS
    base = f"{long}\n\nBell."
    both = merged(base=base, mine=f"{long}more\n\nBell.", theirs=f"{long}\n\nBell. Fog.")
    assert both == f"{long}more\n\nBell. Fog."
    assert merged(base=base, mine=f"{long}more\n\nBell.", theirs=f"new {long}\n\nBell.") is None
