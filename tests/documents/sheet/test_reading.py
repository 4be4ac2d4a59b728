"""What fixed rules read out of an assignment sheet, in ten languages (R-17)."""

import re

import pytest

from documents.domain.sheet import reading
from documents.domain.sheet.wants import LABELS, Want, amount
from documents.enums import SheetKind


def said(text: str) -> set[tuple[str, float | None, float | None, str]]:
    return {(want.what, want.least, want.most, want.value) for want, _words in reading.read(text)}


@pytest.mark.parametrize(
    ("text", "what", "least", "most"),
    [
        ("Four pages, please.", "pages", 4, 4),
        ("Write 10-12 pages.", "pages", 10, 12),
        ("Between 10 and 12 pages.", "pages", 10, 12),
        ("At most 12 pages.", "pages", None, 12),
        ("12 pages maximum", "pages", None, 12),
        ("Die Arbeit hat 12 bis 15 Seiten.", "pages", 12, 15),
        ("Umfang: höchstens 3.000 Wörter", "words", None, 3_000),
        ("mind. 20.000 Zeichen inkl. Leerzeichen", "characters", 20_000, None),
        ("Longueur : 2 500 mots au maximum", "words", None, 2_500),
        ("da 8 a 10 pagine", "pages", 8, 10),
        ("Extensión: entre 8 y 10 páginas", "pages", 8, 10),
        ("no máximo 10 páginas", "pages", None, 10),
        ("maximaal 3000 woorden", "words", None, 3_000),
        ("od 10 do 12 stron", "pages", 10, 12),
        ("nejméně 10 normostran", "pages", 10, None),
        ("cel mult 12 pagini", "pages", None, 12),
        ("The paper must not exceed 3,000 words.", "words", None, 3_000),
        ("At least eight sources and 12 pages.", "pages", 12, 12),
        ("3,000 words (+/- 10 %). Use at least ten sources.", "words", 3_000, 3_000),
        ("1,5 Seiten", "pages", 1.5, 1.5),
        ("Cite at least eight peer-reviewed journal articles.", "articles", 8, None),
        ("Use 5 sources.", "number", 5, None),
        ("at least three scholarly sources", "reviewed", 3, None),
        ("mindestens acht wissenschaftliche Quellen", "reviewed", 8, None),
        ("almeno cinque fonti", "number", 5, None),
        ("co najmniej pięć źródeł", "number", 5, None),
        ("alespoň 6 zdrojů", "number", 6, None),
        ("minstens vijf bronnen", "number", 5, None),
        ("cel puțin șase surse", "number", 6, None),
        ("No more than two websites.", "web", None, 2),
        ("at least two monographs", "books", 2, None),
        ("at least one table", "tables", 1, None),
        ("mindestens eine Abbildung", "pictures", 1, None),
        ("Use sources not older than 10 years.", "age", None, 10),
        ("Quellen aus den letzten fünf Jahren", "age", None, 5),
        ("Sources published since 2015.", "since", 2015, None),
        ("Nur Literatur und Quellen nach 2015", "since", 2016, None),
        ("Sources from 2010 or later", "since", 2010, None),
        ("An abstract of at most 200 words", "abstract", None, 200),
        ("one and a half lines of spacing", "spacing", 1.5, 1.5),
        ("Zeilenabstand 1,5", "spacing", 1.5, 1.5),
        ("double-spaced", "spacing", 2, 2),
        ("Times New Roman, 12 pt", "size", 12, 12),
        ("Arial 11 Punkt", "size", 11, 11),
        ("Arial 11, double spacing", "size", 11, 11),
        ("Ränder: links 2,5 cm", "margins", 2.5, 2.5),
        ("a line spacing of 1.15 and margins of 3 cm", "margins", 3, 3),
    ],
)
def test_a_figure_is_read_with_its_bounds(text: str, what: str, least: float | None, most: float | None) -> None:
    assert (what, least, most, "") in said(text)


