"""The DOCX as LibreOffice lays it out: no sheet more than the PDF, and contents that name the right pages (R-11)."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks import sheets
from sandbox.writer.languages import LANGUAGES
from sandbox.writer.prose import Prose
from tests.typesetting.samples import manuscript, section
from typesetting import Keep, Manuscript, Wanted, measure, render_docx
from typesetting.front_matter import FrontMatter
from typesetting.headings import number_headings

pytestmark = pytest.mark.skipif(sheets.PROGRAM is None, reason="LibreOffice is not installed")
#: A line and some more: pages that differ by less hold the same lines, but for what is hyphenated.
LINE_CHARACTERS = 110
ANY_LENGTH = Wanted(Decimal(0), Decimal(200))


def work(language: str) -> Manuscript:
    """Four sections of paragraphs, with a list and notes, about six pages long."""
    prose = Prose(phrases=LANGUAGES[language], seed=language, title="The keeping of lighthouses", sources=[])
    sections = []
    for number in range(4):
        paragraphs = [" ".join(prose.sentence() for _ in range(5 + turn % 3)) for turn in range(5)]
        paragraphs[2] = "\n".join(f"- {prose.sentence()}" for _ in range(3))
        paragraphs[3] += f"[^{number}]\n\n[^{number}]: {prose.sentence()}"
        title = prose.sentence()[: 30 + 20 * number].rstrip(" ,.")
        sections.append(section("\n\n".join(paragraphs), identifier=str(number), title=title, level=1 + number % 2))
    return manuscript(*sections, language=language)


def test_a_docx_takes_no_sheet_more_and_its_contents_are_right(tmp_path: Path) -> None:
    works = {language: work(language) for language in ("de", "en", "ro")}
    found = {
        language: measure(one, keep=Keep(tmp_path / f"{language}.typeset", tmp_path / f"{language}.docx", ANY_LENGTH))
        for language, one in works.items()
    }
    made = sheets.convert([tmp_path / f"{language}.docx" for language in works], tmp_path)
    for (language, one), pdf in zip(works.items(), made, strict=True):
        pages = sheets.words_of(pdf)
        first = found[language].first_pages
        assert len(pages) <= found[language].total_pages
        for heading in number_headings(one.sections):
            words = re.sub(r"\s+", "", heading.number + heading.section.title)
            on = [number for number, page in enumerate(pages, start=1) if words in page and number >= first["0"]]
            assert on == [first[heading.section.id]], (language, heading.number)
        typeset = sheets.words_of(tmp_path / f"{language}.typeset")
        off = [
            len(page.replace("•", "")) - len(other.replace("•", "")) for page, other in zip(typeset, pages, strict=True)
        ]
        body = off[first["0"] - 1 : -1]
        assert sum(abs(characters) < LINE_CHARACTERS for characters in body) >= len(body) - 1, (language, body)


def test_title_page_is_one_sheet_however_much_it_says(tmp_path: Path) -> None:
    words = "Investigations into the history of lighthouses on the northern coast and their keepers " * 4
    front = FrontMatter(
        university=words[:160], faculty=words[:160], institute=words[:160], course=words[:160], module=words[:160],
        supervisors=(words[:60], words[:60], words[:60], words[:60]), matriculation_number="123", semester=words[:40],
    )  # fmt: skip
    source = manuscript(section("Text."), title=words[:300], topic=words[:300], kind=words[:60], front=front)
    path = tmp_path / "a.docx"
    render_docx(source, path)
    pages = sheets.words_of(sheets.convert([path], tmp_path)[0])
    assert "1March2024" in pages[0]
    assert "Contents" in pages[1]
