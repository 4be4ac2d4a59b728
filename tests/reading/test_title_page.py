"""Title, authors, year and container of a PDF as a reader of its first page sees them."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.documents import files
from tests.reading.typeset import front, front_of_file, large, text, typeset

TALVIK = {"family": "Talvik", "given": "Mira"}
FERROW = {"family": "Ferrow", "given": "Jonas"}
KOSKELA = {"family": "Koskela", "given": "Aino"}


def test_an_article_says_it_all_on_its_first_page(tmp_path: Path) -> None:
    html = (
        "<p style='font-size: 8pt'>Marine Signals 31 (2016) 88-104</p>"
        + large("Bells, Buoys and the Fog that Hid<br>Them: A Review of Ninety Winters")
        + f"<p>Mira Talvik and Jonas Ferrow</p><h4>Abstract</h4>{text()}"
    )
    path = typeset(tmp_path / "a.pdf", html, title="ms_31_88.dvi")
    assert front_of_file(path) == {
        "title": "Bells, Buoys and the Fog that Hid Them: A Review of Ninety Winters",
        "author": [TALVIK, FERROW],
        "container-title": "Marine Signals", "volume": "31", "page": "88-104", "year": 2016,
    }  # fmt: skip


def test_a_preprint_with_a_stamp_at_its_side(tmp_path: Path) -> None:
    html = (
        "<div style='position: absolute; left: -3cm; top: 10cm; font-size: 20pt; transform: rotate(-90deg)'>"
        "arXiv:1911.04321v3 [cs.SD] 9 Feb 2021</div><div style='text-align: center'>"
        + large("Speech-to-Signal for Har-<br>bours: A Study<sup>∗</sup>", 17)
        + "<table width='100%'><tr><td>Mira Talvik<sup>1</sup><td>Jonas van Ferrow<sup>2</sup></tr>"
        "<tr><td>Department of Signals<td>North Bay Institute</tr><tr><td>mira@nb.example<td>jf@nb.example</tr></table>"
        f"</div><h3>Abstract</h3>{text()}"
    )
    assert front(tmp_path, html) == {
        "title": "Speech-to-Signal for Harbours: A Study",
        "author": [TALVIK, {"family": "van Ferrow", "given": "Jonas"}],
        "arxiv": "1911.04321", "year": 2019,
    }  # fmt: skip


def test_a_title_page_of_a_thesis(tmp_path: Path) -> None:
    html = (
        "<div style='text-align: center'>" + large("North Bay University", 20) + "<p>Faculty of Signals</p>"
        + large("Klänge im Nebel", 18) + "<p>Masterarbeit</p><p>vorgelegt von</p><p>Mira Talvik</p>"
        "<p>Norden, 12. März 2014</p></div>"
    )  # fmt: skip
    assert front(tmp_path, html) == {
        "title": "Klänge im Nebel", "author": [TALVIK], "year": 2014,
        "type": "thesis", "genre": "Masterarbeit", "publisher": "North Bay University",
    }  # fmt: skip


def test_a_thesis_is_named_as_its_title_page_does(tmp_path: Path) -> None:
    cover = large("Bells at Night") + "<p>{}</p><p>Mira Talvik</p>"
    found = front(tmp_path, cover.format("DOCTORAL DISSERTATION") + "<p>NORTH BAY COLLEGE</p>")
    assert (found["type"], found["genre"], found["publisher"]) == (
        "thesis",
        "Doctoral dissertation",
        "North Bay College",
    )
    assert "publisher" not in front(tmp_path, cover.format("Master's thesis"))
    for other in (cover.format("Seminararbeit"), cover.format("Thesis") + text(400)):
        assert "type" not in front(tmp_path, other)


@pytest.mark.parametrize(
    "above",
    [
        large("Marine Signals", 26) + "<p>Marine Signals 2021, 7(2), 101–119</p>",
        large("Journal of Marine Signals", 24),
        large("NORTH BAY WORKING PAPERS", 20) + "<p>No. 14</p>",
        large("RESEARCH ARTICLE", 22),
        large("NORTH BAY UNIVERSITY", 17),
    ],
)
def test_what_is_larger_than_the_title_and_none(tmp_path: Path, above: str) -> None:
    found = front(tmp_path, f"{above}{large('Who Pays for the Light?', 17)}<p>Mira Talvik</p>{text()}")
    assert found["title"] == "Who Pays for the Light?"
    assert found["author"] == [TALVIK]


def test_a_title_in_bold_type_of_the_same_size(tmp_path: Path) -> None:
    found = front(tmp_path, f"<p><b>On the Keeping of Bells</b></p><p>Mira Talvik</p><p>May 2011</p>{text()}")
    assert found == {"title": "On the Keeping of Bells", "author": [TALVIK], "year": 2011}


def test_a_heading_amid_the_text_is_no_title(tmp_path: Path) -> None:
    assert "title" not in front(tmp_path, f"{text(300)}{large('What the Bells Told')}{text(100, start=500)}")


@pytest.mark.parametrize("title", ["Universities in Transition", "The Journal of a Keeper", "Annals of the Quay"])
def test_titles_that_read_like_a_masthead(tmp_path: Path, title: str) -> None:
    found = front(tmp_path, f"{large(title)}<p>Mira Talvik</p>{text()}")
    assert found == {"title": title, "author": [TALVIK]}


def test_a_title_in_spaced_capitals(tmp_path: Path) -> None:
    spaced = "<div style='font-size: 18pt; letter-spacing: .3em'>BELLS AT NIGHT</div>"
    assert front(tmp_path, f"{spaced}<p>Mira Talvik</p>{text()}")["title"] == "BELLS AT NIGHT"


def test_a_title_that_two_kinds_of_type_share(tmp_path: Path) -> None:
    html = f"<div style='font-size: 16pt'><b>Bells at night:</b><br>sounds of the quay</div>{text()}"
    assert front(tmp_path, html)["title"] == "Bells at night: sounds of the quay"


def test_a_page_of_running_text_has_no_title(tmp_path: Path) -> None:
    assert front(tmp_path, text(400)) == {}


@pytest.mark.parametrize("title", ["Talvik_final2.docx", "Microsoft Word - neu.doc", "untitled", "Paper title here"])
def test_a_file_name_in_the_metadata_is_no_title(tmp_path: Path, title: str) -> None:
    assert front(tmp_path, large("Rings of Bells") + text(), title=title)["title"] == "Rings of Bells"


def test_metadata_are_believed_where_the_page_agrees(tmp_path: Path) -> None:
    masthead = large("Signals &amp; Seas", 24)
    html = f"{masthead}{large('RINGS OF BELLS', 16)}{large('Their use in fog', 13)}<p>Mira Talvik</p>{text()}"
    assert (
        front(tmp_path, html, title="Rings of Bells: Their use in fog")["title"] == "Rings of Bells: Their use in fog"
    )
    assert front(tmp_path, large("RINGS OF BELLS") + text(), title="Rings of Bells")["title"] == "Rings of Bells"
    assert front(tmp_path, large("Rings of Bells in Fog") + text(), title="Rings")["title"] == "Rings of Bells in Fog"
    assert front(tmp_path, large("Rings of Bells") + text(), title="Slides of Tuesday")["title"] == "Rings of Bells"


def test_powers_and_indices_of_a_title_stay(tmp_path: Path) -> None:
    found = front(tmp_path, large("CO<sub>2</sub> above 10<sup>3</sup> Buoys<sup>*</sup>") + text())
    assert found["title"] == "CO<sub>2</sub> above 10<sup>3</sup> Buoys"
    assert (
        front(tmp_path, large("Bells of the 19<sup>th</sup> Century") + text())["title"] == "Bells of the 19th Century"
    )


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        (
            "Mira Talvik<sup>1,∗</sup>, Jonas Ferrow<sup>2</sup> and Aino Koskela<sup>1,2</sup>",
            [TALVIK, FERROW, KOSKELA],
        ),
        ("Mira Talvik<sup>a</sup> Jonas Ferrow<sup>b</sup>", [TALVIK, FERROW]),
        ("Mira Talvik · Jonas Ferrow", [TALVIK, FERROW]),
        ("MIRA TALVIK, JONAS FERROW, AND AINO KOSKELA", [TALVIK, FERROW, KOSKELA]),
        ("Talvik, Mira; Ferrow, Jonas", [TALVIK, FERROW]),
        ("by Mira Talvik", [TALVIK]),
        ("von Mira Talvik und Jonas Ferrow", [TALVIK, FERROW]),
        ("Prof. Dr. Mira Talvik", [TALVIK]),
        ("Mira Talvik, PhD, Jonas Ferrow, MSc", [TALVIK, FERROW]),
        ("Mira Talvik, University of the North", [TALVIK]),
        ("Talvik M, Ferrow J", [{"family": "Talvik", "given": "M"}, {"family": "Ferrow", "given": "J"}]),
        ("Mira Talvik, Jonas Ferrow, Aino<br>Koskela", [TALVIK, FERROW, KOSKELA]),
        ("Mira Talvik<br>North Bay College<br>mira@nb.example", [TALVIK]),
        ("Mira Talvik (North Bay College) and Jonas Ferrow (Harbour Lab)", [TALVIK, FERROW]),
        ("Mira Talvik 1, Jonas Ferrow 2,* and Aino Koskela 1", [TALVIK, FERROW, KOSKELA]),
        ("Mira Talvik y Jonas Ferrow", [TALVIK, FERROW]),
        ("Mira Talvik y José Ortega y Mar", [TALVIK, {"family": "Ortega y Mar", "given": "José"}]),
        ("Mira Talvik a,*, Jonas Ferrow b and Aino Koskela a,b", [TALVIK, FERROW, KOSKELA]),
        ("MIRA TALVIK AND BO EK", [TALVIK, {"family": "Ek", "given": "Bo"}]),
        ("di Mira Talvik", [TALVIK]),
        ("José Ortega y Mar", [{"family": "Ortega y Mar", "given": "José"}]),
    ],
)
def test_authors_below_the_title(tmp_path: Path, line: str, authors: list[dict[str, str]]) -> None:
    assert front(tmp_path, f"{large('Bells at Night')}<p>{line}</p><p>Abstract</p>{text()}")["author"] == authors


@pytest.mark.parametrize(
    "line",
    [
        "Lisbon, Portugal",
        "North Bay Signal Organization",
        "Deutsche Signalbank",
        "North Bay Harbour Authority",
        "Received 3 May 2019",
        "A report for the council",
        "Draft 3",
    ],
)
def test_lines_below_the_title_that_name_nobody(tmp_path: Path, line: str) -> None:
    assert "author" not in front(tmp_path, f"{large('Bells at Night')}<p>{line}</p><p>Abstract</p>{text()}")


def test_an_author_of_the_metadata_whom_the_page_does_not_name(tmp_path: Path) -> None:
    html = f"{large('Bells at Night')}<p>Mira Talvik</p>{text()}"
    assert front(tmp_path, html, author="Office Owner")["author"] == [TALVIK]


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("Published 12 May 2013", 2013),
        ("© 2011 The Authors", 2011),
        ("Copyright © 1998–2014 North Bay", 2014),
        ("Received 3 March 2008; accepted 4 May 2009", 2009),
        ("Norden, June 2012", 2012),
        ("12.03.2015", 2015),
        ("Discussion Paper No. 17-08, August 2016", 2016),
    ],
)
def test_the_year_is_what_the_page_says(tmp_path: Path, line: str, year: int) -> None:
    assert front(tmp_path, f"{large('Bells of 1848')}<p>{line}</p>{text()}")["year"] == year


def test_no_year_is_taken_from_the_text(tmp_path: Path) -> None:
    assert "year" not in front(tmp_path, f"{large('Bells of 1848')}<p>Mira Talvik</p><p>In 1911 it rang.</p>{text()}")


def test_doi_and_isbn_of_the_first_pages(tmp_path: Path) -> None:
    doi = "<p>https://doi.org/10.5555/(SIGN)0733(2008)134:9(14)</p>"
    assert front(tmp_path, large("Bells") + text() + doi)["DOI"] == "10.5555/(sign)0733(2008)134:9(14)"
    isbn = f"{large('Bells')}{text()}<p style='break-before: page'>ISBN 978-3-16-148410-0 (print)</p>"
    assert front(tmp_path, isbn)["ISBN"] == "978-3-16-148410-0"
    wrong = f"{large('Bells')}{text()}<p>ISBN 978-3-16-148410-1</p>"
    assert "ISBN" not in front(tmp_path, wrong)


def test_identifiers_of_other_works_are_not_taken(tmp_path: Path) -> None:
    references = "<h4>References</h4><p>Ferrow: arXiv:2001.00001, doi:10.5555/other.1</p>"
    found = front(tmp_path, large("Bells at Night") + text() + references)
    assert "DOI" not in found
    assert "arxiv" not in found


@pytest.mark.parametrize(
    ("html", "container", "more"),
    [
        (
            "<p style='font-size: 7pt'>IEEE TRANSACTIONS ON SIGNALS, VOL. 14, NO. 3, MARCH 2018 &nbsp;&nbsp; 1123</p>"
            f"{large('Bells at Night', 22)}<p>Mira Talvik, <i>Member, IEEE</i>, and Jonas Ferrow</p>{text()}",
            "IEEE Transactions on Signals", {"volume": "14", "issue": "3", "page": "1123", "year": 2018},
        ),
        (
            f"{large('Bells at Night')}<p>MIRA TALVIK, North Bay College</p><p>JONAS FERROW, Harbour Lab</p>{text()}"
            "<p style='font-size: 8pt'>ACM Reference Format: Mira Talvik and Jonas Ferrow. 2020. Bells at Night. "
            "ACM Trans. Bells 4, 2 (March 2020), 24 pages. https://doi.org/10.5555/1234567</p>",
            "ACM Trans. Bells", {"volume": "4", "issue": "2", "year": 2020, "DOI": "10.5555/1234567"},
        ),
        (
            f"{large('Bells at Night')}<p>Mira Talvik, Jonas Ferrow</p><p style='font-size: 8pt'>Citation: Talvik M, "
            f"Ferrow J (2019) Bells at Night. Bells One 14(3): e0213456.</p><h4>Abstract</h4>{text()}",
            "Bells One", {"volume": "14", "issue": "3", "page": "e0213456", "year": 2019},
        ),
        (
            "<p style='font-size: 8pt'>Proceedings of the 12th Workshop on Bells, pages 45–56, Norden, June 3, 2016</p>"
            f"{large('Bells at Night', 14)}<p>Mira Talvik and Jonas Ferrow</p>{text()}",
            "Proceedings of the 12th Workshop on Bells", {"page": "45-56", "year": 2016, "type": "paper-conference"},
        ),
        (
            "<p style='font-size: 8pt'>Zeitschrift für Glocken, 31. Jahrgang, Heft 2/2006, S. 12–24</p>"
            f"{large('Bells at Night')}<p>Von Mira Talvik und Jonas Ferrow, Norden</p>{text()}",
            "Zeitschrift für Glocken", {"volume": "31", "issue": "2", "page": "12-24", "year": 2006},
        ),
        (
            f"{large('Bells at Night')}<p>Mira Talvik &amp; Jonas Ferrow</p>{text()}"
            "<p style='font-size: 7pt'>MARINE BELLS | (2020) 11:1234 | www.example.org/bells</p>",
            "Marine Bells", {"volume": "11", "page": "1234", "year": 2020},
        ),
    ],
)  # fmt: skip
def test_journals_as_many_houses_name_them(tmp_path: Path, html: str, container: str, more: dict[str, Any]) -> None:
    wanted = {"title": "Bells at Night", "author": [TALVIK, FERROW], "container-title": container, **more}
    assert front(tmp_path, html) == wanted


def test_a_note_at_the_foot_speaks_of_another_work(tmp_path: Path) -> None:
    note = "<p style='font-size: 8pt'>1 See on this Jonas Ferrow, The fog,<br>Marine Signals 12 (1998) 3-9</p>"
    found = front(tmp_path, f"{large('Bells at Night')}<p>Mira Talvik</p>{text()}{note}")
    assert found == {"title": "Bells at Night", "author": [TALVIK]}


def test_those_who_edited_a_book_are_its_editors(tmp_path: Path) -> None:
    html = f"{large('Glocken und Nebel', 22)}<p>Herausgegeben von Mira Talvik und Jonas Ferrow</p><p>Norden 2005</p>"
    assert front(tmp_path, html) == {"title": "Glocken und Nebel", "editor": [TALVIK, FERROW], "year": 2005}


def test_accents_that_stand_before_their_letters(tmp_path: Path) -> None:
    found = front(tmp_path, f"{large('Les cloches d’Andr´e')}<p>Zo¨e Ferr´e</p>{text()}")
    assert (found["title"], found["author"]) == ("Les cloches d’André", [{"family": "Ferré", "given": "Zoë"}])


@pytest.mark.parametrize(
    "words",
    [
        "This is a repository copy of Bells at night.",
        "See discussions, stats, and author profiles for this publication",
        "HAL is a multi-disciplinary open access archive",
        "This is the accepted version of the article",
    ],
)
def test_a_sheet_of_a_repository_is_no_title_page(tmp_path: Path, words: str) -> None:
    sheet = f"{large('North Bay Research Online', 30)}<p>{words}</p><div style='break-after: page'></div>"
    found = front(tmp_path, f"{sheet}{large('Bells at Night')}<p>Mira Talvik</p>{text()}")
    assert found == {"title": "Bells at Night", "author": [TALVIK]}


def test_authors_in_the_running_line_are_no_part_of_the_journal(tmp_path: Path) -> None:
    line = "<p style='font-size: 8pt'>Talvik and Ferrow <i>BMC Bells</i> (2018) 18:334</p>"
    names = "<p>Mira Talvik<sup>1*</sup> and Jonas Ferrow<sup>2</sup></p>"
    found = front(tmp_path, f"{line}{large('Bells at Night')}{names}{text()}")
    assert (found["container-title"], found["author"]) == ("BMC Bells", [TALVIK, FERROW])


def drawn(path: Path, *lines: tuple[float, int, int, str]) -> Path:
    """A page on which each line (size, place from the left, height, words) is drawn at size 1 and scaled, in order."""
    files.pdf(path, [""])
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        shown = " ".join(
            f"BT /F1 1 Tf {size} 0 0 {size} {left} {up} Tm ({words}) Tj ET" for size, left, up, words in lines
        )
        document.pages[0].Contents = document.make_stream(shown.encode("cp1252"))
        document.save(path)
    return path


def test_sizes_are_those_on_the_page_and_the_order_is_its_own(tmp_path: Path) -> None:
    prose = [files.prose(12, start=12 * at) for at in range(30)]
    body = [(10.0, 60, 650 - 14 * at, words[:90]) for at, words in enumerate(prose)]
    heading = [(18.0, 60, 740, "Bells at Night"), (18.0, 60, 718, "and on the Quay"), (10.0, 60, 690, "Mira Talvik")]
    assert front_of_file(drawn(tmp_path / "a.pdf", *body, *heading[::-1])) == {
        "title": "Bells at Night and on the Quay", "author": [TALVIK],
    }  # fmt: skip


def test_words_of_a_title_that_are_drawn_one_by_one(tmp_path: Path) -> None:
    body = [(10.0, 60, 650 - 14 * at, files.prose(12, start=12 * at)[:90]) for at in range(30)]
    words = [(18.0, 60, 740, "Bells"), (18.0, 112, 740, "at"), (18.0, 134, 740, "Night")]
    assert front_of_file(drawn(tmp_path / "a.pdf", *words, *body))["title"] == "Bells at Night"


def test_a_power_that_stands_in_a_line_of_its_own(tmp_path: Path) -> None:
    body = [(10.0, 60, 650 - 14 * at, files.prose(12, start=12 * at)[:90]) for at in range(30)]
    title = [(18.0, 60, 740, r"Nets of O\(n"), (11.0, 152, 748, "2"), (18.0, 158, 740, r"\) Rows")]
    found = front_of_file(drawn(tmp_path / "a.pdf", *title, *body))
    assert found["title"] == "Nets of O(n<sup>2</sup>) Rows"
