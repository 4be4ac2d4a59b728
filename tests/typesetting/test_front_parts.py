"""What is said of a work beside its text, in PDF and DOCX, in every language (R-04)."""

import re
from dataclasses import asdict, fields
from decimal import Decimal
from pathlib import Path

import pytest

from documents.enums import Language
from tests.typesetting.samples import WORD, docx_part, docx_text, manuscript, pdf_pages
from tests.typesetting.test_formats import words_of
from typesetting import Keep, Manuscript, Measurement, Wanted, formats, measure, render_pdf
from typesetting.front_matter import AskedLine, AskedPart, CitedPassage, FrontMatter, ReportPart
from typesetting.front_parts import NAMES, after_contents
from typesetting.front_words import FrontWords, front_words

FRONT = FrontMatter(
    university="University of Nowhere",
    faculty="Faculty of Letters",
    institute="Institute of Archives",
    course="History, B.A.",
    module="Reading the Past",
    supervisors=("Prof. Mary Shelley", "Dr. Jane Austen"),
    matriculation_number="12 345",
    semester="Winter 2026/27",
    place="Ghent",
    abstract="What was **kept**, and [@nobody2020] by whom.",
    keywords=("archives", "volunteers"),
    second_language="de",
    second_abstract="Was bewahrt wurde.",
    second_keywords=("Archive",),
    abbreviations=(("PM", "package maintainer"), ("API", "application <programming> interface")),
    appendix="## Questions\n\n1. Who decides?\n2. Is $x^2$ as in [](#eq-a), or [not](#eq-a)?\n",
    has_declaration=True,
    report=(
        ReportPart(
            "1 Introduction",
            (
                CitedPassage(1, 'They "decide" *alone*.', "Doe, 1999, p. 12", "Who else -- but they?", "By hand"),
                CitedPassage(2, "Source: .", "Doe, 1999", "Figures.", "By rule"),
            ),
        ),
    ),
    asked=AskedPart(
        "What the sheet asks",
        "Counted.",
        (
            AskedLine("Tables: at least 1", 'Hand in "one" table -- at least.', ("Met. 1 table.", "1 Introduction")),
            AskedLine("Why *they*?", "", ("Only you can judge.",)),
        ),
    ),
)


def told(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Measurement]:
    """A folder with both files, laid out once."""
    folder = tmp_path_factory.mktemp("front")
    files = Keep(folder / "document.pdf", folder / "document.docx", Wanted(Decimal(0), Decimal(9)))
    return folder, measure(manuscript(front=FRONT, ai_statement="Written with AI."), keep=files)


def test_title_page_says_all_of_it_on_one_page(made: tuple[Path, Measurement]) -> None:
    title = told(pdf_pages(made[0] / "document.pdf")[0])
    order = [
        "University of Nowhere", "Faculty of Letters", "Institute of Archives", "Seminar paper", "How Volunteers",
        "On responsibility", "Ada Lovelace", "Student number: 12 345", "Course of study: History, B.A.",
        "Module: Reading the Past", "Semester: Winter 2026/27", "Supervision: Prof. Mary Shelley, Dr. Jane Austen",
        "Ghent, 1 March 2024",
    ]  # fmt: skip
    places = [title.index(words.replace(" 12", "\u00a012") if words not in title else words) for words in order]
    assert places == sorted(places)


def test_parts_stand_before_and_behind_the_body_and_leave_its_length_alone(
    made: tuple[Path, Measurement],
) -> None:
    folder, result = made
    pages = [told(page) for page in pdf_pages(folder / "document.pdf")]
    assert "Abstract What was kept, and [@nobody2020] by whom. Keywords: archives, volunteers" in pages[1]
    assert "Zusammenfassung Was bewahrt wurde. Schlagwörter: Archive" in pages[2]
    assert "Contents" in pages[3]
    assert pages[4].index("API") < pages[4].index("PM")
    assert "application <programming> interface" in pages[4]
    assert "Bibliography" in pages[-5]
    assert "Appendix Questions" in pages[-4]
    assert "Who decides?" in pages[-4]
    assert "Is x^2 as in [](#eq" in pages[-4]
    report = "Citation report 1 Introduction 1. They “decide” alone. Who else -- but they? Doe, 1999, p. 12. By hand."
    assert f"{report} 2. Source Figures. Doe, 1999. By rule." in pages[-3].replace("\u00a0", " ")
    asked = "What the sheet asks Counted. Tables: at least 1 Hand in "
    assert asked in pages[-3].replace("\u00a0", " ")
    assert "Met. 1 table. 1 Introduction Why *they*? Only you can judge." in pages[-3].replace("\u00a0", " ")
    assert "Statement on the use of AI" in pages[-2]
    assert "Declaration of authorship I declare" in pages[-1]
    assert pages[-1].index("Ghent, 1 March 2024") < pages[-1].index("____") < pages[-1].index("Ada Lovelace")
    assert result.body_pages == measure(manuscript()).body_pages
    assert result.total_pages == len(pages) == 11
    named = r"(List of abbreviations|Appendix|Citation report|Declaration of authorship)[ .]+?(\d+)"
    listed = re.findall(named, pages[3])
    assert [int(number) for _title, number in listed] == [5, len(pages) - 3, len(pages) - 2, len(pages)]
    assert result.first_pages["declaration"] == len(pages)
    assert "Introduction" in pages[5]


