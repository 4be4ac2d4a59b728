"""Every cited source is seen in the text and listed, or something else stands there and is told (R-10, R-96)."""

from typing import Any

import pytest

from tests.typesetting.citing import entries_of, printed, text_of
from typesetting.fallbacks import short_name
from typesetting.manuscript import Fallbacks

#: Prints titles and nothing else.
STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text" default-locale="en-US">
<info><title>Titles</title><id>titles</id><updated>2024-01-01T00:00:00Z</updated></info>
<citation><layout delimiter="; "><text variable="title"/></layout></citation>
<bibliography><layout><text variable="title"/></layout></bibliography></style>"""
MLA = "modern-language-association"


def test_work_without_a_date_is_named_where_only_its_year_was_asked_for() -> None:
    reader = printed("Zorn shows it [-@undated].", style=MLA)
    assert text_of(reader) == "Zorn shows it (Zorn)."
    assert reader.fallbacks == Fallbacks()


def test_page_alone_is_enough_behind_the_name_of_its_author() -> None:
    assert text_of(printed("Muster shows it [-@stones, p. 3].", style=MLA)) == "Muster shows it (3)."


def test_note_names_a_source_of_which_the_style_prints_nothing() -> None:
    style = STYLE.replace('class="in-text"', 'class="note"')
    reader = printed("A [@address]. B [@page; @address].", style="own", own_style=style)
    assert text_of(reader) == "A.1 B.2 example.org.A page; example.org."
    assert reader.fallbacks.text == ("address",)


def test_entry_is_the_name_where_not_even_the_other_style_prints_one() -> None:
    reader = printed("A [@bare].", style="own", own_style=STYLE)
    assert text_of(reader) == "A (bare)."
    assert entries_of(reader)["bare"]
    assert reader.fallbacks == Fallbacks(text=("bare",), entries=("bare",), has_list=False)


def test_source_of_which_a_style_prints_nothing_is_named_by_what_is_known() -> None:
    reader = printed("A [@address]. B [see @address, S. 3].", style=MLA)
    assert text_of(reader) == "A (example.org). B (see example.org, p. 3)."
    assert reader.fallbacks.text == ("address",)
    assert entries_of(reader)["address"] == "https://example.org/only."


def test_it_stands_beside_the_others_of_its_citation() -> None:
    reader = printed("A [@stones; @address; @page; @undated]. B [@law].", style=MLA)
    assert text_of(reader) == "A (Muster) (example.org) (A Page; Zorn). B (Civil Code)."
    assert reader.citation_count == 5


def test_style_without_a_list_gets_one() -> None:
    reader = printed("A [@stones]. B [@essay, p. 4].", style="bluebook-law-review")
    assert list(entries_of(reader)) == ["stones", "essay"]
    assert entries_of(reader)["stones"] == "Muster, M. (2020). On stones."
    assert reader.fallbacks == Fallbacks(text=(), entries=("stones", "essay"), has_list=False)


def test_text_without_citations_needs_no_list() -> None:
    reader = printed("Nothing is cited.", style="bluebook-law-review")
    assert reader.fallbacks == Fallbacks()
    assert entries_of(reader) == {}


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ({"title": "A <i>short</i>  one"}, "A short one"),
        ({"title-short": "Short", "title": "Long"}, "Short"),
        ({"URL": "https://example.org/a/b"}, "example.org"),
        ({"URL": "not an address"}, "k"),
        ({"title": "word " * 20}, "word " * 11 + "word…"),
        ({"title": "w" * 80}, "w" * 60 + "…"),
    ],
)
def test_source_has_a_name_whatever_is_known(reference: dict[str, Any], name: str) -> None:
    assert short_name({"id": "k", **reference}) == name
