"""A long section divided into parts, each a piece of its own, kept the moment it is done (R-34)."""

import json

import pytest

from documents.domain.text import body_characters
from generation.writing.drafts import Draft
from generation.writing.prompts import subsections
from generation.writing.prompts.writing import Part
from generation.writing.stages.write import Pieces

PARTS = [Part("Keepers", "their nights", 0.5), Part("Lamps", "their oil", 0.3), Part("Wrecks", "their crews", 0.2)]


def words(length: int) -> str:
    return ("word " * (length // 5 + 1))[:length].strip()


def test_nothing_kept_is_nothing_written() -> None:
    assert Pieces.from_json({}) == Pieces(parts=[])
    assert Pieces.from_json({}).next is None


def test_what_is_kept_as_json_comes_back_as_it_was() -> None:
    kept = Pieces(parts=PARTS).with_finished(Draft(text="One.", offered=[3, 1], models=["a"], ratio=0.6, calls=2))
    kept = kept.with_current(Draft(text="Two.", offered=[1], calls=1))
    assert Pieces.from_json(json.loads(json.dumps(kept.to_json()))) == kept


def test_parts_are_joined_in_order_with_everything_they_rest_on() -> None:
    so_far = Pieces(parts=PARTS)
    for number in range(3):
        piece = so_far.next
        assert piece is not None
        assert piece.part == PARTS[number]
        assert piece.before == so_far.draft.text
        claim = {"sentence": str(number), "key": "k", "passage": number, "page": None}
        so_far = so_far.with_finished(
            Draft(text=f"Text {number}.", offered=[number, 7], claims=[claim], models=["a", f"m{number}"], calls=2)
        )
    assert so_far.next is None
    draft = so_far.draft
    assert draft.text == "Text 0.\n\nText 1.\n\nText 2."
    assert draft.offered == [0, 1, 2, 7]
    assert [claim["passage"] for claim in draft.claims] == [0, 1, 2]
    assert draft.models == ["a", "m0", "m1", "m2"]
    assert draft.calls == 6


def test_what_is_learned_of_the_writer_goes_on_to_the_next_part() -> None:
    so_far = Pieces(parts=PARTS).with_finished(Draft(text="x", ratio=0.6, tightening=1.4, calls=3))
    assert (so_far.current.ratio, so_far.current.tightening, so_far.current.calls) == (0.6, 1.4, 0)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_parts_that_come_out_wrong_are_made_up_for_by_the_next(factor: float) -> None:
    so_far = Pieces(parts=PARTS)
    for _ in PARTS[:-1]:
        so_far = so_far.with_finished(Draft(text=words(round(so_far.characters_for_next(20_000) * factor))))
    so_far = so_far.with_finished(Draft(text=words(so_far.characters_for_next(20_000))))
    assert body_characters(so_far.draft.text) == pytest.approx(20_000, abs=20)


@pytest.mark.parametrize(
    ("pages", "low", "high"), [(5.1, 2, 2), (6, 2, 2), (10, 2, 3), (12, 3, 4), (31, 7, 10), (200, 40, 66)]
)
def test_a_section_is_divided_into_parts_of_three_to_five_pages(pages: float, low: int, high: int) -> None:
    assert subsections.wanted(pages) == subsections.Wanted(low, high)


def test_shares_add_up_and_none_is_next_to_nothing() -> None:
    answer = [{"title": f"Part {n}", "covers": "x", "share": share} for n, share in enumerate([0.9, 0.0, -1, 0.3])]
    parts = subsections.read(answer, pages=14)
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert min(part.share for part in parts) > 0.05
    assert parts[0].share > parts[3].share > parts[1].share == parts[2].share


@pytest.mark.parametrize(
    "answer",
    [[], [{"title": "All", "covers": "", "share": 1}], [{"title": " ", "covers": "", "share": 0.5}] * 3],
)
def test_an_answer_that_does_not_divide_the_section_is_no_division(answer: list[dict[str, object]]) -> None:
    assert subsections.read(answer, pages=10) == []


def test_too_many_parts_are_cut_to_what_the_section_holds() -> None:
    answer = [{"title": f"Part {n}", "covers": "x", "share": 0.1} for n in range(30)]
    assert len(subsections.read(answer, pages=12)) == 4
