"""CSL-JSON as reference managers and Crossref write it (R-81)."""

import json
from pathlib import Path
from typing import Any

import pytest

from reading import reference
from reading.errors import BrokenError
from tests.reading.lists import item, items, unread_lines

WORK: dict[str, Any] = {
    "id": "http://zotero.org/users/1/items/A", "type": "article-journal", "title": "Salt &amp; <i>water</i>",
    "container-title": "Salt Letters", "volume": 12, "issue": "3", "page": "101-109", "ISSN": "0378-5955, 1878-5891",
    "author": [{"family": "Öberg", "given": "Tove"}, {"literal": "Salt Working Group"}],
    "issued": {"date-parts": [["2019", 3, 15]]}, "accessed": {"raw": "2020-01-02"}, "language": "en-GB",
    "URL": "https://example.org/a%20b", "abstract": "<jats:p>First.</jats:p><jats:p>Second.</jats:p>",
    "DOI": "https://doi.org/10.5555/s.7",
    "note": "mine", "custom": {"pages": []}, "x-private": "secret",
}  # fmt: skip
READ = {
    "type": "article-journal", "title": "Salt & <i>water</i>", "container-title": "Salt Letters", "volume": "12",
    "issue": "3", "page": "101-109", "ISSN": "0378-5955", "DOI": "10.5555/s.7", "URL": "https://example.org/a%20b",
    "author": [{"family": "Öberg", "given": "Tove"}, {"literal": "Salt Working Group"}],
    "issued": {"date-parts": [[2019, 3, 15]]}, "accessed": {"date-parts": [[2020, 1, 2]]},
    "abstract": "First. Second.", "language": "en-GB",
}  # fmt: skip


@pytest.mark.parametrize("around", [[WORK], WORK, {"items": [WORK]}, {"version": 1, "references": [WORK]}])
def test_a_work_alone_or_in_a_list(tmp_path: Path, around: Any) -> None:
    for indent in (None, 2):
        assert item(tmp_path, "csl_json", json.dumps(around, ensure_ascii=False, indent=indent)) == READ


def test_crossrefs_own_form(tmp_path: Path) -> None:
    work = {
        "type": "book-chapter", "title": ["Brine"], "container-title": ["All about salt", "Salt"],
        "author": [{"given": "Tove", "family": "Öberg", "sequence": "first"}, {"name": "Salt Group"}],
        "issued": {"date-parts": [[2019]]}, "ISBN": ["9783161484100"], "published": {"date-parts": [[None]]},
    }  # fmt: skip
    assert item(tmp_path, "csl_json", json.dumps([work])) == {
        "type": "chapter", "title": "Brine", "container-title": "All about salt", "ISBN": "9783161484100",
        "author": [{"family": "Öberg", "given": "Tove"}, {"literal": "Salt Group"}],
        "issued": {"date-parts": [[2019]]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("author", "Öberg, Tove"), ("author", 7), ("author", [7, None, {"family": None}]), ("issued", []),
        ("issued", {"date-parts": [[]]}), ("issued", {"date-parts": "2019"}), ("issued", {"date-parts": [[None]]}),
        ("volume", {"a": 1}), ("ISSN", 7), ("DOI", None), ("URL", {}), ("abstract", ["x"]), ("type", 7),
        ("volume", True), ("container-title", [[]]),
    ],
)  # fmt: skip
def test_a_value_of_another_form_costs_no_work(tmp_path: Path, name: str, value: Any) -> None:
    assert item(tmp_path, "csl_json", json.dumps([{**WORK, name: value}]))["title"] == READ["title"]


def test_works_that_are_not_read_are_told_by_their_lines(tmp_path: Path) -> None:
    text = (
        '[\n  {"type": "book", "title": "One"},\n  {"type": "book", "title": broken},\n'
        '  {"type": "book"},\n  7,\n  {"type": "book", "title": "Two"},\n  {"title": "cut'
    )
    assert [csl["title"] for csl in items(tmp_path, "csl_json", text)] == ["One", "Two"]
    assert unread_lines(tmp_path, "csl_json", text) == [3, 4, 5, 7]


def test_a_broken_work_within_an_object_costs_no_other(tmp_path: Path) -> None:
    text = '{"items": [{"title": "One"}, {"title": },\n{"title": "Two"}]}'
    assert [csl["title"] for csl in items(tmp_path, "csl_json", text)] == ["One", "Two"]
    assert unread_lines(tmp_path, "csl_json", text) == [1]


def test_what_is_beyond_the_most_that_are_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "MAX_ITEMS", 1)
    text = '[{"title": "One"},\n{"title": "Two"}]'
    assert len(items(tmp_path, "csl_json", text)) == 1
    assert unread_lines(tmp_path, "csl_json", text) == [2]


@pytest.mark.parametrize("text", ['{"items": ', '"words"', "7", "{"])
def test_what_is_no_list_of_works_is_broken(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenError):
        items(tmp_path, "csl_json", text)
