"""Decision records: numbered without a gap, dated, with a status, and listed (R-141)."""

import re
from datetime import date
from typing import Final

import pytest

from tests.docs.pages import texts

FOLDER: Final = "docs/decisions/"
LIST: Final = texts()[f"{FOLDER}README.md"]
RECORDS: Final = {path.removeprefix(FOLDER): text for path, text in sorted(texts().items()) if path.startswith(FOLDER)}
RECORDS.pop("README.md")


def test_they_are_numbered_without_a_gap() -> None:
    assert [int(name[:4]) for name in RECORDS] == list(range(1, len(RECORDS) + 1))
    assert len(RECORDS) >= 17


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_its_number_a_date_and_a_status(name: str) -> None:
    head = re.match(
        r"# (\d+)\. .+\n\nDate: (\d{4}-\d\d-\d\d)\. Status: (in force|replaced by \[record (\d+)\]\(.+\))\.\n\n",
        RECORDS[name],
    )
    assert head, "a title with the number, then: Date: 2026-11-29. Status: in force."
    number, said, _status, successor = head.groups()
    assert int(number) == int(name[:4])
    date.fromisoformat(said)
    assert successor is None or int(successor) in range(int(number) + 1, len(RECORDS) + 1)


def test_dates_follow_the_numbers() -> None:
    """Records 10 to 16 wrote down later what had been decided at the beginning."""
    said = [re.findall(r"^Date: (\S+)\.", text, re.MULTILINE)[0] for text in RECORDS.values()]
    late = range(9, 16)
    in_order = [one for place, one in enumerate(said) if place not in late]
    assert in_order == sorted(in_order)


def test_the_list_has_a_line_for_each_in_order_with_its_title() -> None:
    lines = re.findall(r"^- \[(.+)\]\((\d{4}-[\w-]+\.md)\)$", LIST, re.MULTILINE)
    assert lines == [(text.partition("\n")[0].removeprefix("# "), name) for name, text in RECORDS.items()]
