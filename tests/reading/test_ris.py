"""RIS with the liberties that databases take (R-81)."""

from pathlib import Path
from typing import Any

import pytest

from reading import reference
from reading.protocol import Unread
from tests.reading.lists import item, items, records, unread_lines


def entry(*lines: str, kind: str = "JOUR", title: str = "TI  - Salt and water") -> str:
    return "\n".join([f"TY  - {kind}", title, *lines, "ER  - "]) + "\n"


def of(tmp_path: Path, *lines: str, kind: str = "JOUR") -> dict[str, Any]:
    return item(tmp_path, "ris", entry(*lines, kind=kind))


OBERG = {"family": "Öberg", "given": "Tove"}
QUIST = {"family": "Quist", "given": "Nils"}


@pytest.mark.parametrize(
    "lines",
    [
        ["A1  - Öberg, Tove", "AU  - Quist, Nils"],
        ["AU  - Öberg, Tove", "A1  - Quist, Nils"],
        ["AU  - Öberg, Tove", "A1  - Öberg, Tove", "AU  - Quist, Nils"],
        ["AU  - Öberg, Tove; Quist, Nils"],
        ["AU  - Öberg, Tove;Quist, Nils;"],
        ["AU  - ['Öberg, Tove', 'Quist, Nils']"],
        ['AU  - ["Öberg, Tove", "Quist, Nils"]'],
        ["AU  - ('Öberg, Tove', 'Quist, Nils')"],
        ["AU  - [Öberg, Tove; Quist, Nils]"],
        ['AU  - "Öberg, Tove"', "AU  - Quist, Nils"],
        ["AU  - Öberg, Tove and Quist, Nils"],
        ["AU  - Öberg, Tove", "      Quist, Nils"],
        ["AU  - &Ouml;berg, Tove", "AU  - nan", "AU  - Quist, Nils"],
    ],
)
def test_authors_are_all_there_in_the_order_of_the_file(tmp_path: Path, lines: list[str]) -> None:
    assert of(tmp_path, *lines)["author"] == [OBERG, QUIST]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("St. Berg, Ida Maria", {"family": "St. Berg", "given": "Ida Maria"}),
        ("Öberg Quist, Tove Ida", {"family": "Öberg Quist", "given": "Tove Ida"}),
        ("Öberg,Tove", OBERG),
        ("Öberg, Tove (tove@example.org)", OBERG),
        ("Öberg, Tove <tove@example.org>", OBERG),
        ("Salt Research Northern Seas,", {"literal": "Salt Research Northern Seas"}),
    ],
)
def test_one_comma_parts_the_names_of_one_person(tmp_path: Path, written: str, name: dict[str, str]) -> None:
    assert of(tmp_path, f"AU  - {written}")["author"] == [name]


@pytest.mark.parametrize("tag", ["ED", "A2"])
def test_a_chapter_names_its_book_and_who_edited_it(tmp_path: Path, tag: str) -> None:
    csl = of(
        tmp_path, f"{tag}  - Quist, Nils", "AU  - Öberg, Tove", "BT  - All about salt", "A3  - Berg, Ida", kind="CHAP"
    )
    assert csl["editor"] == [QUIST]
    assert csl["container-title"] == "All about salt"
    assert csl["collection-editor"] == [{"family": "Berg", "given": "Ida"}]


def test_the_book_title_of_a_book_is_its_title(tmp_path: Path) -> None:
    text = entry("AU  - Öberg, Tove", "T2  - Salt studies", kind="BOOK", title="BT  - All about salt")
    csl = item(tmp_path, "ris", text)
    assert (csl["title"], csl["collection-title"]) == ("All about salt", "Salt studies")
    assert "container-title" not in csl


def test_authors_of_an_edited_book_are_its_editors(tmp_path: Path) -> None:
    csl = of(tmp_path, "AU  - Öberg, Tove", kind="EDBOOK")
    assert csl["editor"] == [OBERG]
    assert "author" not in csl


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("CONF", "978-3-16-148410-0", {"ISBN": "978-3-16-148410-0"}),
        ("JOUR", "0-306-40615-2", {"ISBN": "0-306-40615-2"}),
        ("RPRT", "978 3 16 148410 0 (pbk)", {"ISBN": "978-3-16-148410-0"}),
        ("CHAP", "0378-5955", {"ISSN": "0378-5955"}),
        ("BOOK", "03785955", {"ISSN": "0378-5955"}),
        ("JOUR", "0378-5955 (Print); 1878-5891 (Electronic)", {"ISSN": "0378-5955"}),
        ("JOUR", "0378–5954 0378-5955", {"ISSN": "0378-5955"}),
        ("CHAP", "0378-5955; 978-3-16-148410-0", {"ISBN": "978-3-16-148410-0", "ISSN": "0378-5955"}),
        ("RPRT", "TR-2019-07", {"number": "TR-2019-07"}),
        ("RPRT", "20190315", {"number": "20190315"}),
    ],
)
def test_numbers_are_told_apart_by_their_form(tmp_path: Path, kind: str, number: str, expected: dict[str, str]) -> None:
    csl = of(tmp_path, f"SN  - {number}", kind=kind)
    assert {name: csl[name] for name in ("ISBN", "ISSN", "number") if name in csl} == expected


