import pytest

from reading.identifiers import arxiv_numbers, dois, isbn, year_of_arxiv
from reading.imprint import date_line, imprint


@pytest.mark.parametrize(
    ("line", "volume", "issue", "page"),
    [
        ("Marine Signals 31 (2016) 88-104", "31", "", "88-104"),
        ("Marine Signals 31(2), 88–104 (2016)", "31", "2", "88-104"),
        ("Marine Signals (2016) 31:88–104", "31", "", "88-104"),
        ("Marine Signals 2016, 31, 88", "31", "", "88"),
        ("Marine Signals. 2016;31(2):88–104.", "31", "2", "88-104"),
        ("Marine Signals, Vol. 31, No. 2, May 2016, pp. 88–104", "31", "2", "88-104"),
        ("Marine Signals, Jg. 31 (2016), H. 2, S. 88–104", "31", "2", "88-104"),
        ("MARINE SIGNALS 31 (2016)     412", "31", "", "412"),
        ("Talvik et al. Marine Signals 31 (2016) 102345", "31", "", "102345"),
        ("412 Marine Signals 31 (2016) 88-104", "31", "", "88-104"),
        ("Marine Signals | Volume 31 | Article 88 | 2016", "31", "", "88"),
    ],
)
def test_running_lines_of_many_houses(line: str, volume: str, issue: str, page: str) -> None:
    wanted = {"container-title": "Marine Signals", "volume": volume, "issue": issue, "page": page, "year": 2016}
    assert imprint([line]) == {field: value for field, value in wanted.items() if value}


@pytest.mark.parametrize(
    "line",
    [
        "In 31 of the (2016) cases, 88-104 bells rang",
        "Bells of the North 1850-1900",
        "Quay Street 12, 2016",
        "University of the North, 12 March 2016",
        "Received 3 May 2015; accepted 4 June 2016",
        "Table 3 (2016) 88-104",
        "[4] M. Talvik: Marine Signals 31 (2016) 88-104",
    ],
)
def test_lines_that_only_look_alike(line: str) -> None:
    assert "container-title" not in imprint([line])


@pytest.mark.parametrize(
    ("line", "year"),
    [("March 2016", 2016), ("12. März 2016", 2016), ("2016-03-12", 2016), ("Norden, 2016", 2016), ("1700 Norden", None),
     ("A study of bells 1920", None), ("The year 3016", None)],
)  # fmt: skip
def test_a_line_that_is_a_date(line: str, year: int | None) -> None:
    assert date_line([line]) == year


def test_dois_are_whole_and_end_where_they_end() -> None:
    sici = "10.5555/1520-0477(1997)078<2771:tdoeno>2.0.co;2"
    assert dois(f"(see {sici}). And doi:10.5555/ABC.1; 10.5555/abc.1") == [sici, "10.5555/abc.1"]


def test_arxiv_numbers_new_and_old() -> None:
    assert arxiv_numbers("arXiv:1911.04321v2 arXiv: hep-th/9711200") == ["1911.04321", "hep-th/9711200"]
    assert (year_of_arxiv("1911.04321"), year_of_arxiv("hep-th/9711200")) == (2019, 1997)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ISBN-13: 978 3 16 148410 0", "978-3-16-148410-0"),
        ("ISBN 0-306-40615-2", "0-306-40615-2"),
        ("ISBN 0-306-40615-3", ""),
    ],
)
def test_isbns_with_a_right_check_digit(text: str, number: str) -> None:
    assert isbn(text) == number
