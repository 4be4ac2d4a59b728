"""What two texts have to share to count as one: letters, numbers with their signs, and nothing else (R-18)."""

import pytest

from tesigo_verify.folding import FOLDING, Page, Pages, digest, fold, forms, part_hashes, part_places, part_seals
from tesigo_verify.weighing import Weights
from tests.verify.samples import prose


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rose by 1.5 points", "rose by 15 points"),
        ("rose by 1,5 points", "rose by 15 points"),
        ("-3 degrees", "3 degrees"),
        ("by −3 degrees", "by 3 degrees"),
        ("5 % of all", "5 of all"),
        ("5 % of all", "5 ‰ of all"),
        ("from 3–5", "from 35"),
        ("1/2 of it", "12 of it"),
        ("½ of it", "12 of it"),
        ("2½ metres", "21/2 metres"),
        ("a ratio of 1:5", "a ratio of 15"),
        ("p < 0.05", "p > 0.05"),
        ("p < .05", "p < 05"),
        ("1.500 metres", "1500 metres"),
        ("€5", "£5"),
        ("5 mg", "5 g"),
        ("1, 5", "1,5"),
        ("1, 5", "15"),
        ("1; 5", "15"),
        ("sites 1 5", "sites 15"),
        ("1,\u20095", "1,5"),
        ("1, 2, 3", "1.2.3"),
        ("1,2,3", "123"),
        ("in 2020 100 people", "in 2020100 people"),
        ("0 500", "0500"),
        ("1.000,5", "10005"),
        ("1.000,5", "1.000.5"),
        ("1,000,000", "1,000"),
        ("1,000", "1000"),
        ("1.5,2.5", "1.52.5"),
        ("1.10", "1.1"),
        ("30. 11. 2026", "30.11.2026"),
        ("in 1990. 5 came", "in 1990.5 came"),
        ("5'3", "53"),
        ("1990–95", "199095"),
        ("2026-11-30", "20261130"),
    ],
)
def test_another_number_is_another_text(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5", "1,5"),
        ("1,500", "1.500"),
        ("1 500 and 1\u202f500", "1500 and 1500"),
        ("1'500", "1500"),
        ("1 000 000,5", "1000000.5"),
        ("1\u2009000", "1 000"),
        ("1~000", "1000"),
        ("1’000.5", "1000.5"),
        ("1.000,5", "1,000.5"),
        ("1.000,5", "1000,5"),
        ("1,000,000", "1.000.000"),
        ("1,000,000", "1 000 000"),
        ("1·5", "1.5"),
        ("12\u202f%", "12%"),
        ("1, 2, 3", "1,2,3"),
        ("1, 5", "1; 5"),
        ("3--5", "3–5"),
        (r"1\.5 and 10^6^", "1.5 and 106"),
        ("3–5", "3-5"),
        ("3 – 5", "3–5"),
        ("−3 °C", "-3°C"),
        ("5 %", "5%"),
        ("p < .05", "p<0.05"),
        ("1⁄2", "½"),
        ("Covid-19", "Covid19"),
        ("the “oﬃce” of Łódź – so", "The office of łodz, so"),
        ("Keep- ing", "keeping"),
        (r"1\.5 **times** [x]", "1.5 times x"),
        ("it ended in 1990. “Then", "it ended in 1990 then"),
        ("", " … –"),
    ],
)
def test_the_same_in_other_signs_is_the_same_text(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_piece_stands_in_its_page_whatever_is_beside_it() -> None:
    page = fold("It rose to 3 (Lind, 2020) – 5 % a year – and to 1.5 in 1990.5 Then −3 came.")
    for piece in (" – 5 % a year", "and to 1.5 in 1990.", " Then −3 came"):
        assert Pages([page]).page_of(fold(piece), range(1)) == 0, piece


@pytest.mark.parametrize(
    ("piece", "page"),
    [
        ("It cost 1,000,000", "It cost 1,000,00012 and more"),
        ("It cost 12 500", "It cost 12 5001 and more"),
        ("It cost 1,500.", "It cost 1,500.12 Then"),
        ("It cost 1.500,", "It cost 1.500,3 and more"),
        ("It cost 5", "It cost 5"),
        ("500 lamps burned", "12\n500 lamps burned"),
    ],
)
def test_a_piece_stands_before_the_number_of_a_note(piece: str, page: str) -> None:
    assert any(form in fold(page) for form in forms(piece, FOLDING))
    assert forms(" … ", FOLDING) == []


def test_texts_of_earlier_manifests_are_folded_as_they_were() -> None:
    assert fold("1, 5 and 1 000", folding=1) == fold("1,5 and 1000", folding=1) == "1.5and1000"


LINES = ["The mill had 312 looms and Anna Lind ran it, but nobody was not paid on time in those days."]
TEXT = " ".join([*prose(7, 14), *LINES, *prose(8, 14)])


def looked_for(passage: str, page: str) -> tuple[bool, bool, float]:
    folded = fold(passage)
    match = Page(page).match(
        signs=len(folded), whole=digest(folded), parts=part_hashes(folded), seals=part_seals(passage)
    )
    return match.is_exact, match.is_sure, match.share


@pytest.mark.parametrize(
    ("change", "is_sure"),
    [
        (("looms", "loms"), True),
        (("ran it", "ran ît"), None),
        (("on time", "on tme"), True),
        (("312", "321"), False),
        (("312", "3.12"), False),
        (("312", "−312"), False),
        (("Anna Lind", "Anna Lund"), False),
        (("was not paid", "was paid"), False),
        (("nobody was", "nobody never was"), False),
        (("ran it", "ran it in 1990"), False),
        (("ran it", "ran it from dawn to dusk each day"), False),
        (("was not paid", "wasn't paid"), False),
    ],
)
def test_what_weighs_is_found_in_any_part(change: tuple[str, str], is_sure: bool | None) -> None:
    exact, sure, share = looked_for(TEXT, f"Head 3 {TEXT.replace(*change)} foot")
    assert exact == (is_sure is None)
    assert sure == (is_sure is not False)
    assert share >= 0.8


def test_the_first_and_the_last_part_are_looked_at_as_the_others() -> None:
    first, last = TEXT.split()[1], TEXT.split()[-5]
    assert looked_for(TEXT, TEXT.replace(first, first[:-1], 1))[:2] == (False, True)
    assert looked_for(TEXT, "In 1990 " + TEXT[5:])[:2] == (False, False)
    assert looked_for(TEXT, TEXT[::-1].replace(last[::-1], last[:0:-1], 1)[::-1])[:2] == (False, True)
    assert looked_for(TEXT, TEXT[:-12])[:2] == (False, False)


def test_words_between_two_parts_that_are_there_are_looked_at() -> None:
    folded = fold(TEXT)
    words = TEXT.split()
    cut = next(at for at in range(len(words)) if len(fold(" ".join(words[:at]))) >= 240)
    begun = " ".join(words[:cut])
    passage = f"{begun[: len(begun) - (len(fold(begun)) - 240)]} {TEXT[len(begun) - (len(fold(begun)) - 240) :]}"
    assert fold(passage) == folded
    middle = len(begun) - (len(fold(begun)) - 240)
    assert looked_for(TEXT, f"{TEXT[:middle]} so {TEXT[middle:]}")[:2] == (False, True)
    assert looked_for(TEXT, f"{TEXT[:middle]} not {TEXT[middle:]}")[:2] == (False, False)


def test_a_passage_that_begins_twice_is_found_where_it_goes_on() -> None:
    assert looked_for(TEXT, f"{TEXT[:400]} … {TEXT}")[0]


def test_without_seals_nothing_that_is_read_differently_is_sure() -> None:
    folded = fold(TEXT)
    page = Page(TEXT.replace("looms", "loms"))
    kept = {"signs": len(folded), "whole": digest(folded), "parts": part_hashes(folded)}
    assert not page.match(**kept, seals=[]).is_sure
    assert page.match(**kept | {"parts": part_hashes(folded)[1:]}, seals=[]).share == 0


def test_seals_say_nothing_to_who_has_the_manifest_alone() -> None:
    one, other = part_seals(TEXT), part_seals(TEXT.replace("looms", "spindles"))
    number = next(
        at for at, place in enumerate(part_places(len(fold(TEXT)))) if "312" in fold(TEXT)[place : place + 120]
    )
    assert one[0] == other[0]
    assert one[number + 1] != other[number + 1]  # the same words behind another text
    assert part_seals("Short.") == [["", ""]]
    assert part_seals("…") == []


def test_a_word_over_two_lines_weighs_as_one() -> None:
    for text in ("An Elek-\ntriker came", "An Elektriker came"):
        assert list(Weights(text, fold(text), fold).within(0, 99)) == ["an", "elektriker"]
