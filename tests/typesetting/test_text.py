"""Length and typography of text, with the manners of each language (R-04)."""

import pyphen
import pytest

from tests.typesetting.samples import section
from typesetting import body_characters, characters_per_page
from typesetting.citation_syntax import read_group
from typesetting.elements import plain
from typesetting.headings import number_headings
from typesetting.hyphenation import read_in_levels
from typesetting.parsing import parse
from typesetting.typography import one_line, polish, printable


def test_a_page_has_the_characters_that_were_measured() -> None:
    assert characters_per_page("en") == 2770
    assert characters_per_page("de-AT") == 2725
    assert characters_per_page("ro") == 2770


@pytest.mark.parametrize(
    ("markdown", "laid_out"),
    [
        ("Plain words.\n\nTwo.", "Plain words. Two."),
        ("**Bold** and *soft* `code` snake_case", "Bold and soft code snake_case"),
        ("- one\n- two\n\n> quoted\n\n### Head", "one two quoted Head"),
        ("See [the site](https://example.org/a).[^1]", "See [the site]."),
        ("", ""),
    ],
)
def test_marks_of_markdown_are_not_counted(markdown: str, laid_out: str) -> None:
    assert body_characters(markdown) == len(laid_out)


def test_counting_is_quick_on_hostile_text() -> None:
    for text in ("[" * 100_000, "](" * 50_000, "*" * 100_000, " " * 100_000 + "x", "[^" * 50_000):
        body_characters(text)


@pytest.mark.parametrize(
    ("text", "language", "polished"),
    [
        ("5 % of 12 km", "en", "5\u00a0% of 12\u00a0km"),
        ("1999--2003 --- so...", "en", "1999–2003 — so…"),
        ("S. 12 und z. B. heute", "de", "S.\u00a012 und z.\u00a0B. heute"),
        ("w domu i z psem", "pl", "w\u00a0domu i\u00a0z\u00a0psem"),
        ("Quoi ? Ceci : cela", "fr", "Quoi\u202f? Ceci\u00a0: cela"),
        ("Quoi ? A dog", "en", "Quoi ? A dog"),
    ],
)
def test_text_is_set_with_the_manners_of_its_language(text: str, language: str, polished: str) -> None:
    assert polish(text, language) == polished


def test_german_compounds_are_parted_between_their_words() -> None:
    read_in_levels("de-AT")
    dictionary = pyphen.Pyphen(lang="de-AT", left=3, right=3)
    parted = [
        dictionary.inserted(word) for word in ("Zusammenarbeit", "Staubecken", "Vereinsausschuss", "überarbeiten")
    ]
    assert parted == ["Zusam-men-ar-beit", "Stau-be-cken", "Ver-eins-aus-schuss", "über-ar-bei-ten"]


def test_languages_of_one_level_keep_their_dictionary() -> None:
    for language in ("en", "xx", "fr"):
        read_in_levels(language)
    assert pyphen.Pyphen(lang="en-US").inserted("dictionary") == "dic-tio-nary"


def test_unprintable_characters_go() -> None:
    assert printable("a\x00b\ud800c\u202ed\r\ne\tf") == "abcd\ne\tf"


def test_groups_are_read_as_pandoc_reads_them() -> None:
    items = read_group("see -@doe, pp. 3-5; @roe_2.x, chap. 2; @poe")
    assert items is not None
    assert [(item.key, item.prefix, item.pages, item.suffix, item.hides_author) for item in items] == [
        ("doe", "see", "3-5", "", True),
        ("roe_2.x", "", "", ", chap. 2", False),
        ("poe", "", "", "", False),
    ]
    assert read_group("ada@example.org") is None
    assert read_group("no key; @doe") is None


def test_headings_are_counted_within_their_chapter() -> None:
    levels = (1, 2, 2, 1, 2)
    sections = [section("", identifier=str(position), level=level) for position, level in enumerate(levels)]
    assert [heading.number for heading in number_headings(sections)] == ["1", "1.1", "1.2", "2", "2.1"]


def test_a_line_that_could_be_the_address_of_a_link_is_printed() -> None:
    blocks = parse("[Note]: so it was.\n\nAs [said][Note].", language="en", below=1).blocks
    assert [plain(block["c"]) for block in blocks] == ["[Note]: so it was.", "As [said][Note]."]


@pytest.mark.parametrize(
    ("language", "typed", "set_as"),
    [
        ("de", 'Der "Fall" X', "Der „Fall“ X"),
        ("fr", '"Tout" est dit', "«\u00a0Tout\u00a0» est dit"),
        ("en", "Bob's \"old 'lamp' room\"", "Bob’s “old ‘lamp’ room”"),
        ("pl", '("W nawiasie")', "(„W\u00a0nawiasie”)"),
        ("en", 'A 5\'10" man and a 12" disk', 'A 5\'10" man and a 12" disk'),
        ("en", "the '90s and dogs' tails", "the ’90s and dogs’ tails"),
        ("cs", "„Hotovo“", "„Hotovo“"),
        ("en", ' one\n\tline "', 'one line "'),
    ],
)
def test_titles_have_the_quotation_marks_of_their_language(language: str, typed: str, set_as: str) -> None:
    assert one_line(typed, language) == set_as
