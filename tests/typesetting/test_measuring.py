"""R-11: what a page is, and how the body is counted."""

from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from tests.typesetting.samples import ENGLISH, docx_part, docx_text, long_manuscript, manuscript, section
from typesetting import Keep, Wanted, measure, measure_async, render_docx

# A page holds 33 lines of 20.7 pt; the first heading takes 14 pt × 1.3 and 9 pt below it.
LINE, GAP, HEADING, PAGE = 20.7, 6.0, 14 * 1.3 + 9, 33 * 20.7


def filled(paragraphs: int) -> float:
    """The fraction of a page that a heading and paragraphs of one line take."""
    return (HEADING + paragraphs * LINE + (paragraphs - 1) * GAP) / PAGE


@pytest.mark.parametrize("paragraphs", [1, 10, 24])
def test_last_page_counts_by_the_fraction_filled(paragraphs: int) -> None:
    found = measure(manuscript(section("\n\n".join(["One line."] * paragraphs))))
    assert float(found.body_pages) == pytest.approx(filled(paragraphs), abs=0.011)


def test_body_leaves_out_title_page_contents_bibliography_and_statement() -> None:
    text = section("One line [@doe1999, p. 3].")
    without = measure(manuscript(text))
    with_more = measure(manuscript(text, ai_statement="Written with AI.\n\n" * 60, notice="Sandbox"))
    assert without.total_pages == 4  # title page, contents, body, bibliography
    assert with_more.total_pages > without.total_pages
    assert with_more.body_pages == without.body_pages == Decimal("0.07")


def test_sections_add_up_to_the_body_and_know_their_pages() -> None:
    found = measure(long_manuscript())
    assert sum(found.section_pages.values()) == found.body_pages
    assert 4 < found.body_pages < 8
    assert found.section_pages["b"] < Decimal("0.1")
    assert found.first_pages["a"] == 3
    assert found.first_pages["b"] == found.first_pages["c"] <= found.first_pages["d"] <= found.first_pages["e"]
    assert found.first_pages["bibliography"] == found.total_pages


def test_notes_at_the_foot_of_the_last_page_count() -> None:
    plain = measure(manuscript(section("One line.")))
    noted = measure(manuscript(section("One line.[^1]\n\n[^1]: " + "A note of some length. " * 40)))
    assert noted.body_pages > plain.body_pages + Decimal("0.1")


async def test_async_measure_says_the_same() -> None:
    text = manuscript(section("\n\n".join([ENGLISH] * 5)))
    assert await measure_async(text) == measure(text)


def test_what_was_measured_is_kept_as_pdf_and_docx_when_it_is_as_long_as_wanted(tmp_path: Path) -> None:
    text = manuscript(section("\n\n".join([ENGLISH] * 5)))
    found = measure(text)
    pdf, docx, other = (tmp_path / name for name in ("kept.pdf", "kept.docx", "other"))
    assert measure(text, keep=Keep(pdf, docx, Wanted(found.body_pages, found.body_pages))) == found
    with pypdfium2.PdfDocument(pdf) as kept:
        assert len(kept) == found.total_pages
    render_docx(text, tmp_path / "made.docx", first_pages=found.first_pages)
    assert docx_text(docx_part(docx)) == docx_text(docx_part(tmp_path / "made.docx"))
    (tmp_path / "made.docx").unlink()
    cent = Decimal("0.01")
    refused = [
        Wanted(found.body_pages + cent, Decimal(9)),
        Wanted(Decimal(0), found.body_pages - cent),
        Wanted(Decimal(0), Decimal(9), last_page=found.body_pages % 1 + cent),
    ]
    for wanted in refused:
        assert measure(text, keep=Keep(other, other, wanted)) == found
    assert sorted(tmp_path.iterdir()) == [docx, pdf]


@pytest.mark.parametrize(("pages", "met"), [("11.50", True), ("11.20", False), ("12", True), ("10.99", False)])
def test_a_last_page_that_is_nearly_empty_is_not_what_is_wanted(pages: str, met: bool) -> None:
    assert Wanted(Decimal(11), Decimal(12), last_page=Decimal("0.33")).is_met_by(Decimal(pages)) is met
