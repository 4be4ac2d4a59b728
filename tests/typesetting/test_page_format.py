"""Documents in other formats than the standard page: what is printed where, and how many sheets it takes."""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from lxml import etree

from tests.typesetting.samples import WORD, docx_part, long_manuscript, manuscript, pdf_pages
from typesetting import Keep, Manuscript, Measurement, Wanted, measure
from typesetting.front_matter import FrontMatter
from typesetting.headings import number_headings
from typesetting.manuscript import ManuscriptSection
from typesetting.page_format import (
    FACES,
    FROM_TEXT,
    HEADING_NUMBERS,
    NUMBER_PLACES,
    ON_EVERY_PAGE,
    PAGE_NUMBERS,
    ROMAN,
    ROMAN_UPPER,
    STANDARD,
    TEXT_FROM_1,
    PageFormat,
    printed_number,
    roman,
    sheets,
    style_sheet,
)
from typesetting.word_parts import contents, contents_rows
from typesetting.word_sections import first_section, last_section, text_width, with_format
from typesetting.word_styles import part

LAW = PageFormat(
    left_mm=70, right_mm=10, top_mm=20, bottom_mm=20, page_numbers=ROMAN_UPPER, number_place="bottom-right",
    heading_numbers="letters",
)  # fmt: skip
SANS = PageFormat(
    face="sans", size_pt=11, is_justified=False, page_numbers=ON_EVERY_PAGE, number_place="top-right",
    heading_numbers="none",
)  # fmt: skip
FRONT = FrontMatter(abstract="Short.", abbreviations=(("API", "interface"),))
MM = 72 / 25.4


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Measurement]:
    folder = tmp_path_factory.mktemp("law")
    keep = Keep(folder / "document.pdf", folder / "document.docx", Wanted(Decimal(0), Decimal(99)))
    return folder, measure(long_manuscript(front=FRONT, page_format=LAW), keep=keep)


@pytest.fixture(scope="module")
def sans(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Measurement]:
    folder = tmp_path_factory.mktemp("sans")
    keep = Keep(folder / "document.pdf", folder / "document.docx", Wanted(Decimal(0), Decimal(99)))
    return folder, measure(manuscript(page_format=SANS, notice="Sandbox"), keep=keep)


def foot(page: str) -> str:
    return page.split()[-1]


def test_pages_before_the_text_are_roman_and_the_text_begins_with_1(law: tuple[Path, Measurement]) -> None:
    folder, measured = law
    pages = pdf_pages(folder / "document.pdf")
    assert [foot(page) for page in pages[1:6]] == ["II", "III", "IV", "1", "2"]
    assert re.search(r"List of abbreviations[ .]*IV", pages[2])
    assert re.search(r"A\. Introduction[ .]*1\s", pages[2])
    assert measured.first_pages["a"] == 1
    assert measured.first_pages["abbreviations"] == 4
    assert measured.first_pages["bibliography"] == len(pages) - 4


def test_margins_and_headings_are_the_formats(law: tuple[Path, Measurement]) -> None:
    document = pypdfium2.PdfDocument(law[0] / "document.pdf")
    text = document[4].get_textpage()
    lefts = [text.get_charbox(index)[0] for index in range(0, text.count_chars(), 7)]
    document.close()
    assert min(lefts) == pytest.approx(70 * MM, abs=2)
    body = "\n".join(pdf_pages(law[0] / "document.pdf")[4:])
    for heading in ("A. Introduction", "B. Rules and their makers", "I. Policy", "II. Practice", "C. Conclusion"):
        assert heading in body


def test_word_has_a_section_before_the_text(law: tuple[Path, Measurement]) -> None:
    root = docx_part(law[0] / "document.docx")
    first, last = root.iter(f"{WORD}sectPr")
    numbers = [section.find(f"{WORD}pgNumType") for section in (first, last)]
    assert [one is not None and one.get(f"{WORD}fmt") for one in numbers] == ["upperRoman", "decimal"]
    margins = last.find(f"{WORD}pgMar")
    assert margins is not None
    assert (margins.get(f"{WORD}left"), margins.get(f"{WORD}right")) == ("3969", "567")
    assert [one.text for one in root.iter(f"{WORD}t") if one.text == "IV"] == ["IV"]


def test_another_face_stands_in_the_whole_file(sans: tuple[Path, Measurement]) -> None:
    with pikepdf.open(sans[0] / "document.pdf") as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        assert fonts
        assert all("Sans" in str(font.BaseFont) for font in fonts)
    styles = docx_part(sans[0] / "document.docx", "word/styles.xml")
    assert {one.get(f"{WORD}ascii") for one in styles.iterfind(f".//{WORD}docDefaults//{WORD}rFonts")} == {"Arial"}
    sizes = {
        str(style.get(f"{WORD}styleId")): size.get(f"{WORD}val")
        for style in styles.iter(f"{WORD}style")
        if (size := style.find(f".//{WORD}sz")) is not None
    }
    assert (sizes["Heading1"], sizes["Heading2"], sizes["FootnoteText"]) == ("26", "22", "18")


