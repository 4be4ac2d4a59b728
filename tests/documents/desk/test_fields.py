"""A reference as a person reads and types it, and where its fields came from (R-97). No database."""

from typing import Any

import pytest

from documents.enums import FieldOrigin, SourceOrigin, Sureness
from documents.errors import ReferenceInvalid
from documents.sources import fields, provenance
from reading.protocol import Meta

ITEM: dict[str, Any] = {
    "id": "mora-2018",
    "type": "article-journal",
    "title": "Light and CO<sub>2</sub>",
    "author": [
        {"family": "Mora Vidal", "given": "Ana"},
        {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den", "suffix": "Jr."},
        {"literal": "World Health Organization"},
        {"family": "Plato"},
    ],
    "issued": {"date-parts": [[2018, 3, 7]]},
    "container-title": "Annals of <i>Light</i>",
    "volume": 12,
    "page": "12-31",
}


def test_every_field_is_shown_as_one_would_type_it() -> None:
    typed = fields.typed(ITEM)
    assert typed["title"] == "Light and CO2"
    assert typed["author"] == "Mora Vidal, Ana\nvan den Berg, Jan Jr.\nWorld Health Organization\nPlato"
    assert (typed["issued"], typed["volume"], typed["publisher"]) == ("2018-03-07", "12", "")


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ({"date-parts": [[2019], [2021]]}, "2019/2021"),
        ({"raw": "in the year of the flood"}, "in the year of the flood"),
        ({"literal": "undated"}, "undated"),
        ({"season": 2}, ""),
        ("2011", "2011"),
        ({"date-parts": [[2011, "4"]]}, "2011-04"),
    ],
)
def test_a_date_of_any_form_is_shown(date: Any, shown: str) -> None:
    assert fields.shown("issued", date) == shown


def test_what_is_sent_as_it_was_shown_stays_to_the_letter() -> None:
    assert fields.changed(ITEM, fields.typed(ITEM)) == (ITEM, [])


def test_a_name_that_stays_keeps_its_parts_and_others_are_read() -> None:
    typed = "van den Berg, Jan Jr.\n  Lind ,  Ada \n\nLighthouse Board,"
    csl, differing = fields.changed(ITEM, {"author": typed})
    assert differing == ["author"]
    assert csl["author"] == [ITEM["author"][1], {"family": "Lind", "given": "Ada"}, {"literal": "Lighthouse Board"}]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("title", "  Light   again ", "Light again"),
        ("author", "", None),
        ("issued", "2021", {"date-parts": [[2021]]}),
        ("issued", "2021-05-17", {"date-parts": [[2021, 5, 17]]}),
        ("issued", "2019/2021", {"date-parts": [[2019], [2021]]}),
        ("DOI", "https://doi.org/10.1000/ABC", "10.1000/abc"),
        ("ISBN", "978-3-16-148410-0", "978-3-16-148410-0"),
        ("URL", "https://example.org/a", "https://example.org/a"),
        ("language", "pt-BR", "pt-BR"),
        ("type", "book", "book"),
        ("volume", "", None),
        ("edition", "3", "3"),
    ],
)
def test_what_is_typed_becomes_csl(name: str, text: str, value: Any) -> None:
    csl, differing = fields.changed(ITEM, {name: text})
    assert csl.get(name) == value
    assert differing == [name]
    assert csl["id"] == ITEM["id"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("title", " ", "needs a title"),
        ("title", "x" * 501, "too long: at most 500"),
        ("type", "", "Choose a kind of work"),
        ("type", "poem", "one of the listed kinds"),
        ("author", "\n".join(f"Lind, {n}" for n in range(101)), "At most 100 names"),
        ("author", "x" * 201, "One of these names is too long"),
        ("issued", "soon", "Write the year"),
        ("issued", "2021-02-30", "Write the year"),
        ("volume", "x" * 41, "too long: at most 40"),
        ("URL", "x" * 1001, "too long: at most 1000"),
        ("DOI", "ten point one", "This is no DOI"),
        ("ISBN", "978-3-16-148410-1", "check digit"),
        ("URL", "javascript:alert(1)", "whole address"),
        ("language", "the English one", "as its code"),
    ],
)
def test_what_makes_no_reference_is_said_in_plain_words(name: str, text: str, says: str) -> None:
    with pytest.raises(ReferenceInvalid, match=says) as refused:
        fields.changed(ITEM, {name: text})
    assert list(refused.value.reasons) == [name]


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ReferenceInvalid) as refused:
        fields.changed(ITEM, {"title": "", "DOI": "x", "volume": "3"})
    assert list(refused.value.reasons) == ["title", "DOI"]


