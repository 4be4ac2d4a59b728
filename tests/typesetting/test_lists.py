"""Lists of sources: what our own readers read of them is what was written, DOIs and access dates included."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from reading.bibtex import read_bibtex
from reading.csl_json import read_csl_json
from reading.protocol import Item
from reading.ris import read_ris
from tests.typesetting.samples import manuscript
from typesetting import formats
from typesetting.lists import WRITERS, languages, tex, values

READERS: dict[str, Callable[[Path], Iterable[object]]] = {
    "bibtex": read_bibtex, "biblatex": read_bibtex, "ris": read_ris, "csl_json": read_csl_json,
}  # fmt: skip
ARTICLE = {
    "id": "lind2020",
    "type": "article-journal",
    "title": "On DNA & the rocks of Warsaw: 50% more",
    "author": [
        {"family": "Lind", "given": "Ada B."},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"family": "García López", "given": "Ana"},
    ],
    "issued": {"date-parts": [[2020, 3]]},
    "container-title": "Research & Development",
    "volume": "12",
    "issue": "3",
    "page": "45-67",
    "DOI": "10.1175/1520-0477(1997)078<2771:TDOENO>2.0.CO;2",
    "ISSN": "1614-9785",
    "language": "en",
    "abstract": "We found a 12% rise of x_1.",
}
PAGE = {
    "id": "web",
    "type": "webpage",
    "title": "Una página",
    "author": [{"literal": "World Rock Organization and Friends, Inc."}],
    "URL": "https://example.org/~ada/a_b%20c#d",
    "accessed": {"date-parts": [[2024, 1, 15]]},
    "issued": {"date-parts": [[2023, 11]]},
    "language": "es",
}
REPORT = {
    "id": "rep",
    "type": "report",
    "title": "Zdrowie Polaków w latach Solidarności",
    "author": [{"family": "Ek", "given": "Bo"}],
    "publisher": "Institute of Rocks",
    "publisher-place": "Genève",
    "number": "TR-12",
    "genre": "Technical report",
    "issued": {"date-parts": [[2021]]},
    "language": "pl",
}
CHAPTER = {
    "id": "chap",
    "type": "chapter",
    "title": "Kapitel {eins}",
    "author": [{"family": "d'Alembert", "given": "Jean"}],
    "editor": [{"family": "Ek", "given": "Bo"}],
    "container-title": "The big book",
    "collection-title": "Series of Rocks",
    "publisher": "Verlag",
    "publisher-place": "Wien",
    "page": "1-20",
    "ISBN": "978-3-030-00000-4",
    "edition": "2",
    "issued": {"date-parts": [[1999]]},
    "language": "de-AT",
}
THESIS = {
    "id": "th",
    "type": "thesis",
    "title": "A thesis",
    "genre": "PhD thesis",
    "publisher": "University of Nowhere",
    "author": [{"family": "Stanev", "given": "Emil"}],
    "issued": {"date-parts": [[2011]]},
}
TALK = {
    "id": "talk",
    "type": "paper-conference",
    "title": "Talk on eBay",
    "author": [{"family": "Müller", "given": "Jörg"}],
    "container-title": "Proceedings of Rocks",
    "page": "12-14",
    "publisher": "ACM",
    "issued": {"date-parts": [[2018]]},
    "DOI": "10.1000/abc_d",
    "language": "en",
}
WORKS: list[dict[str, Any]] = [ARTICLE, PAGE, REPORT, CHAPTER, THESIS, TALK]


def read_again(kind: str, works: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    ending, write = WRITERS[kind]
    path = folder / f"list.{ending}"
    path.write_text(write(works), encoding="utf-8", newline="")
    return [one.csl for one in READERS[kind](path) if isinstance(one, Item)]


@pytest.mark.parametrize("kind", WRITERS)
def test_our_readers_read_what_was_written(kind: str, tmp_path: Path) -> None:
    found = read_again(kind, WORKS, tmp_path)
    kept = [{name: said for name, said in one.items() if name not in ("id", "citation-key")} for one in found]
    assert kept == [{name: said for name, said in one.items() if name != "id"} for one in WORKS]


@pytest.mark.parametrize("kind", WRITERS)
def test_kinds_without_a_name_of_their_own_keep_title_people_and_date(kind: str, tmp_path: Path) -> None:
    kinds = ("dataset", "software", "legislation", "article", "manuscript", "motion_picture", "speech", "map", "odd")
    works = [
        {"id": f"w{n}", "type": kind, "title": f"Work {n}", "author": [{"family": f"Ab{'a' * n}el", "given": "Bo"}],
         "issued": {"date-parts": [[2000 + n]]}}
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    for work, found in zip(works, read_again(kind, works, tmp_path), strict=True):
        assert [found[name] for name in ("title", "author", "issued")] == [
            work[name] for name in ("title", "author", "issued")
        ]


@pytest.mark.parametrize("kind", ["bibtex", "biblatex"])
def test_titles_keep_the_case_of_their_language(kind: str) -> None:
    text = WRITERS[kind][1](WORKS)
    assert "title = {On {DNA} \\& the rocks of {Warsaw}: 50\\% more}" in text
    assert "title = {{Zdrowie Polaków w latach Solidarności}}" in text
    assert "title = {Talk on {eBay}}" in text


def test_titles_in_capitals_leave_them_to_the_style() -> None:
    assert tex.title("The Making of DNA in Large Cities", is_english=True) == "The Making of {DNA} in Large Cities"
    assert tex.title("123", is_english=True) == "123"


def test_marks_of_a_title_are_commands() -> None:
    said = '<i>E. coli</i>, CO<sub>2</sub>, <b>x<sup>y</b> <span class="nocase">a</span> </i> < 5 <sc>Bc'
    assert tex.title(said, is_english=False) == (
        r"{\emph{E. coli}, CO\textsubscript{2}, \textbf{x\textsuperscript{y}} {a}  < 5 \textsc{Bc}}"
    )
    assert tex.title('<span style="font-variant:small-caps;">Bc</span>', is_english=False) == r"{\textsc{Bc}}"


def test_biblatex_names_languages_as_babel_does() -> None:
    text = WRITERS["biblatex"][1](WORKS)
    for name in ("english", "spanish", "polish", "naustrian"):
        assert f"langid = {{{name}}}" in text
    assert languages.babel_name({"language": "en_GB"}) == "british"
    assert languages.babel_name({"language": "pt-BR"}) == "brazilian"
    assert languages.babel_name({"language": "tlh"}) == ""
    assert not languages.is_english({})


def test_dates_have_two_ends_seasons_and_doubts() -> None:
    assert values.edtf({"date-parts": [[2020, 3], [2020, 5]]}) == "2020-03/2020-05"
    assert values.edtf({"date-parts": [[2021]], "season": 3}) == "2021-23"
    assert values.edtf({"date-parts": [[1850]], "circa": True}) == "1850~"
    assert values.edtf({"date-parts": [[2020], [0]]}) == "2020/"
    assert values.year({"date-parts": [[2020], [0]]}) == "2020--"
    assert values.edtf({"literal": "in press"}) == values.edtf(None) == ""
    assert values.year({"date-parts": [[2019], [2021]]}) == "2019--2021"
    assert values.year({"literal": "in press"}) == "in press"
    assert values.year({"raw": "2020?"}) == "2020?"
    assert [values.month(one) for one in (None, {"date-parts": [[2020, 13]]}, {"date-parts": [[2020, 5]]})] == [0, 0, 5]


def test_a_date_that_is_none_is_left_out_and_years_before_christ_have_four_digits() -> None:
    for part, written in (("²", ""), ("--5", ""), (None, ""), (-44, "-0044"), ("2019", "2019")):
        assert values.edtf({"date-parts": [[part]]}) == written
    assert values.month({"date-parts": [[2019, "²"]]}) == 0


def test_keys_are_such_as_every_program_takes_and_no_two_alike() -> None:
    works = [{"id": "a b{c}"}, {"id": "A-b-c"}, {"id": "ä"}, {"id": "x"}, {"id": "X"}]
    assert [key for key, _work in values.keyed(works)] == ["a-b-c", "A-b-c-2", "work", "x", "X-2"]


def test_people_are_told_from_bodies_and_particles_stand_at_their_name() -> None:
    people = [
        {"family": "Berg", "non-dropping-particle": "van den", "given": "Jan"},
        {"family": "Alembert", "dropping-particle": "d'", "given": "Jean"},
        {"family": "Sons and Brothers", "given": "A"},
        {"literal": "Rock & Roll"},
        {"literal": "others"},
    ]
    assert tex.names(people) == (
        r"van den Berg, Jan and d'Alembert, Jean and {Sons and Brothers}, A and {Rock \& Roll} and others"
    )
    text = WRITERS["ris"][1]([{"id": "x", "type": "book", "title": "T", "author": people}])
    assert [line for line in text.split("\r\n") if line.startswith("AU")] == [
        "AU  - van den Berg, Jan", "AU  - d'Alembert, Jean", "AU  - Sons and Brothers, A", "AU  - Rock & Roll",
        "AU  - others",
    ]  # fmt: skip


def test_no_field_can_end_another(tmp_path: Path) -> None:
    odd = {
        "id": "x", "type": "book", "title": "A } B { C \\ D\r\nER  - \nTY  - BOOK", "URL": "https://e.org/{a} b\\c",
        "publisher": "P}", "page": "1, 5-7", "number-of-pages": "200", "original-date": {"date-parts": [[1900]]},
        "language": "en",
    }  # fmt: skip
    for kind in ("bibtex", "biblatex", "ris", "csl_json"):
        [found] = read_again(kind, [odd], tmp_path)
        assert "TY - BOOK" in " ".join(found["title"].split()), kind
    assert "https://e.org/%7Ba%7D%20b%5Cc" in WRITERS["biblatex"][1]([odd])


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Sets { and more", r"{Sets \textbraceleft{} and more}"),
        ("A } before {", r"{A \} before \{}"),
        ("Sets {a} of signs", r"{Sets \{a\} of signs}"),
    ],
)
def test_braces_of_a_field_are_in_pairs_for_bibtex_counts_escaped_ones(title: str, written: str) -> None:
    """Braces around the whole make a pair of each title in another language than English."""
    work = {"id": "a", "type": "book", "title": title}
    assert f"title = {{{written}}}" in WRITERS["bibtex"][1]([work])
    english = WRITERS["bibtex"][1]([work | {"language": "en", "title": "A } before {"}])
    assert r"title = {A \textbraceright{} before \textbraceleft{}}" in english


def test_first_names_with_a_comma_or_an_and_are_one_name() -> None:
    assert tex.names([{"family": "Li", "given": "Ada and Bo"}]) == "Li, {Ada and Bo}"
    assert tex.names([{"family": "Li", "given": "Ada, B."}]) == "Li, {Ada, B.}"


def test_ris_ends_its_lines_as_the_format_asks_and_knows_days() -> None:
    work = {"id": "x", "type": "article-newspaper", "title": "T", "issued": {"date-parts": [[2021, 5, 6]]}}
    text = WRITERS["ris"][1]([{**work, "number-of-pages": "9"}, {**work, "page": "A1"}, {**work, "issued": {}}])
    assert text.count("\n") == text.count("\r\n")
    assert "DA  - 2021/05/06/\r\n" in text
    assert "SP  - 9\r\n" in text
    assert "SP  - A1\r\n" in text


def test_an_edited_book_is_a_collection_and_newspapers_are_told() -> None:
    book = {"id": "b", "type": "book", "title": "B", "editor": [{"family": "Ek"}], "title-short": "B"}
    news = {"id": "n", "type": "article-newspaper", "title": "N", "container-title": "Die Zeit"}
    text = WRITERS["biblatex"][1]([book, news])
    assert "@collection{b," in text
    assert "entrysubtype = {newspaper}" in text
    assert "@mastersthesis{m," in WRITERS["bibtex"][1]([{"id": "m", "type": "thesis", "genre": "Master thesis"}])


def test_a_list_holds_what_a_document_cites(tmp_path: Path) -> None:
    source = manuscript(references=(ARTICLE,))
    files = formats.Files(source, first_pages={}, folder=tmp_path)
    path, fallbacks = files.write("ris"), files.fallbacks("ris")
    assert path.read_bytes().startswith(b"TY  - JOUR\r\nID  - lind2020\r\n")
    assert fallbacks.has_list


def test_csl_json_is_as_it_was() -> None:
    assert json.loads(WRITERS["csl_json"][1](WORKS)) == WORKS


def test_what_is_no_date_is_a_year_for_biblatex() -> None:
    listed = WRITERS["biblatex"][1]([{"id": "k", "type": "book", "title": "T", "issued": {"literal": "in press"}}])
    assert "year = {in press}" in listed
    assert "  date = " not in listed
