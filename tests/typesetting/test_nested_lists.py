"""Lists: nested, numbered from where they say, the same in every format (R-17)."""

from pathlib import Path

import pytest

from tests.typesetting.samples import WORD, docx_part, docx_text, manuscript, pdf_pages, section
from typesetting import Manuscript, render_docx, render_pdf, render_reader

TEXT = """
7. seven
8. eight
   - round
     1. deep

     A paragraph of it.
   - second

* [ ] no task [@doe1999]
* last
"""


@pytest.fixture(scope="module")
def source() -> Manuscript:
    return manuscript(section(TEXT))


def test_screen_and_pdf_count_from_where_it_says(source: Manuscript, tmp_path: Path) -> None:
    html = render_reader(source).sections["a"]
    assert html.startswith('<ol start="7">\n<li>seven</li>\n<li>eight\n<ul>\n<li>')
    assert "<li>\n" not in html
    assert "[ ] no task <span" in html
    path = tmp_path / "a.pdf"
    render_pdf(source, path)
    text = pdf_pages(path)[2]
    assert {"7.", "8.", "1."} <= set(text.split())
    assert text.split().count("•") == 4, text


def test_word_counts_and_marks_as_the_pdf_does(source: Manuscript, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    render_docx(source, path)
    levels = [
        (docx_text(item).strip(), item.find(f"{WORD}pPr/{WORD}numPr/{WORD}ilvl").get(f"{WORD}val"))
        for item in docx_part(path).iter(f"{WORD}p")
        if item.find(f"{WORD}pPr/{WORD}numPr") is not None
    ]
    assert [level for _words, level in levels][:4] == ["0", "0", "1", "2"]
    numbering = docx_part(path, "word/numbering.xml")
    marks = [
        level.find(f"{WORD}lvlText").get(f"{WORD}val")
        for level in numbering.iter(f"{WORD}lvl")
        if level.find(f"{WORD}numFmt").get(f"{WORD}val") == "bullet"
    ]
    assert set(marks) == {" ", "•"}
    assert not list(numbering.iter(f"{WORD}rFonts"))
    starts = {node.get(f"{WORD}val") for node in numbering.iter(f"{WORD}startOverride")}
    assert "7" in starts