@pytest.mark.parametrize(
    "line",
    [
        "DO  - 10.5555/salt(2019)7",
        "DO  - https://doi.org/10.5555/salt(2019)7",
        "DO  - http://dx.doi.org/10.5555/salt(2019)7",
        "DO  - doi:10.5555/salt(2019)7",
        "DO  - DOI: 10.5555/salt(2019)7.",
        "DO  - https://doi.org/https://doi.org/10.5555/salt(2019)7",
        "M3  - 10.5555/salt(2019)7",
        "L3  - 10.5555/salt(2019)7",
        "N1  - doi: 10.5555/salt(2019)7",
        "UR  - https://doi.org/10.5555/salt(2019)7",
        "UR  - https://www.doi.org/10.5555%2Fsalt(2019)7?from=salt",
        "DI  - 10.5555/salt(2019)7",
        "DO  - https://doi.org/10.5555%2Fsalt%282019%297",
    ],
)
def test_a_doi_is_bare_wherever_it_stands(tmp_path: Path, line: str) -> None:
    assert of(tmp_path, line)["DOI"] == "10.5555/salt(2019)7"


def test_the_number_of_who_registers_a_doi_may_have_parts(tmp_path: Path) -> None:
    assert of(tmp_path, "DO  - 10.5555.12/salt")["DOI"] == "10.5555.12/salt"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DA  - March 2019"], {"date-parts": [[2019, 3]]}),
        (["DA  - 15/03/2019"], {"date-parts": [[2019, 3, 15]]}),
        (["DA  - 03/15/2019"], {"date-parts": [[2019, 3, 15]]}),
        (["DA  - 15.3.2019"], {"date-parts": [[2019, 3, 15]]}),
        (["DA  - 15 March 2019"], {"date-parts": [[2019, 3, 15]]}),
        (["DA  - 2019/03/15/"], {"date-parts": [[2019, 3, 15]]}),
        (["DA  - 2019-03-15T00:00:00Z"], {"date-parts": [[2019, 3, 15]]}),
        (["PY  - 2019///"], {"date-parts": [[2019]]}),
        (["PY  - 2019", "DA  - Mar 15"], {"date-parts": [[2019, 3, 15]]}),
        (["PY  - 2019", "DA  - 2019/03/15"], {"date-parts": [[2019, 3, 15]]}),
        (["PY  - 2019", "DA  - 2020/01/02"], {"date-parts": [[2019]]}),
        (["PY  - nan", "Y1  - 2019"], {"date-parts": [[2019]]}),
        (["DA  - Mar-Apr 2019"], {"date-parts": [[2019, 3], [2019, 4]]}),
    ],
)
def test_dates_in_their_many_forms(tmp_path: Path, lines: list[str], expected: dict[str, Any]) -> None:
    assert of(tmp_path, *lines)["issued"] == expected


@pytest.mark.parametrize("said", ["04/03/2019", "2019", "published 2019", "1-4 March to 3 May 2019"])
def test_no_day_is_invented(tmp_path: Path, said: str) -> None:
    assert all(len(parts) < 3 for parts in of(tmp_path, f"DA  - {said}")["issued"]["date-parts"])


@pytest.mark.parametrize("nothing", ["None", "nan", "NaN", "null", "N/A", "<NA>", "-", ""])
def test_words_for_nothing_are_nothing(tmp_path: Path, nothing: str) -> None:
    tags = ("VL", "IS", "SP", "EP", "PB", "SN", "DO", "UR", "AU", "PY", "JO", "AB", "M3", "ET", "CY")
    assert of(tmp_path, *(f"{tag}  - {nothing}" for tag in tags)) == {
        "type": "article-journal",
        "title": "Salt and water",
    }


