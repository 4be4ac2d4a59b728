"""A citation reads the same in every format (decision 4 of the architecture)."""

import html
import re
from pathlib import Path

import pytest

from tests.typesetting.samples import docx_part, docx_text, long_manuscript, pdf_pages, running_text, squeezed
from typesetting import render_docx, render_pdf, render_reader

AUTHOR_DATE = r"\([^()]*(?:1999|2023)[^()]*\)"


@pytest.mark.parametrize(
    ("style", "language", "pattern"),
    [
        ("apa", "en", AUTHOR_DATE),
        ("apa", "de", AUTHOR_DATE),
        ("ieee", "en", r"\[\d[^\]]*\]"),
        ("harvard-cite-them-right", "fr", AUTHOR_DATE),
    ],
)
def test_pdf_docx_and_screen_cite_alike(tmp_path: Path, style: str, language: str, pattern: str) -> None:
    source = long_manuscript(csl_style=style, language=language)
    pdf, docx = tmp_path / "a.pdf", tmp_path / "a.docx"
    first_pages = render_pdf(source, pdf).first_pages
    render_docx(source, docx, first_pages=first_pages)
    reader = render_reader(source)

    on_screen = [
        squeezed(html.unescape(re.sub("<[^>]+>", "", found)))
        for text in reader.sections.values()
        for found in re.findall(r'<span class="citation"[^>]*>(.*?)</span>', text, re.S)
    ]
    # The citation in the note stands at the foot of a page on paper, in a part of its own in DOCX.
    in_docx = re.findall(
        pattern, squeezed(docx_text(docx_part(docx)) + docx_text(docx_part(docx, "word/footnotes.xml")))
    )
    in_pdf = re.findall(pattern, squeezed(running_text(pdf_pages(pdf))))
    assert len(on_screen) == reader.citation_count == 97
    cited = [text for text in in_docx if text in set(on_screen)]
    assert sorted(cited) == sorted(on_screen)
    assert sorted(text for text in in_pdf if text in set(on_screen)) == sorted(on_screen)


def test_notes_of_a_note_style_read_alike(tmp_path: Path) -> None:
    source = long_manuscript(csl_style="chicago-notes-bibliography")
    pdf, docx = tmp_path / "a.pdf", tmp_path / "a.docx"
    render_docx(source, docx, first_pages=render_pdf(source, pdf).first_pages)
    notes = [line for line in map(squeezed, docx_text(docx_part(docx, "word/footnotes.xml")).splitlines()) if line]
    paper = squeezed(running_text(pdf_pages(pdf)))
    assert len(notes) == 97
    assert any("12" in note for note in notes)
    for note in set(notes):
        assert note in paper


def test_bibliography_reads_alike(tmp_path: Path) -> None:
    source = long_manuscript()
    pdf, docx = tmp_path / "a.pdf", tmp_path / "a.docx"
    render_docx(source, docx, first_pages=render_pdf(source, pdf).first_pages)
    entries = [squeezed(html.unescape(re.sub("<[^>]+>", "", entry))) for entry in
               render_reader(source).bibliography_entries.values()]  # fmt: skip
    assert len(entries) == 2
    for entry in entries:
        assert entry in squeezed(docx_text(docx_part(docx)))
        assert entry in squeezed(pdf_pages(pdf)[-1])
