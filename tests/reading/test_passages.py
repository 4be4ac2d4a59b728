import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.cleaning import clean_pages
from reading.passages import PASSAGE_MAX_CHARACTERS, PASSAGE_MIN_CHARACTERS, is_citable, split_page
from reading.protocol import Page
from reading.runner import records
from tests.documents import files


def bare(text: str) -> str:
    """Letters and digits only: what two engines must agree on, whatever they do about spaces and hyphens."""
    return re.sub(r"[\W_]+", "", text).casefold()


def test_passages_have_a_length_that_can_be_checked() -> None:
    passages = split_page("\n\n".join(files.prose(90, start=at) for at in range(0, 900, 90)))
    assert len(passages) > 5
    assert all(PASSAGE_MIN_CHARACTERS <= len(passage) <= PASSAGE_MAX_CHARACTERS for passage in passages)


def test_long_paragraph_is_split_between_sentences() -> None:
    passages = split_page(files.prose(900))
    assert all(passage.endswith(".") and passage[0].isupper() for passage in passages)


def test_nothing_is_lost_and_order_is_kept() -> None:
    text = "\n\n".join(files.prose(70, start=at) for at in range(0, 700, 70))
    assert bare("".join(split_page(text))) == bare(text)


@pytest.mark.parametrize(
    "text", ["CHAPTER ONE", "3 14 15 92 65 35", "12.1 88 | 13.4 | 99 — 4 a b c d e f g h 1 2 3 4 5 6 7 8 9 0 1 2"]
)
def test_headings_and_figures_alone_are_no_passage(text: str) -> None:
    assert not is_citable(text)


@pytest.mark.parametrize(
    "heading",
    [
        "2.1 The bells of the quay",
        "THE QUAY",
        "Bells and Buoys",
        "§ 4 What Rang",
        "Did they ring?",
        "II. Fog",
        "3.1 Bells, buoys,",
    ],
)
def test_passages_begin_behind_headings(heading: str) -> None:
    text = files.prose(70)
    assert split_page(f"{heading}\n\n{text}") == [text]
    assert split_page(f"CHAPTER\n\nTWO\n\n{heading}\n\n{text}") == [text]
    assert split_page(f"{text}\n\n{heading}") == [text]
    more = files.prose(60, start=900)
    assert split_page(f"{text}\n\n{heading}\n\n{more}") == [text, more]


@pytest.mark.parametrize(
    "line", ["It rang.", "of the quay and more", "• Bells of bronze", "Bell | Weight", "The bells rang, and then:"]
)
def test_lines_that_are_no_heading_stay(line: str) -> None:
    assert split_page(f"{line}\n\n{files.prose(70)}")[0].startswith(line)


@pytest.mark.parametrize("debris", ["y z", "N", "x1 . . . xn+1", "0\n\nP ˆ", "(a) S"])
def test_what_is_left_of_a_drawing_begins_and_ends_no_passage(debris: str) -> None:
    text = files.prose(70)
    assert split_page(f"{debris}\n\n{text}\n\n{debris}") == [text]


def test_a_list_of_short_lines_stays() -> None:
    items = "\n\n".join(f"Bell number {number} of the quay" for number in ("one", "two", "three", "four", "five"))
    assert split_page(f"{items}\n\n{files.prose(60)}")[0].startswith("Bell number one")


@pytest.mark.parametrize(
    "formula",
    [
        "x i = a b + c d for all k and n where f ( x ) > g ( y ) and h ( z ) = p q r s t u v w",
        "∑ i = 1 n x i ∏ j k ≤ ∫ f d μ → ∞ such that λ i α j β k γ l δ m ε n holds for every bell",
        "The \ufffd\ufffd\ufffd of the \ufffd\ufffd\ufffd\ufffd rang on the quay for hours and all heard the bells",
    ],
)
def test_broken_formulas_and_lost_letters_are_no_passage(formula: str) -> None:
    assert not is_citable(formula)


@pytest.mark.parametrize(
    "text",
    [
        "Where x is the weight of the bell and y that of its clapper, the ring is heard for z miles at sea by night.",
        "W porcie i w mieście, a także z wieży, o świcie i o zmroku, u wejścia i w zatoce, biły dzwony z brązu.",
        "Bell | Weight in pounds | Height above the sea | Year in which it was cast | Name of the founder of it",
    ],
)
def test_prose_with_signs_is_a_passage(text: str) -> None:
    assert is_citable(text)


@given(st.text(max_size=5_000))
def test_any_text_can_be_split(text: str) -> None:
    assert all(len(passage) <= PASSAGE_MAX_CHARACTERS for passage in split_page(text))


@pytest.mark.parametrize("name", ["debian-policy.pdf", "developers-reference.pdf"])
def test_every_passage_of_a_real_manual_stands_on_its_page(name: str) -> None:
    path = files.real_file(name)
    # Both reading orders of pdftotext: by layout and as the file is written; tables differ between them.
    orders = [
        [bare(page) for page in subprocess.check_output(["pdftotext", *option, path, "-"], text=True).split("\f")]
        for option in ([], ["-raw"])
    ]
    pages = list(clean_pages(one for one in records(path, kind="pdf") if isinstance(one, Page)))
    passages = [(page, passage) for page in pages for passage in split_page(page.text)]
    assert len(passages) > len(pages) * 2
    lost = [
        (page.number, passage) for page, passage in passages
        if not any(bare(passage) in order[page.number - 1] for order in orders)
    ]  # fmt: skip
    assert lost == []
    assert not any(
        passage.startswith("Debian Policy Manual, Release") or ". . . ." in passage for _page, passage in passages[1:]
    )
    assert sum(len(passage) for _page, passage in passages) > 200_000
