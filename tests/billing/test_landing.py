"""The landing page shows a document that was written here, and figures that stand in docs/benchmarks.md."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.html import escape
from django.utils.translation import override

from billing.domain.compared import KINDS, ROWS
from billing.domain.figures import FIGURES, Figure
from billing.domain.sample import sample
from billing.models import PriceList
from documents.enums import CitationCheck, Language

ROOT = Path(__file__).resolve().parents[2]
SEEN = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
HREF = re.compile(r'class="cite" href="#([\w-]+)"')
NUMBER = re.compile(r"\d+")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.command.split("=")[-1])
def test_a_figure_is_the_one_that_was_seen_and_its_command_is_there(figure: Figure) -> None:
    assert figure.seen in SEEN
    assert {figure.found, figure.total} - {""} <= set(NUMBER.findall(figure.seen))
    name = figure.command.removeprefix("make bench FIGURE=")
    assert figure.command == "make chaos" or (ROOT / "benchmarks" / f"{name}.py").exists()


def test_each_citation_of_the_sample_has_its_card_and_each_card_its_citation() -> None:
    shown = sample()
    cited = [anchor for page in shown.pages for anchor in HREF.findall(page)]
    assert len(cited) >= 4
    assert cited == [card.anchor for card in shown.cards]
    assert all(card.page and card.source and card.passage for card in shown.cards)


def test_what_the_sample_calls_a_quotation_stands_in_the_passage() -> None:
    shown = sample()
    quoted = [card for card in shown.cards if card.check == CitationCheck.VERBATIM]
    assert quoted
    text = " ".join(shown.pages)
    for card in quoted:
        sentence = text[: text.index(f'href="#{card.anchor}"')]
        words = re.findall(r"“([^”]+)”", sentence)[-1].rstrip(".,")
        assert words in re.sub(r"<[^>]+>", "", card.passage)


def test_the_sample_says_that_it_is_one() -> None:
    assert "sandbox" in " ".join(sample().pages).lower()


def test_every_row_says_something_of_every_kind() -> None:
    assert all(len(row.cells) == len(KINDS) for row in ROWS)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de", "pl"])
def test_the_page_has_the_document_the_figures_and_the_comparison(
    client: Client, price_list: PriceList, language: str
) -> None:
    assert language in Language.values
    page = client.get("/", headers={"accept-language": language}).content.decode()
    with override(language):
        for words in (*(figure.label for figure in FIGURES), *KINDS, *(row.name for row in ROWS)):
            assert escape(str(words)) in page
        assert all(escape(str(card.check.label)) in page for card in sample().cards)
    assert all(figure.command in page and figure.found in page for figure in FIGURES)
    assert sample().pages[0] in page