def test_a_number_on_every_page_stands_at_the_head(sans: tuple[Path, Measurement]) -> None:
    pages = pdf_pages(sans[0] / "document.pdf")
    assert all(str(number) in page.split() for number, page in enumerate(pages, start=1))
    assert "Sandbox" in pages[0]
    assert not re.search(r"(?m)^1\s+Introduction", pages[2])
    header = etree.tostring(docx_part(sans[0] / "document.docx", "word/header_number.xml"), encoding="unicode")
    assert "PAGE" in header
    assert "Sandbox" in header
    root = docx_part(sans[0] / "document.docx")
    assert len(list(root.iter(f"{WORD}sectPr"))) == 1
    assert not list(root.iter(f"{WORD}titlePg"))


def test_the_sheets_that_are_told_are_about_those_that_it_takes(law: tuple[Path, Measurement]) -> None:
    of_the_same_text = Decimal("5.90")
    assert abs(sheets(float(of_the_same_text), LAW) - law[1].body_pages) <= Decimal("0.7")


@pytest.mark.parametrize(
    ("pages", "look", "expected"), [(12, STANDARD, 12), (11.3, STANDARD, 12), (0.1, LAW, 1), (12, SANS, 12)]
)
def test_sheets_of_a_text(pages: float, look: PageFormat, expected: int) -> None:
    assert sheets(pages, look) == expected


def test_the_standard_page_is_left_as_it_is() -> None:
    assert style_sheet(STANDARD) == ""
    assert with_format("<x/>", STANDARD) == "<x/>"
    assert first_section(STANDARD) == ""
    assert "titlePg" in last_section(STANDARD)


@pytest.mark.parametrize(("numbers", "place"), list(product(PAGE_NUMBERS, NUMBER_PLACES)))
def test_every_choice_makes_sections_that_are_xml(numbers: str, place: str) -> None:
    look = PageFormat(page_numbers=numbers, number_place=place)
    for xml in (first_section(look), last_section(look)):
        assert not xml or etree.fromstring(xml.replace("<w:p>", f'<w:p xmlns:w="{WORD[1:-1]}">', 1)) is not None
    assert bool(first_section(look)) == look.splits
    assert ('w:start="1"' in last_section(look)) == (numbers in {TEXT_FROM_1, ROMAN, ROMAN_UPPER})
    sheet = style_sheet(replace(look, size_pt=11))
    assert ("lower-roman" in sheet) == (numbers == ROMAN)
    assert ("counter-reset" in sheet) == look.restarts
    assert ("@page before" in sheet) == (look.restarts or numbers == FROM_TEXT)


@pytest.mark.parametrize("face", FACES)
def test_styles_of_every_face_are_xml(face: str) -> None:
    assert FACES[face].word in with_format(part("styles.xml", "en"), PageFormat(face=face))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("decimal", ["1", "1.1", "2"]), ("roman", ["I.", "1.", "II."]), ("letters", ["A.", "I.", "B."]),
        ("none", ["", "", ""]),
    ],
)  # fmt: skip
def test_headings_are_numbered_as_the_format_says(numbers: str, expected: list[str]) -> None:
    sections = [ManuscriptSection(str(at), level, "T", "") for at, level in enumerate((1, 2, 1))]
    assert [heading.number for heading in number_headings(sections, numbers)] == expected
    assert [heading.depth for heading in number_headings(sections, numbers)] == [1, 2, 1]
    assert numbers in HEADING_NUMBERS


def test_letters_go_on_after_z() -> None:
    sections = [ManuscriptSection(str(at), 1, "T", "") for at in range(28)]
    assert [heading.number for heading in number_headings(sections, "letters")][25:] == ["Z.", "AA.", "AB."]


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (399, "CCCXCIX"), (2026, "MMXXVI")]
)
def test_roman_numerals(number: int, numeral: str) -> None:
    assert roman(number) == numeral


def test_only_pages_before_the_text_are_written_in_roman() -> None:
    assert printed_number(4, replace(LAW, page_numbers=ROMAN), is_before_text=True) == "iv"
    assert printed_number(4, LAW, is_before_text=False) == "4"
    assert printed_number(4, STANDARD, is_before_text=True) == "4"


def test_a_format_goes_into_the_child_and_out_as_it_is() -> None:
    source = manuscript(page_format=LAW)
    assert Manuscript.from_json(source.to_json()) == source
    assert PageFormat.from_json({}) == STANDARD


def test_contents_without_numbers_have_no_stop_for_them() -> None:
    source = long_manuscript(page_format=SANS)
    rows = contents_rows(source, [], [], dict.fromkeys("abcde", 3))
    xml = contents(source, rows)
    assert xml.count('w:val="clear" w:pos="567"') == 3
    assert xml.count('w:val="clear" w:pos="1304"') == 2


def test_the_number_of_a_formula_stands_at_the_end_of_the_line() -> None:
    look = PageFormat(left_mm=40, size_pt=11)
    styles = etree.fromstring(with_format(part("styles.xml", "en"), look).encode())
    (formula,) = (one for one in styles.iter(f"{WORD}style") if one.get(f"{WORD}styleId") == "Formula")
    middle, end = (int(tab.get(f"{WORD}pos")) for tab in formula.iter(f"{WORD}tab"))
    assert (2 * middle, end) == (pytest.approx(end, abs=1), text_width(look))
    assert look.line_ems == pytest.approx(145 / (11 * 25.4 / 72))
