from typing import Any

import pytest

from reading.dates import biblatex_date, csl_date, year_date


def parts(date: dict[str, Any] | None) -> object:
    return date and date["date-parts"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2018-02/2018-04", [[2018, 2], [2018, 4]]),
        ("2011/2014", [[2011], [2014]]),
        ("2011-06-30/2011-07-02", [[2011, 6, 30], [2011, 7, 2]]),
        ("2016/", [[2016], [0]]),
        ("2016-05/..", [[2016, 5], [0]]),
        ("../2016", [[2016]]),
        ("2016-05-04T09:30:00Z", [[2016, 5, 4]]),
        ("-0399", [[-399]]),
        ("193X", [[1930], [1939]]),
        ("2016-02-30", [[2016, 2]]),
        ("4 May 2016", [[2016, 5, 4]]),
        ("soon", None),
    ],
)
def test_dates_of_biblatex_say_no_day_that_is_not_there(text: str, said: object) -> None:
    assert parts(biblatex_date(text)) == said


def test_a_season_and_a_doubt_are_kept() -> None:
    assert biblatex_date("2016-23") == {"date-parts": [[2016]], "season": 3}
    assert biblatex_date("2016-22/2016-23") == {"date-parts": [[2016]], "season": 2}
    assert biblatex_date("1871?") == {"date-parts": [[1871]], "circa": True}
    assert year_date("ca. 1871") == {"date-parts": [[1871]], "circa": True}
    assert year_date("2016", month="Herbst") == {"date-parts": [[2016]], "season": 3}


@pytest.mark.parametrize(
    ("month", "said"),
    [
        ("sep", [[2017, 9]]),
        ("Sept.", [[2017, 9]]),
        ("9", [[2017, 9]]),
        ("July–August", [[2017, 7], [2017, 8]]),
        ("jul/aug", [[2017, 7], [2017, 8]]),
        ("7-8", [[2017, 7], [2017, 8]]),
        ("July 3–7", [[2017, 7, 3], [2017, 7, 7]]),
        ("29 July – 2 August", [[2017, 7, 29], [2017, 8, 2]]),
        ("3 jul", [[2017, 7, 3]]),
        ("Juillet", [[2017, 7]]),
        ("sierpień", [[2017, 8]]),
        ("července", [[2017, 7]]),
        ("31 June", [[2017, 6]]),
        ("December–January", [[2017]]),
        ("19", [[2017]]),
        ("quarterly", [[2017]]),
    ],
)
def test_months_beside_a_year(month: str, said: object) -> None:
    assert parts(year_date("2017", month=month)) == said


@pytest.mark.parametrize(
    ("year", "said"),
    [
        ("2004b", [[2004]]),
        ("[1887]", [[1887]]),
        ("2013/14", [[2013], [2014]]),
        ("2008/09", [[2008]]),  # or September
        ("1998--2001", [[1998], [2001]]),
        ("forthcoming", None),
        ("9999", None),
    ],
)
def test_years_of_bibtex(year: str, said: object) -> None:
    assert parts(year_date(year)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2022-12-17", [[2022, 12, 17]]),
        ("2021/07/09/", [[2021, 7, 9]]),
        ("2021///", [[2021]]),
        ("October 2015", [[2015, 10]]),
        ("23/10/2015", [[2015, 10, 23]]),
        ("10/23/2015", [[2015, 10, 23]]),
        ("04/10/2015", [[2015]]),  # April or October
        ("4.10.2015", [[2015, 10, 4]]),
        ("2015 Oct 23", [[2015, 10, 23]]),
        ("2015 Oct-Nov", [[2015, 10], [2015, 11]]),
        ("2015-2017", [[2015], [2017]]),
        ("20150423", [[2015]]),
        ("1066", None),
        ("", None),
    ],
)
def test_dates_as_people_write_them(text: str, said: object) -> None:
    assert parts(csl_date(text)) == said
