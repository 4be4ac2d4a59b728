"""Footnotes stand on the page of their mark, each once."""

from pathlib import Path

import pytest
from weasyprint.layout import block

from tests.typesetting.samples import manuscript, pdf_pages, section
from typesetting import ExportError, render_pdf
from typesetting.note_pages import keep_notes_on_their_pages

COUNT = 90


def noted(number: int) -> str:
    """A paragraph whose mark stands in its second line; the engine as it comes parts these from their notes."""
    more = " and so on for a while" * (number % 9 * 2)
    return (
        "The maintainer of a package decides what goes into the archive, and the policy of it describes which of the "
        f"properties mark{number}x[^{number}] every package has{more}."
    )


def test_each_note_stands_once_and_on_the_page_of_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "notes.pdf"
    text = [noted(number) for number in range(COUNT)]
    notes = [f"[^{n}]: note{n}x " + "A note of some length for this place. " * (n % 4) for n in range(COUNT)]
    render_pdf(manuscript(section("\n\n".join([*text, *notes]))), path)
    pages = pdf_pages(path)
    for number in range(COUNT):
        marks, found = (
            [place for place, page in enumerate(pages) for _ in range(page.count(f"{word}{number}x"))]
            for word in ("mark", "note")
        )
        assert len(marks) == 1
        assert found == marks, number


def test_an_engine_that_reads_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def _linebox_layout() -> None: ...

    monkeypatch.setattr(block, "_linebox_layout", _linebox_layout)
    with pytest.raises(ExportError, match="not the one whose footnotes are known"):
        keep_notes_on_their_pages()