def test_word_says_the_same(made: tuple[Path, Measurement]) -> None:
    document = docx_part(made[0] / "document.docx")
    text = told(docx_text(document))
    order = [
        "University of Nowhere", "Seminar paper", "How Volunteers", "Abstract", "What was kept", "Zusammenfassung",
        "Contents", "List of abbreviations", "API", "PM", "Introduction", "Bibliography", "Who decides?",
        "They “decide” alone.", "Who else", "What the sheet asks", "Why *they*?",
        "Statement on the use of AI", "I declare", "____",
    ]  # fmt: skip
    at = 0
    for words in order:
        at = text.index(words, at) + 1
    assert "Student number: 12" in text
    assert "de-DE" in {str(said.get(f"{WORD}val")) for said in document.iter(f"{WORD}lang")}


@pytest.mark.parametrize("language", Language.values)
def test_words_are_the_languages_own(language: str) -> None:
    words = front_words(language)
    assert all(getattr(words, field.name) for field in fields(FrontWords))
    assert (words.declared == front_words("en").declared) == (language == "en")
    assert front_words(f"{language}-XX") is words


def test_words_of_an_unknown_language_are_english() -> None:
    assert front_words("tlh") is front_words("en")


def test_own_declaration_is_printed_as_it_is_and_a_place_is_left_to_fill_in(tmp_path: Path) -> None:
    path = tmp_path / "own.pdf"
    front = FrontMatter(has_declaration=True, declaration="Ich **versichere** an Eides statt.", keywords=("Recht",))
    render_pdf(manuscript(language="de", author="", front=front), path)
    pages = [told(page) for page in pdf_pages(path)]
    assert "Zusammenfassung Schlagwörter: Recht" in pages[1]
    assert "Ich versichere an Eides statt. Ort, Datum: ___" in pages[-1]
    assert "Ich erkläre" not in pages[-1]


def test_nothing_of_it_is_lost_on_the_way_into_the_child() -> None:
    source = manuscript(front=FRONT)
    assert Manuscript.from_json(source.to_json()) == source
    assert asdict(source.front) == asdict(FRONT)


@pytest.mark.parametrize("kind", ["html", "odt", "markdown"])
def test_other_formats_have_the_parts_as_well(tmp_path: Path, kind: str) -> None:
    names = dict.fromkeys(NAMES, 2)
    source = manuscript(front=FRONT, ai_statement="Made with AI.")
    path = formats.Files(source, first_pages={"a": 1, **names}, folder=tmp_path).write(kind)
    text = told(words_of(path)).replace("\\", "")
    order = ["Ghent, 1 March 2024", "What was", "Was bewahrt wurde", "List of abbreviations", "API", "Introduction",
             "Bibliography", "Who decides?", "They “decide” alone.", "Made with AI", "I declare"]  # fmt: skip
    at = text.index("Ghent")
    for words in order:
        at = text.index(words, at) + 1


def test_abbreviations_stand_as_in_a_dictionary() -> None:
    pairs = (
        ("z. B.", "zum Beispiel"),
        ("Ö", "Österreich"),
        ("pp", "Seiten"),
        ("Ł", "Łódź"),
        ("mm", "Millimeter"),
        ("§", "x"),
    )
    [part] = after_contents(manuscript(front=FrontMatter(abbreviations=pairs)))
    assert [short for short, _meaning in part.pairs] == ["Ł", "mm", "Ö", "pp", "z. B.", "§"]
