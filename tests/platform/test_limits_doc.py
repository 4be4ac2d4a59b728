"""The page about limits names every limit that is set, with its default, and every rule where it stands."""

import re
from pathlib import Path

import pytest

from tesigo.platform.paths import ROOT

PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "tesigo" / "settings.py").read_text(encoding="utf-8")
#: How a limit is called; other numbers of the settings are times, widths of pools and prices.
LIMIT = re.compile(
    r"^(?:    \"\w+\": \(env\.int\(\"|)(\w*(?:_PER_\w+|_LIMIT|_AT_ONCE|UPLOAD_MAX\w*|DRAIN_WIDTH|WORKER_PROCESSES))\b"
    r"(?:\"| = )",
    re.MULTILINE,
)
#: Named like limits, and none: how much of a log is kept.
NO_LIMITS = {"AXES_ACCESS_FAILURE_LOG_PER_USER_LIMIT", "AI_TOKENS_PER_SECOND", "FLOOR_PER_PAGE"}


def limits() -> list[str]:
    return sorted(set(LIMIT.findall(SETTINGS)) - NO_LIMITS)


def test_there_are_limits_in_the_settings() -> None:
    assert {"DRAFTS_PER_DAY", "QUEUE_LIMIT", "SIGNIN_PER_IP_AND_HOUR", "UPLOAD_MAX_BYTES"} <= set(limits())


@pytest.mark.parametrize("name", limits())
def test_every_limit_is_on_the_page(name: str) -> None:
    assert f"| `{name}` |" in PAGE


def test_the_page_names_no_limit_that_is_gone() -> None:
    named = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert [name for name in named if name not in SETTINGS] == []


@pytest.mark.parametrize("name", [name for name in limits() if re.search(rf'env\.int\("{name}", [\d_]+,', SETTINGS)])
def test_the_page_says_the_number_that_is_set(name: str) -> None:
    found = re.search(rf'env\.int\("{name}", ([\d_]+),', SETTINGS)
    assert found
    said = re.search(rf"\| `{name}` \| ([^|]+) \|", PAGE)
    assert said
    assert said.group(1).replace(",", "") == found.group(1).replace("_", "")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:[\w.]+/)+[\w.]+)`", PAGE))))
def test_every_file_that_the_page_names_is_there(path: str) -> None:
    assert Path(ROOT / path).is_file()