@pytest.mark.parametrize(
    ("text", "what", "value"),
    [
        ("in APA style, with page numbers", "style", "APA"),
        ("Zitierweise: Harvard", "style", "Harvard"),
        ("Cite after ISO 690.", "style", "ISO 690"),
        ("Write in English.", "language", "en"),
        ("in deutscher Sprache verfasst", "language", "de"),
        ("rédigé en français", "language", "fr"),
        ("Arial 11 Punkt", "face", "Arial"),
        ("with a title page", "title_page", ""),
        ("Inhaltsverzeichnis und Literaturverzeichnis", "contents", ""),
        ("Inhaltsverzeichnis und Literaturverzeichnis", "bibliography", ""),
        ("Eine eidesstattliche Erklärung liegt bei.", "declaration", ""),
        ("čestné prohlášení", "declaration", ""),
        ("Deadline: 12 January 2027", "deadline", "12 January 2027"),
        ("Abgabe bis zum 31.01.2027", "deadline", "31.01.2027"),
        ("Submit by March 3rd, 2027.", "deadline", "March 3rd, 2027"),
    ],
)
def test_a_name_is_read(text: str, what: str, value: str) -> None:
    assert (what, None, None, value) in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "See page 12 of the reader.",
        "A table may help, and a source should be named.",
        "Eine Quelle ist ein Text.",
        "Harvard was founded in 1636.",
        "Compare what English sources say.",
        "The 10 years of old sources are over.",
        "The lecture of 12 January is not about this.",
        "Nothing was printed since 1999.",
        "Sources tell of 1999.",
        "without a table of contents",
        "Ohne Deckblatt und Inhaltsverzeichnis.",
    ],
)
def test_what_asks_for_nothing_is_left(text: str) -> None:
    assert said(text) == set()


def test_a_sheet_is_read_once_with_its_words() -> None:
    sheet = """# Assignment
- Four pages, one and a half lines of spacing, with a title page.
- In APA style. Four pages.
"""
    first = "Four pages, one and a half lines of spacing, with a title page."
    assert reading.read(sheet) == [
        (Want(SheetKind.LENGTH, "pages", 4, 4), first),
        (Want(SheetKind.FORMAT, "spacing", 1.5, 1.5), first),
        (Want(SheetKind.PART, "title_page"), first),
        (Want(SheetKind.STYLE, "style", value="APA"), "In APA style."),
    ]


def test_items_that_stand_in_one_line_are_told_apart() -> None:
    text = "Describe the work: tasks, tools. - Explain what ended it - and when. • In APA style."
    assert reading.sentences(text) == [
        "Describe the work: tasks, tools.", "Explain what ended it - and when.", "In APA style.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("want", "words"),
    [
        (Want(SheetKind.LENGTH, "words", 2_500, 3_000), "2,500 to 3,000"),
        (Want(SheetKind.LENGTH, "pages", 4, 4), "4"),
        (Want(SheetKind.SOURCES, "number", 8), "at least 8"),
        (Want(SheetKind.FORMAT, "margins", most=2.5), "at most 2.5"),
        (Want(SheetKind.SOURCES, "since", 2015), "2015"),
        (Want(SheetKind.STYLE, "style", value="APA"), "APA"),
        (Want(SheetKind.PART, "contents"), ""),
    ],
)
def test_how_much_is_said_in_figures(want: Want, words: str) -> None:
    assert amount(want) == words
    assert want.what in LABELS


def test_a_term_stands_between_quotation_marks() -> None:
    assert reading.term_of("Define „Leuchtfeuer“ first.") == "Leuchtfeuer"
    assert reading.term_of("Define it.") == ""


@pytest.mark.parametrize(
    "text",
    ["9" * 400 + " pages", "123 " * 500 + "pages", "not older than " + "9" * 400 + " lines", "1 " + "a-" * 900],
    ids=["digits", "groups", "years", "hyphens"],
)
def test_a_line_of_nothing_but_figures_asks_for_no_number_that_nobody_can_print(text: str) -> None:
    for want, _words in reading.read(text):
        assert len(amount(want)) < 30
    assert {len(number) for number in re.findall(reading._NUMBER, text)} <= set(range(1, 16))


def test_what_counts_may_be_joined_to_other_words() -> None:
    assert said("5 d'ouvrages") == {("number", 5, None, "")}
    assert said("4 DIN-A4-Seiten") == {("pages", 4, 4, "")}
    assert said("8 sources/books") == {("number", 8, None, ""), ("books", 8, None, "")}
