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
