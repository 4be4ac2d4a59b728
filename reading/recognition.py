"""Scanned PDFs, by ocrmypdf where it is installed: some pages at a time, so that pages come while others wait.

It runs inside the limits of the child that calls it, each go with a clock of its own. What it fails at, and what
comes out of it that reads like no language, are pages without text: a scan is never worth a wrong word.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from reading.errors import ReadingError, UnrecognisedError
from reading.language import language_of
from reading.pdf import open_pdf, read_pdf
from reading.protocol import Meta, Page, Recognition

#: Pages of one go. Starting the program takes about as long as a page.
PAGES_EACH: Final = 5
#: The program looks for its helpers here.
PATH: Final = "/usr/local/bin:/usr/bin:/bin"
_ARGUMENTS: Final = ("--quiet", "--jobs", "1", "--output-type", "pdf", "--optimize", "0")
_SECONDS_A_PAGE: Final = 30.0
_SECONDS_TO_START: Final = 30.0
_LIST_SECONDS: Final = 10.0
_WORD_SHARE: Final = 0.6
#: Too few to tell a language by.
_FEW_WORDS: Final = 25
#: Names of languages in tesseract's data.
_TESSERACT: Final = {
    "en": "eng", "it": "ita", "es": "spa", "de": "deu", "fr": "fra", "pl": "pol", "pt": "por", "nl": "nld", "cs": "ces",
    "ro": "ron",
}  # fmt: skip


def read_scan(path: Path, scratch: Path, how: Recognition) -> Iterator[Meta | Page]:
    """As `reading.pdf.read_pdf`, with the text that is recognised; its number of pages comes first, by itself.

    Raises:
        UnrecognisedError: when no page gave text.
        EncryptedError, BrokenError
    """
    document = open_pdf(path)
    count = len(document)
    document.close()
    arguments = [how.program, *_ARGUMENTS, "-l", _languages(how.language)]
    arguments.append("--force-ocr" if how.is_forced else "--skip-text")
    yield Meta(pages=count)
    is_named = has_text = False
    for start in range(0, count, PAGES_EACH):
        for record in _recognised(path, scratch, range(start, min(start + PAGES_EACH, count)), arguments):
            if isinstance(record, Page):
                has_text = has_text or bool(record.text)
                yield replace(record, number=start + record.number)
            elif not is_named:
                # The first pages that could be recognised say what it is.
                is_named = True
                yield replace(record, pages=count)
    if not has_text:
        raise UnrecognisedError


def _languages(language: str) -> str:
    """The data that is installed of the document's language and English; else whatever tesseract takes by itself."""
    try:
        listed = subprocess.run(
            ["tesseract", "--list-langs"], env=_environment(), capture_output=True, text=True, timeout=_LIST_SECONDS
        ).stdout.split()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        listed = []
    wanted = dict.fromkeys([_TESSERACT.get(language, "eng"), "eng"])
    return "+".join(one for one in wanted if one in listed) or "eng"


def _environment() -> dict[str, str]:
    folder = os.environ.get("TMPDIR", "/tmp")  # noqa: S108  # the starter says where
    return {"PATH": PATH, "LANG": "C.UTF-8", "TMPDIR": folder, "HOME": folder, "OMP_THREAD_LIMIT": "1"}


def _recognised(path: Path, scratch: Path, indices: range, arguments: list[str]) -> Iterator[Meta | Page]:
    """What a PDF of these pages says once it went through the program; pages without text where that fails."""
    import pikepdf  # only here: most files are no scans, and children are forked from what is loaded

    given, made = scratch / "given.pdf", scratch / "made.pdf"
    made.unlink(missing_ok=True)
    seconds = _SECONDS_TO_START + _SECONDS_A_PAGE * len(indices)
    try:
        with pikepdf.open(path) as whole, pikepdf.new() as part:
            part.pages.extend(whole.pages[at] for at in indices)
            part.save(given)
        subprocess.run(
            [*arguments, str(given), str(made)], env=_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds, check=True,
        )  # fmt: skip
        records = [_sensible(record) for record in read_pdf(made, scratch)]
    except (OSError, pikepdf.PdfError, subprocess.SubprocessError, ReadingError):
        records = []
    pages = {record.number: record for record in records if isinstance(record, Page)}
    yield from (record for record in records if isinstance(record, Meta))
    for at in range(1, len(indices) + 1):
        yield pages.get(at) or Page(number=at, label="", text="", is_picture=True)


def _sensible(record: Meta | Page) -> Meta | Page:
    """The page without its text when that reads like no language: a photograph gives signs, too."""
    if isinstance(record, Meta):
        return record
    words = record.text.split()
    sound = sum(any(sign.isalpha() for sign in word) and len(word) > 1 for word in words)
    if words and sound >= len(words) * _WORD_SHARE and (len(words) < _FEW_WORDS or language_of(record.text)):
        return record
    return replace(record, text="", head="", foot="", is_picture=True)


def program_of(name: str) -> str:
    """Where the program is; empty where it is not installed, or switched off ("none")."""
    return "" if name == "none" else shutil.which(name, path=PATH) or ""
