"""The version stands in one place, the changelog tells of it, and staff see it (R-130)."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from tesigo.platform.log_values import OURS
from tesigo.platform.paths import ROOT
from tesigo.upgrading import NEW_SETTINGS, UNRELEASED
from tesigo.version import VERSION
from tests.staff import sign_in

#: https://semver.org, "Is there a suggested regular expression": without builds.
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)
RELEASES = [re.fullmatch(r"\[([^\]]+)\] – (\d{4}-\d\d-\d\d)", heading) for heading in HEADINGS[1:]]


def test_the_version_is_a_semantic_one() -> None:
    assert SEMVER.fullmatch(VERSION)


def test_the_changelog_begins_with_what_comes_next_and_then_tells_of_this_version() -> None:
    assert HEADINGS[0] == f"[{UNRELEASED}]"
    assert RELEASES[0]
    assert RELEASES[0][1] == VERSION


def test_every_release_has_its_number_and_day_and_the_newest_comes_first() -> None:
    assert all(RELEASES)
    numbers = [tuple(int(part) for part in release[1].partition("-")[0].split(".")) for release in RELEASES]
    assert numbers == sorted(numbers, reverse=True)
    days = [date.fromisoformat(release[2]) for release in RELEASES]
    assert days == sorted(days, reverse=True)


def test_settings_are_new_with_versions_that_the_changelog_tells_of() -> None:
    """Whoever releases renames the settings that come with it as well: nothing of them is unreleased then."""
    told = {release[1] for release in RELEASES}
    unreleased = CHANGELOG.partition(f"## [{UNRELEASED}]")[2].partition("\n## ")[0].strip()
    assert NEW_SETTINGS.keys() <= told | ({UNRELEASED} if unreleased else set())


def test_changes_are_sorted_as_keep_a_changelog_sorts_them() -> None:
    kinds = set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def _says_it(text: str) -> bool:
    """But for the version of the tus protocol, which a line names that says it."""
    return any(f'"{VERSION}"' in line and "tus" not in line.lower() for line in text.splitlines())


def test_no_other_place_says_the_version() -> None:
    places = [
        str(path.relative_to(ROOT))
        for app in (*OURS, "templates")
        for path in (ROOT / app).rglob("*")
        if path.suffix in {".py", ".html"} and _says_it(path.read_text(encoding="utf-8"))
    ]
    # Since when a setting is there does not change with the version.
    assert sorted(places) == ["tesigo/upgrading.py", "tesigo/version.py"]


@pytest.mark.django_db
def test_staff_see_it_on_each_page_of_theirs_and_nobody_else_does(client: Client) -> None:
    assert VERSION not in client.get("/").content.decode()
    assert VERSION not in client.get("/admin/login/").content.decode()
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    assert f"TesiGo {VERSION}" in client.get("/admin/").content.decode()
