"""First pages that mislead: side columns, covers, mastheads, sheets of repositories, kinds of theses."""

from pathlib import Path

import pytest

from reading.imprint import date_line, imprint
from reading.names_in_line import names_in
from reading.signs import plain
from tests.reading.typeset import front, large, text

TALVIK = {"family": "Talvik", "given": "Mira"}
FERROW = {"family": "Ferrow", "given": "Jonas"}


def test_a_column_beside_the_title_stands_apart(tmp_path: Path) -> None:
    side = "".join(f"<div>{words}</div>" for words in (
        "OPEN ACCESS", "Edited by", "Aino Koskela,", "North Bay College", "Reviewed by", "Pirjo Rantala", "Lab",
        "Received 3 May 2018", "Accepted 4 June 2018", "Published 5 July 2018", "Citation: Bells at Night", "Copyright",
    ))  # fmt: skip
    main = f"{large('Bells at Night and<br>on the Quay')}<p>Mira Talvik and Jonas Ferrow</p><h4>Abstract</h4>{text()}"
    html = f"<table><tr><td width=25% style='font-size: 8pt'>{side}<td style='vertical-align: top'>{main}</tr></table>"
    found = front(tmp_path, html)
    assert (found["title"], found["author"]) == ("Bells at Night and on the Quay", [TALVIK, FERROW])


def test_a_bold_title_beside_the_text_of_another_column(tmp_path: Path) -> None:
    left = f"<b>Bells at Night</b><br>Mira Talvik<br><b>Abstract</b>{text(60)}"
    html = f"<table><tr style='vertical-align: top'><td width=45%>{left}<td width=10%><td>{text(200)}</tr></table>"
    found = front(tmp_path, html)
    assert (found["title"], found["author"]) == ("Bells at Night", [TALVIK])


@pytest.mark.parametrize(
    "above",
    [
        "DIPLOMOVÁ PRÁCE",
        "PRACA MAGISTERSKA",
        "THÈSE",
        "Tesi di laurea magistrale",
        "The North Bay Courier",
        "White Paper",
    ],
)
def test_kinds_of_theses_and_newspapers_are_no_titles(tmp_path: Path, above: str) -> None:
    html = f"{large(above, 26)}{large('Bells at Night')}<p>Mira Talvik</p>{text()}"
    assert front(tmp_path, html)["title"] == "Bells at Night"


def test_a_numbered_section_in_larger_type_is_not_the_title(tmp_path: Path) -> None:
    html = f"{large('Bells at Night')}<p>Mira Talvik</p>{large('1 The Harbour', 22)}{text()}"
    assert front(tmp_path, html)["title"] == "Bells at Night"
    assert front(tmp_path, f"{large('1 Bell in 12 Harbours')}{text()}")["title"] == "1 Bell in 12 Harbours"


def test_an_address_in_large_type_is_no_title(tmp_path: Path) -> None:
    html = f"{large('https://nb.example/papers/20', 20)}{large('Bells at Night')}{text()}"
    assert front(tmp_path, html)["title"] == "Bells at Night"


def test_the_metadata_know_half_of_a_title(tmp_path: Path) -> None:
    html = f"{large('Marine Signals', 26)}{large('Bells at Night: On the Quay')}<p>Mira Talvik</p>{text()}"
    assert front(tmp_path, html, title="Bells at Night")["title"] == "Bells at Night: On the Quay"
    named = f"{large('Marine Signals', 26)}{large('Bells at Night<br>Mira Talvik')}{text()}"
    assert front(tmp_path, named, title="Bells at Night")["title"] == "Bells at Night"


def test_an_author_above_the_title_in_the_type_of_the_text(tmp_path: Path) -> None:
    assert front(tmp_path, f"<p>Mira Talvik</p>{large('Bells at Night')}{text()}")["author"] == [TALVIK]


def test_a_subtitle_in_smaller_type_names_nobody(tmp_path: Path) -> None:
    html = f"{large('After the Flood', 26)}{large('Mutual Aid and Its Limits', 14)}<p>Mira Talvik</p><p>May 2012</p>"
    assert front(tmp_path, html)["author"] == [TALVIK]


def test_what_the_sheet_of_a_repository_says_of_the_work_behind_it(tmp_path: Path) -> None:
    sheet = (
        f"{large('Bells at Night')}<p>Author(s): Mira Talvik</p><p>Source: Marine Signals, May, 2014, Vol. 12, "
        "No. 1 (2014),<br>pp. 3-19</p><p>Stable URL: https://nb.example/1</p><div style='break-after: page'></div>"
    )
    found = front(tmp_path, f"{sheet}{large('Bells at Night')}<p>Mira Talvik</p>{text()}")
    assert found == {
        "title": "Bells at Night", "author": [TALVIK], "container-title": "Marine Signals", "volume": "12",
        "issue": "1", "page": "3-19", "year": 2014,
    }  # fmt: skip


