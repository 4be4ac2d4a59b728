"""The rule book holds every rule that is named anywhere, and every rule that works is named by a test (R-141)."""

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest

from tests.docs.pages import texts

PAGE = texts()["docs/rules.md"]
NUMBER = re.compile(r"\bR-\d+\b")


class Rule(NamedTuple):
    """One rule of the book. ``mark`` is "Not yet", "In part: what is missing", or nothing."""

    number: str
    mark: str
    words: str


RULES = [Rule(*found) for found in re.findall(r"^- \*\*(R-\d+)\*\* (?:\*([^*]+)\.\* )?(.+)$", PAGE, re.MULTILINE)]


@cache
def named_in(folder: str) -> Counter[str]:
    return Counter(
        number for path, text in texts().items() if path.startswith(folder) for number in NUMBER.findall(text)
    )


def test_every_line_of_the_book_is_read_as_a_rule() -> None:
    assert len(RULES) == PAGE.count("\n- ") >= 100
    assert [rule.number for rule in RULES] == sorted(
        {rule.number for rule in RULES}, key=lambda number: int(number.removeprefix("R-"))
    )


def test_every_rule_that_is_named_is_in_the_book() -> None:
    known = {rule.number for rule in RULES}
    lost = {path: sorted(set(NUMBER.findall(text)) - known) for path, text in texts().items()}
    assert {path: numbers for path, numbers in lost.items() if numbers} == {}


def test_a_mark_says_that_nothing_is_built_or_what_is_missing() -> None:
    marks = [rule.mark for rule in RULES if rule.mark]
    assert [mark for mark in marks if mark != "Not yet" and not mark.startswith("In part: ")] == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.mark != "Not yet"], ids=lambda rule: rule.number)
def test_a_rule_that_works_is_named_by_a_test(rule: Rule) -> None:
    assert named_in("tests/")[rule.number] > 0


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.mark == "Not yet"], ids=lambda rule: rule.number)
def test_a_rule_that_is_not_built_is_named_by_no_code(rule: Rule) -> None:
    """Else the mark is out of date."""
    apps = ("accounts/", "billing/", "documents/", "generation/", "privacy/", "tesigo/")
    assert [app for app in apps if named_in(app)[rule.number]] == []
