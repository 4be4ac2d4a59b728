"""Comparing and joining texts word by word, a citation being one word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.editing import comparing
from generation.editing.comparing import Change, Piece, compare, merged

_PARAGRAPHS = st.lists(
    st.sampled_from(["lamp", "bell", "fog", "[@a, p. 7]", "[@b]", ",", ".", "–", "the", "(", ")"]),
    min_size=1,
    max_size=9,
).map(" ".join)
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


def test_a_changed_paragraph_stands_beside_its_own_though_another_came_before_it() -> None:
    found = compare("The lamp burned all night.", "A new first thought.\n\nThe lamp burned until dawn.")
    assert found == [
        [Piece(Change.NEW, "A new first thought.")],
        [
            Piece(Change.SAME, "The lamp burned "),
            Piece(Change.GONE, "all night"),
            Piece(Change.NEW, "until dawn"),
            Piece(Change.SAME, "."),
        ],
    ]


def test_a_paragraph_written_anew_is_shown_as_two() -> None:
    old, new = "The lamp of the tower burned [@a, p. 7].", "Keepers, in winter, counted the ships [@b]."
    assert compare(old, new) == [[Piece(Change.GONE, old)], [Piece(Change.NEW, new)]]


@given(st.lists(_PARAGRAPHS, max_size=6), st.lists(_PARAGRAPHS, max_size=6))
def test_what_is_shown_holds_both_texts(old: list[str], new: list[str]) -> None:
    found = compare("\n\n".join(old), "\n\n".join(new))
    for texts, other in ((old, Change.NEW), (new, Change.GONE)):
        kept = ["".join(piece.text for piece in pieces if piece.change != other) for pieces in found]
        assert [text for text in kept if text] == texts


def test_a_change_in_a_paragraph_that_another_window_wrote_anew_is_not_lost_in_it() -> None:
    base = "The keeper of the tower lit the lamp at dusk."
    mine = "Ships, in the fog of winter, heard the bell before they saw anything."
    assert merged(base=base, mine=mine, theirs=base.replace("dusk", "dawn")) is None


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
