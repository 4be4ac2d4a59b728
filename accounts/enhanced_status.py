"""Enhanced status codes in what mail servers say (RFC 3463)."""

import re
from typing import Final

STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def status_in(words: str | bytes) -> str:
    """The first enhanced status code in what a server said, such as "5.1.1"; empty without one."""
    text = words.decode("latin-1") if isinstance(words, bytes) else words
    found = STATUS.search(text[:2_000])
    return ".".join(str(int(part)) for part in found.groups()) if found else ""