def test_what_begins_like_nothing_stays(tmp_path: Path) -> None:
    csl = of(tmp_path, "AU  - Null, Eva", "PB  - Nanjing Press", "JF  - None of the Above")
    assert csl["author"] == [{"family": "Null", "given": "Eva"}]
    assert (csl["publisher"], csl["container-title"]) == ("Nanjing Press", "None of the Above")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("R&amp;D &lt;in&gt; the North", "R&D <in> the North"),
        ("Caf&eacute; &#8211; a study", "Café – a study"),
        ("Salt &amp;amp; water", "Salt & water"),
        ("CO<sub>2</sub> and <jats:italic>E. coli</jats:italic><br/>", "CO<sub>2</sub> and E. coli"),
        ("&lt;em&gt;E. coli&lt;/em&gt; with p < 0.05", "<i>E. coli</i> with p < 0.05"),
    ],
)  # fmt: skip
def test_entities_become_signs_and_only_known_tags_stay(tmp_path: Path, written: str, title: str) -> None:
    assert item(tmp_path, "ris", entry(title=f"TI  - {written}"))["title"] == title


@pytest.mark.parametrize("path", ["doi/10.5555/salt.7/full", "x?doi=10.5555%2fsalt.7&copy=1", "10.5555/salt.7.pdf"])
def test_another_address_is_no_doi(tmp_path: Path, path: str) -> None:
    csl = of(tmp_path, f"UR  - https://example.org/{path}")
    assert csl["URL"] == f"https://example.org/{path}"
    assert "DOI" not in csl


def test_an_address_in_the_place_of_a_doi_is_an_address(tmp_path: Path) -> None:
    csl = of(tmp_path, "DO  - https://example.org/salt")
    assert (csl["URL"], "DOI" in csl) == ("https://example.org/salt", False)
    assert not {"URL", "DOI"} & of(tmp_path, "DO  - n/a", "L3  - salt").keys()


def test_addresses_are_not_decoded(tmp_path: Path) -> None:
    csl = of(tmp_path, "UR  - https://example.org/~tove/a%20b.pdf?x=1&amp;y=2; https://example.org/other")
    assert csl["URL"] == "https://example.org/~tove/a%20b.pdf?x=1&y=2"


@pytest.mark.parametrize("joint", ["  -", " - ", " -", "- ", "-", "\t-\t", "  – ", "   -  "])
def test_tags_in_any_spacing(tmp_path: Path, joint: str) -> None:
    lines = ["TY{}JOUR", "AU{}Öberg, Tove", "TI{}Salt and water", "AB{}Salt and", "IS this so?", "ER{}"]
    csl = item(tmp_path, "ris", "\n".join(line.replace("{}", joint) for line in lines))
    assert csl["author"] == [OBERG]
    assert csl["title"] == "Salt and water"
    assert csl["abstract"] == "Salt and IS this so?"


@pytest.mark.parametrize("words", ["IS-LM models", "US - a country", "AI-written text", "ET-1 receptors"])
def test_a_line_of_an_abstract_is_no_tag(tmp_path: Path, words: str) -> None:
    csl = of(tmp_path, "AB  - We look at", words, "IS  - 7")
    assert csl["abstract"] == f"We look at {words}"
    assert csl["issue"] == "7"


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two",
        "TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Two\n",
        "TI  - One\nTY  - JOUR\nTI  - Two\nER  -",
        "TY  - JOUR\r\nTI  - One\r\nER\r\nTY  - JOUR\r\nTI  - Two\r\nER  -\r\n",
        "TY  - JOUR\rTI  - One\rER  - \rTY  - JOUR\rTI  - Two\r",
        "Provider: Salt Index\n\nTY  - JOUR\nTI  - One\nER  - \n\n\nTY  - JOUR\nTI  - Two\nER  - \n",
    ],
)
def test_no_entry_is_lost_without_its_end_or_beginning(tmp_path: Path, text: str) -> None:
    assert [csl["title"].split()[0] for csl in items(tmp_path, "ris", text)] == ["One", "Two"]


def test_entries_that_are_not_read_are_told_by_their_lines(tmp_path: Path) -> None:
    other = entry(title="TI  - Water without salt")
    text = entry() + "TY  - GEN\nAU  - Öberg, Tove\nER  - \n" + other + "TY  - JOUR\nTI  - nan\n"
    assert len(items(tmp_path, "ris", text)) == 2
    assert unread_lines(tmp_path, "ris", text) == [4, 10]


def test_what_is_beyond_the_most_that_are_read_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "MAX_ITEMS", 2)
    text = "".join(entry(title=f"TI  - Salt and water, part {number}") for number in range(5))
    assert len(items(tmp_path, "ris", text)) == 2
    told = [record for record in records(tmp_path, "ris", text) if isinstance(record, Unread)]
    assert told == [Unread(line=7, count=3, code="limit")]


