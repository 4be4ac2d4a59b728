"""What is said reaches somebody for as long as there is anybody, and ends nothing when there is not."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from local.speech import Speech
say = Speech(logs=Path("var/log")).say
for text in ("one", "two", "three"):
    say(text)
"""


@pytest.fixture
def unread() -> int:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_what_nobody_reads_any_longer_is_said_to_standard_error(unread: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], stdout=unread, stderr=subprocess.PIPE, text=True, timeout=60, check=False
    )
    os.close(unread)
    assert ran.returncode == 0
    assert ran.stderr.splitlines() == [
        "Nobody reads standard output any longer: TesiGo goes on here. Its logs are in var/log/.",
        "one",
        "two",
        "three",
    ]


def test_where_errors_are_not_read_either_nothing_ends(unread: int) -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], stdout=unread, stderr=unread, timeout=60, check=False)
    os.close(unread)
    assert ran.returncode == 0


def test_a_disk_without_room_ends_nothing_and_is_written_to_again() -> None:
    full = "import os\nkept = os.dup(1)\nos.dup2(os.open('/dev/full', os.O_WRONLY), 1)\n"
    program = f"{full}{PROGRAM}os.dup2(kept, 1)\nsay('four')"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "four\n"
    assert ran.stderr == ""
