"""What sets this machine up goes on where nobody reads what it prints."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

BOOTSTRAP: Final = Path(__file__).resolve().parents[2] / "bin" / "bootstrap"
PROGRAM: Final = f"import runpy; say = runpy.run_path({str(BOOTSTRAP)!r})['say']; say('one'); say('two')"


def test_words_that_nobody_reads_are_printed_as_errors_and_end_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=True
        )
        subprocess.run([sys.executable, "-c", PROGRAM], stdout=writing, stderr=writing, timeout=60, check=True)
    finally:
        os.close(writing)
    assert ran.stderr.splitlines() == [
        "Nobody reads standard output any longer: what follows is said here.",
        "one",
        "two",
    ]
