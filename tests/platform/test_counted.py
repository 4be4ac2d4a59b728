"""A number with its noun, in commands and alerts: one thing is not called "1 things"."""

import re

import pytest

from tesigo.platform.counted import counted
from tesigo.platform.paths import ROOT

#: A number and a noun that has an s whatever the number, in what commands say.
_ALWAYS_MANY = re.compile(r"""(?<!of )\{(?:len\([^}]*\)|\w*count\w*)(?::,)?\} (?:stored |more )?[a-z]+s\b""")


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ["file"], "0 files"),
        (1, ["file"], "1 file"),
        (2, ["file"], "2 files"),
        (1_234, ["file"], "1,234 files"),
        (1, ["person", "people"], "1 person"),
        (0, ["person", "people"], "0 people"),
    ],
)
def test_one_is_said_as_one(number: int, words: list[str], said: str) -> None:
    assert counted(number, *words) == said


def test_no_command_says_one_things() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in ROOT.glob("*/management/commands/*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if _ALWAYS_MANY.search(line)
    }
    assert found == set()
