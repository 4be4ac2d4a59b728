"""Citation styles (R-96)."""

import pytest

from typesetting import ExportError, csl_styles, find_styles, style_example, style_exists, style_title
from typesetting.catalogue import all_styles
from typesetting.styles import style_path


def test_common_styles_are_at_hand() -> None:
    names = {style.name for style in csl_styles()}
    assert {
        "apa",
        "modern-language-association",
        "chicago-author-date",
        "harvard-cite-them-right",
        "ieee",
        "iso690-author-date-en",
    } <= names
    assert all(style_path(name).is_file() for name in names)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("din 1505", "din-1505-2"),
        ("Nature Genetics", "nature-genetics"),
        ("1061-4036", "nature-genetics"),
        ("aesth plast surg", "aesthetic-plastic-surgery"),
        ("oscola", "oscola"),
    ],
)
def test_any_style_is_found_by_what_people_call_it(words: str, name: str) -> None:
    assert name in [style.name for style in find_styles(words)]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("vancouver", "nlm-citation-sequence"),
        ("APA", "apa"),
        ("harvard", "harvard-cite-them-right"),
        ("chicago footnotes", "chicago-notes-bibliography"),
        ("ISO 690 numeric", "iso690-numeric-en"),
        ("nature", "nature"),
        ("nature genetics", "nature-genetics"),
    ],
)
def test_what_most_people_mean_stands_first(words: str, name: str) -> None:
    assert find_styles(words)[0].name == name


def test_styles_are_found_by_field_of_study() -> None:
    found = find_styles("political science", limit=200)
    assert len(found) == 200
    assert all("political" in style.said for style in found)
    assert find_styles("no such thing") == []


def test_every_style_of_the_package_is_listed_with_a_title_and_the_one_it_is_an_alias_of() -> None:
    styles = all_styles()
    assert len(styles) == 10_844
    assert all(style.title and (not style.parent or style_exists(style.parent)) for style in styles.values())


def test_dependent_style_leads_to_the_one_it_is_an_alias_of() -> None:
    assert style_exists("nature-genetics")
    assert style_path("nature-genetics").stem == "nature"
    assert style_title("nature-genetics") == "Nature Genetics"
    with pytest.raises(ExportError):
        style_title("no-such-style")


def test_names_are_no_paths() -> None:
    for name in ("../apa", "dependent/nature-genetics", "", ".", "a" * 300):
        assert not style_exists(name)
        with pytest.raises(ExportError):
            style_path(name)


def test_example_shows_a_citation_and_its_entry() -> None:
    example = style_example("ieee")
    assert "[1, p.\u00a012]" in example.citation_html
    assert "M. Curie" in example.entries_html[0]
    assert "S.\u00a012" in style_example("ieee", "de").citation_html