def test_a_kind_has_words_and_an_unknown_one_itself() -> None:
    assert fields.kind_shown("book") == "Book"
    assert fields.kind_shown("treaty") == "treaty"


def test_of_a_file_it_is_known_what_was_printed_and_what_concluded() -> None:
    csl = {"id": "x", "type": "report", "title": "my scan 3", "issued": {"date-parts": [[2020]]}, "DOI": "10.1000/a",
           "author": [{"family": "Lind"}], "language": "en"}  # fmt: skip
    said = provenance.of_file(csl, Meta(pages=3, front={"author": csl["author"]}), language_is_read=False)
    assert said == {
        "type": ["file", "unsure"],
        "title": ["file", "unsure"],
        "issued": ["file", "unsure"],
        "DOI": ["file", "sure"],
        "author": ["file", "likely"],
        "language": ["file", "unsure"],
    }
    front = {"title": "my scan 3", "year": 2020, "type": "report"}
    said = provenance.of_file(csl, Meta(pages=3, front=front), language_is_read=True)
    assert [said[name][1] for name in ("type", "title", "issued", "language")] == ["likely"] * 4


@pytest.mark.parametrize(
    ("origin", "name", "expected"),
    [
        (SourceOrigin.UPLOAD, "title", (FieldOrigin.FILE, Sureness.LIKELY)),
        (SourceOrigin.UPLOAD, "DOI", (FieldOrigin.FILE, Sureness.SURE)),
        (SourceOrigin.BIBLIOGRAPHY, "DOI", (FieldOrigin.LIST, Sureness.LIKELY)),
        (SourceOrigin.SEARCH, "title", (FieldOrigin.SEARCH, Sureness.LIKELY)),
        (SourceOrigin.ADDED, "title", (FieldOrigin.REGISTER, Sureness.SURE)),
    ],
)
def test_of_older_sources_it_follows_from_how_they_came(origin: str, name: str, expected: tuple[str, str]) -> None:
    assert provenance.of_field(name, origins={}, origin=origin) == expected
    assert provenance.of_field(name, origins={name: ["you", "sure"]}, origin=origin) == ("you", "sure")


def test_the_surer_of_two_values_is_kept_and_of_equals_the_fuller() -> None:
    kept = {"id": "a", "title": "scan", "author": [{"family": "Lind"}], "volume": "3"}
    authors = [{"family": "Lind"}, {"family": "Berg"}]
    other = {"id": "b", "title": "Light", "author": authors, "volume": "4", "issue": "1", "publisher": ""}
    mine = provenance.all_from(kept, FieldOrigin.FILE, Sureness.UNSURE) | {
        "author": ["list", "likely"],
        "volume": ["you", "sure"],
    }
    theirs = provenance.all_from(other, FieldOrigin.LIST, Sureness.LIKELY)
    del theirs["issue"]
    csl, origins = provenance.united(kept, mine, other, theirs)
    assert csl == {"id": "a", "title": "Light", "author": other["author"], "volume": "3", "issue": "1"}
    assert (origins["title"], origins["volume"]) == (["list", "likely"], ["you", "sure"])
    assert "issue" not in origins
