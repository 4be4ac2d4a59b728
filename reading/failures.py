"""A file that could not be read, by a code that says why."""

from typing import Final

from reading.errors import ReadingError

#: Each has words for the file's owner in `documents.domain.unreadable`.
CODES: Final = frozenset(
    {
        "encrypted",
        "broken",
        "too_big",
        "timeout",
        "crashed",
        "forbidden",
        "no_text",
        "no_letters",
        "not_recognised",
        "too_little",
        "no_entries",
    }
)


class ExtractionFailed(ReadingError):
    """The file gives no text. ``code`` is one of `CODES`, ``detail`` is for the log and holds nothing personal."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code if code in CODES else "broken"
        self.detail = detail