def test_the_same_work_twice_is_joined_and_told(tmp_path: Path) -> None:
    text = entry("AU  - Öberg, Tove", "PY  - 2019") + entry("AU  - Öberg, T.", "PY  - 2019", "VL  - 3")
    assert item(tmp_path, "ris", text)["volume"] == "3"
    assert Unread(line=6, code="joined") in records(tmp_path, "ris", text)


@pytest.mark.parametrize(
    ("lines", "full"),
    [
        (["JO  - J. Salt", "JF  - Journal of Salt"], "Journal of Salt"),
        (["JF  - Journal of Salt", "JA  - J. Salt"], "Journal of Salt"),
        (["JO  - J. Salt", "T2  - Journal of Salt"], "Journal of Salt"),
        (["J2  - J. Salt"], "J. Salt"),
    ],
)
def test_the_full_name_of_a_journal_is_taken(tmp_path: Path, lines: list[str], full: str) -> None:
    assert of(tmp_path, *lines)["container-title"] == full


def test_proceedings_conference_and_its_place(tmp_path: Path) -> None:
    csl = of(tmp_path, "C3  - Proceedings of Salt", "T2  - Salt Days", "C1  - Oslo", "CY  - Bergen", kind="CONF")
    assert csl["container-title"] == "Proceedings of Salt"
    assert csl["event-title"] == "Salt Days"
    assert (csl["publisher-place"], csl["event-place"]) == ("Oslo", "Bergen")


@pytest.mark.parametrize(
    ("kind", "said", "genre"),
    [
        ("THES", "PhD thesis", "PhD thesis"), ("THES", "Masterarbeit", "Masterarbeit"),
        ("RPRT", "Working paper", "Working paper"), ("JOUR", "Journal Article", None), ("CHAP", "Book Section", None),
    ],
)  # fmt: skip
def test_the_kind_of_work_is_kept_where_it_says_more_than_the_type(
    tmp_path: Path, kind: str, said: str, genre: str | None
) -> None:
    assert of(tmp_path, f"M3  - {said}", kind=kind).get("genre") == genre


@pytest.mark.parametrize(
    ("kind", "lines", "name", "value"),
    [
        ("JOUR", ["SP  - 10", "EP  - 20"], "page", "10-20"),
        ("JOUR", ["SP  - 10–20"], "page", "10-20"),
        ("JOUR", ["SP  - pp. 10-20", "EP  - 20"], "page", "10-20"),
        ("JOUR", ["SP  - 10", "EP  - 10"], "page", "10"),
        ("JOUR", ["SP  - 10-", "EP  - 20"], "page", "10-20"),
        ("JOUR", ["SP  - 10.0", "EP  - 20.0"], "page", "10-20"),
        ("JOUR", ["VL  - 3.0"], "volume", "3"),
        ("JOUR", ["C7  - e1047"], "page", "e1047"),
        ("JOUR", ["M1  - 4"], "issue", "4"),
        ("JOUR", ["M1  - 1008150341", "IS  - 4"], "issue", "4"),
        ("BOOK", ["SP  - 320 p."], "number-of-pages", "320"),
        ("BOOK", ["SP  - 320 pages"], "number-of-pages", "320"),
        ("JOUR", ["VL  - Vol. 3"], "volume", "3"),
        ("JOUR", ["IS  - Nr. 4"], "issue", "4"),
        ("CHAP", ["SP  - 320"], "page", "320"),
    ],
)
def test_pages(tmp_path: Path, kind: str, lines: list[str], name: str, value: str) -> None:
    assert of(tmp_path, *lines, kind=kind)[name] == value


def test_the_language_is_a_code(tmp_path: Path) -> None:
    assert of(tmp_path, "LA  - German")["language"] == "de"
    assert of(tmp_path, "LA  - pl")["language"] == "pl"
    assert of(tmp_path, "LA  - eng; ger")["language"] == "en"
    assert "language" not in of(tmp_path, "LA  - Undetermined")


@pytest.mark.parametrize("kind", ["JOUR", "jour", "Journal Article"])
def test_the_type_however_it_is_written(tmp_path: Path, kind: str) -> None:
    assert of(tmp_path, kind=kind)["type"] == "article-journal"


def test_what_endnote_fills_in_is_neither_edition_nor_short_title(tmp_path: Path) -> None:
    lines = ("ET  - 20190315", "ST  - Salt and water")
    assert not {"edition", "title-short"} & of(tmp_path, *lines).keys()
    assert of(tmp_path, "ET  - 2nd", "ST  - Salt", kind="BOOK")["edition"] == "2"
    assert of(tmp_path, "ET  - 2nd", "ST  - Salt", kind="BOOK")["title-short"] == "Salt"
