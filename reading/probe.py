"""One question to a file, asked in the limited child."""

from pathlib import Path

from reading.failures import ExtractionFailed
from reading.runner import PROBE_LIMITS, records


def needs_password(path: Path) -> bool:
    """Whether a PDF opens with a password only. Any other trouble is left to the extraction to name."""
    try:
        list(records(path, kind="probe", limits=PROBE_LIMITS))
    except ExtractionFailed as failure:
        return failure.code == "encrypted"
    return False
