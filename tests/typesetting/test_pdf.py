"""The PDF: its parts, its contents, its tags."""

import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from tests.typesetting.samples import long_manuscript, manuscript, pdf_pages, section
from typesetting import Manuscript, PdfResult, measure, render_pdf
from typesetting.front_matter import FrontMatter

NOTICE = "Sandbox: not for submission"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PdfResult, Manuscript]:
    path = tmp_path_factory.mktemp("pdf") / "document.pdf"
    source = long_manuscript(notice=NOTICE, ai_statement="Written with **AI**.")
    return path, render_pdf(source, path), source


def test_parts_come_in_order_each_on_a_page_of_its_own(made: tuple[Path, PdfResult, Manuscript]) -> None:
    path, result, source = made
    pages = pdf_pages(path)
    assert len(pages) == result.total_pages
    assert result.size == path.stat().st_size
    for words in (source.title, "Seminar paper", "On responsibility", "Ada Lovelace", "1 March 2024"):
        assert words in re.sub(r"\s+", " ", pages[0])
    assert "Contents" in pages[1]
    assert "Introduction" in pages[2]
    assert "Bibliography" in pages[-2]
    assert "Statement on the use of AI" in pages[-1]
    assert "Written with AI." in pages[-1]


def test_pages_are_numbered_and_carry_the_notice(made: tuple[Path, PdfResult, Manuscript]) -> None:
    pages = pdf_pages(made[0])
    assert all(NOTICE in page for page in pages)
    for number, page in enumerate(pages[1:], start=2):
        assert str(number) in re.split(r"\s+", page)
    assert "1" not in re.split(r"\s+", pages[0].replace("1 March", ""))


def test_page_numbers_in_the_contents_are_right(made: tuple[Path, PdfResult, Manuscript]) -> None:
    path, result, source = made
    pages = pdf_pages(path)
    listed = dict(re.findall(r"(?m)^(?:[\d.]+ )?([A-Z][A-Za-z ]+?)\s*(?:\. ?)+(\d+)\s*$", pages[1]))
    titles = [item.title for item in source.sections] + ["Bibliography", "Statement on the use of AI"]
    assert list(listed) == titles
    for title, number in listed.items():
        assert title in pages[int(number) - 1], title
    for item in source.sections:
        assert int(listed[item.title]) == result.first_pages[item.id]


def test_headings_are_numbered(made: tuple[Path, PdfResult, Manuscript]) -> None:
    text = "\n".join(pdf_pages(made[0])[2:])
    for heading in ("1 Introduction", "2 Rules and their makers", "2.1 Policy", "2.2 Practice", "3 Conclusion"):
        assert re.search(rf"(?m)^{re.escape(heading)}\s*$", text), heading


def test_bibliography_lists_what_is_cited_and_nothing_else(made: tuple[Path, PdfResult, Manuscript]) -> None:
    page = pdf_pages(made[0])[-2]
    assert "Debian Policy Manual" in page
    assert "Volunteers and Releases" in page
    assert "Never Cited" not in page


def test_file_is_tagged_named_and_linked(made: tuple[Path, PdfResult, Manuscript]) -> None:
    path, _, source = made
    with pikepdf.open(path) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en-US"
        assert str(pdf.docinfo["/Title"]) == source.title
        assert str(pdf.docinfo["/Author"]) == source.author
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root][:4] == [
                "Contents",
                "1 Introduction",
                "2 Rules and their makers",
                "3 Conclusion",
            ]
        links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
        targets = {str(note.Dest if "/Dest" in note else note.A.get("/D", "")) for note in links}
        assert {"ref-doe1999", "ref-policy-2023", "section-1"} <= targets
        assert all(font.startswith("Liberation") for font in _fonts(pdf))


def _fonts(pdf: pikepdf.Pdf) -> set[str]:
    fonts = (font for page in pdf.pages for font in page.Resources.get("/Font", {}).values())
    return {str(font.BaseFont).lstrip("/").split("+")[-1] for font in fonts}


def test_result_says_what_measure_says(made: tuple[Path, PdfResult, Manuscript]) -> None:
    _, result, source = made
    measured = measure(source)
    assert (result.body_pages, result.total_pages) == (measured.body_pages, measured.total_pages)


def test_german_is_hyphenated_and_worded_in_german(tmp_path: Path) -> None:
    path = tmp_path / "deutsch.pdf"
    source = long_manuscript(language="de", ai_statement="Text.")
    render_pdf(source, path)
    pages = pdf_pages(path)
    assert "Inhaltsverzeichnis" in pages[1]
    assert "Literaturverzeichnis" in pages[-2]
    assert "1. März 2024" in pages[0]
    assert "S.\u00a012" in pages[2] or "S. 12" in pages[2]
    document = pypdfium2.PdfDocument(path)
    raw = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert len(re.findall("[a-zäöüß][\ufffe\u2010]", raw)) > 10


def test_document_without_citations_author_or_topic_has_no_bibliography(tmp_path: Path) -> None:
    path = tmp_path / "bare.pdf"
    result = render_pdf(manuscript(section("Words."), author="", topic=""), path)
    assert result.total_pages == 3
    assert "Bibliography" not in "".join(pdf_pages(path))


def test_nothing_long_without_a_blank_runs_beyond_the_margin(tmp_path: Path) -> None:
    word, address = "Donaudampfschifffahrt" * 6, f"https://example.org/{'abcdefghij' * 14}"
    text = (
        f"Text {address} and {word}.[^1]\n\n[^1]: Note {address} {word}.\n\n- Point {word}\n\n> Said {word}\n\n"
        f"#### Below {word}\n\n| A | B |\n|---|---|\n| {word} | {address} |\n\nTable: Of {word}\n\n"
        f"Source: {address}\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nTable: More {word}\n\n"
        f"Said `{word}` [@doe1999, {word}]."
    )
    front = FrontMatter(
        university=word, course=word, supervisors=(word,), place=word, abstract=word, keywords=(word,),
        abbreviations=((word, address),), appendix=word, has_declaration=True,
    )  # fmt: skip
    source = manuscript(
        section(text, title=word), title=word, kind=word, topic=word, author=word, front=front, ai_statement=word,
        csl_style="chicago-notes-bibliography",
    )  # fmt: skip
    path = tmp_path / "a.pdf"
    render_pdf(source, path)
    document = pypdfium2.PdfDocument(path)
    try:
        for page in document:
            text_page = page.get_textpage()
            edges = [text_page.get_charbox(at) for at in range(text_page.count_chars())]
            # Dots that lead to a page number end where its figures do.
            assert max(right for _left, _bottom, right, _top in edges) <= 595.3 - 70.8 + 2
            assert min(left for left, _bottom, right, _top in edges if right) >= 70.8 - 2
    finally:
        document.close()