def test_the_day_on_which_a_copy_was_made_available_is_said_by_the_sheet_alone(tmp_path: Path) -> None:
    sheet = (
        "<p>HAL is a multi-disciplinary open access archive</p><p style='break-after: page'>Submitted on 3 May 2015</p>"
    )
    assert front(tmp_path, f"{sheet}{large('Bells at Night')}<p>Mira Talvik</p>{text()}")["year"] == 2015


def test_a_year_above_the_title(tmp_path: Path) -> None:
    html = f"<p>Policy Brief No. 4 | March 2018</p>{large('Bells at Night')}{text()}"
    assert front(tmp_path, html)["year"] == 2018


def test_the_line_that_holds_the_works_own_doi(tmp_path: Path) -> None:
    note = "<p>1 Harbour Lab</p><p>SHORE SIGNALS | (2020) 11:1234 | https://doi.org/10.5555/11.1234</p>"
    found = front(tmp_path, f"{large('Bells at Night')}<p>Mira Talvik</p>{text()}{note}")
    assert (found["container-title"], found["year"]) == ("Shore Signals", 2020)


def test_a_running_head_larger_than_the_text(tmp_path: Path) -> None:
    head = f"{large('Harbour Observer&emsp;&emsp;&emsp;&emsp;Vol. 12, 2017', 15)}"
    found = front(tmp_path, f"{head}{large('Bells at Night')}<p>Mira Talvik</p>{text()}")
    assert (found["title"], found["container-title"], found["year"]) == ("Bells at Night", "Harbour Observer", 2017)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Thomas H. Talvik", [{"family": "Talvik", "given": "Thomas H."}]),
        ("Yu.A.Talvik, L.Ferrow", [{"family": "Talvik", "given": "Yu.A."}, {"family": "Ferrow", "given": "L."}]),
        ("Verfasserin: Mira Talvik", [TALVIK]),
        ("Doktor der Philosophie", []),
        ("Portolan Systems", []),
        ("Jan van der", []),
        ("Public Money, Piers for the Few", []),
    ],
)
def test_lines_with_names_and_without(line: str, names: list[dict[str, str]]) -> None:
    assert names_in(line) == names


def test_a_name_broken_at_the_end_of_a_line(tmp_path: Path) -> None:
    html = "<p style='width: 4.4cm; hyphens: manual'>Mira Talvik, Jonas Fer&shy;row and Aino van der Koskela</p>"
    found = front(tmp_path, f"{large('Bells at Night')}{html}<p>Abstract</p>{text()}")
    assert found["author"] == [TALVIK, FERROW, {"family": "van der Koskela", "given": "Aino"}]


def test_dates_of_copies_are_not_dates_of_works() -> None:
    assert date_line(["Downloaded on 3 May 2019", "Norden, May 2012"]) == 2012
    assert imprint(["January 2007, Volume 18, Issue 3."]) == {"volume": "18", "issue": "3", "year": 2007}


def test_a_range_of_years_broken_after_its_dash(tmp_path: Path) -> None:
    html = f"{large('Bells and Their Keepers, 1890–<br>1935')}<p>Mira Talvik</p>{text()}"
    assert front(tmp_path, html)["title"] == "Bells and Their Keepers, 1890–1935"


def test_cedillas_stand_behind_their_letters() -> None:
    assert plain("Franc¸ois") == "François"


@pytest.mark.parametrize("has_mails", [False, True])
def test_authors_in_columns_and_rows_with_their_places_between(tmp_path: Path, has_mails: bool) -> None:
    def row(*cells: str, size: int) -> str:
        inside = "".join(f"<td style='text-align: center; width: 8cm; font-size: {size}pt'>{one}</td>" for one in cells)
        return f"<tr>{inside}</tr>"

    mails = [row("mira@nb.example", "jf@nb.example", size=12)] if has_mails else []
    rows = [
        row("Mira Talvik", "Jonas Ferrow", size=12), row("ID-NORD", "ID-NORD", size=9),
        row("12 quai Neuf", "12 quai Neuf", size=9), *mails, row("Aino Koskela", "Pirjo Rantala", size=12),
    ]  # fmt: skip
    found = front(tmp_path, f"{large('Bells at Night')}<table>{''.join(rows)}</table><h4>Abstract</h4>{text()}")
    assert [one["family"] for one in found["author"]] == ["Talvik", "Ferrow", "Koskela", "Rantala"]


def test_a_family_name_that_begins_a_line(tmp_path: Path) -> None:
    names = "Mira Talvik,<sup>1</sup> Jonas Van<br>Ferrow,<sup>2</sup> and Aino Koskela<sup>1</sup>"
    found = front(tmp_path, f"{large('Bells at Night')}<p>{names}</p><p>Abstract</p>{text()}")
    assert [one["family"] for one in found["author"]][::2] == ["Talvik", "Koskela"]
    assert "Ferrow" in found["author"][1]["family"]


def test_a_line_that_introduces_names(tmp_path: Path) -> None:
    html = "<p>Those who have rung the bells of the quay for us:</p><p>Mira Talvik, Jonas Ferrow</p>"
    assert front(tmp_path, f"{large('Bells at Night')}{html}<p>Abstract</p>{text()}")["author"] == [TALVIK, FERROW]
