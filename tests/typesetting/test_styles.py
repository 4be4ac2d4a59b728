"""Citation styles (R-96)."""

import pytest

from typesetting import ExportError, csl_styles, find_styles, style_example, style_exists, style_title
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


def test_any_style_is_found_by_words_of_its_name() -> None:
    assert find_styles("din 1505")[0].name == "din-1505-2"
    assert find_styles("no such thing") == []
    assert len(find_styles("journal", limit=7)) == 7


def test_dependent_style_leads_to_the_one_it_is_an_alias_of() -> None:
    assert style_exists("nature-genetics")
    assert style_path("nature-genetics").stem == "nature"
    assert style_title("nature-genetics") == "Nature Genetics"


def test_names_are_no_paths() -> None:
    for name in ("../apa", "dependent/nature-genetics", "", ".", "a" * 300):
        assert not style_exists(name)
        with pytest.raises(ExportError):
            style_path(name)


def test_example_shows_a_citation_and_its_entry() -> None:
    example = style_example("ieee")
    assert "[1, p.\u00a012]" in example.citation_html
    assert "M. Curie" in example.entry_html
