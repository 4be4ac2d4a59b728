"""Plain text and Markdown, paragraph by paragraph."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reading.chunking import chunks
from reading.encoding import NotTextError, decoded, encoding_of
from reading.errors import BrokenError
from reading.protocol import Meta, Page

_LINE_MAX_CHARACTERS: Final = 100_000
#: Also what Word, old terminals and Unicode end a line or a page with.
_LINE_END: Final = re.compile(r"\r\n|[\n\r\x0b\f\x1c-\x1e\x85\u2028\u2029]")
_IMAGE: Final = re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
_LINK: Final = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{0,500}\)")
_HEADING: Final = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$")
_RULE: Final = re.compile(r"^ {0,3}([-*_=][ \t]*){3,}$")
_EMPHASIS: Final = re.compile(r"(\*{1,3}|_{2,3}|`{1,3})(?=\S)([^*_`\n]{1,500}?)(?<=\S)\1")


def read_text(path: Path, *, markdown: bool) -> Iterator[Meta | Page]:
    """The metadata (the first Markdown heading is the title), then pieces of text with page number 0.

    Raises:
        BrokenError: when it is not text after all.
    """
    try:
        encoding = encoding_of(path)
    except NotTextError as error:
        raise BrokenError("encoding") from error
    lines = _lines(path, encoding)
    yield Meta(title=_first_heading(_lines(path, encoding)) if markdown else "")
    for piece in chunks(_paragraphs(_unmarked(lines) if markdown else lines)):
        yield Page(number=0, label="", text=piece)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    rest = held = ""
    for piece in decoded(path, encoding):
        rest += held + piece
        # The line feed that belongs to a carriage return may be the first sign of the next piece.
        held = "\r" if rest.endswith("\r") else ""
        *whole, rest = _LINE_END.split(rest.removesuffix(held))
        yield from whole
        if len(rest) > _LINE_MAX_CHARACTERS:
            yield rest
            rest = ""
    yield from _LINE_END.split(rest + held)


def _paragraphs(lines: Iterator[str]) -> Iterator[str]:
    """Lines up to an empty one, joined; a text that never leaves a line empty has a paragraph a line."""
    gathered: list[str] = []
    length = 0
    for line in lines:
        stripped = " ".join(line.split())
        if stripped and length < _LINE_MAX_CHARACTERS:
            gathered.append(stripped)
            length += len(stripped)
            continue
        if gathered:
            yield " ".join(gathered)
        gathered, length = ([stripped], len(stripped)) if stripped else ([], 0)
    if gathered:
        yield " ".join(gathered)


def _unmarked(lines: Iterator[str]) -> Iterator[str]:
    """Markdown without its marks: what a reader of the rendered page would see and quote."""
    in_front_matter = False
    for number, line in enumerate(lines):
        if number == 0 and line.strip() == "---":
            in_front_matter = True
            continue
        if in_front_matter:
            in_front_matter = line.strip() not in ("---", "...")
            continue
        if line.lstrip().startswith(("```", "~~~")) or _RULE.match(line):
            yield ""
            continue
        if heading := _HEADING.match(line):
            yield ""
            yield _plain(heading.group(1))
            yield ""
            continue
        yield _plain(line.lstrip("> ") if line.lstrip().startswith(">") else line)


def _plain(line: str) -> str:
    line = line[:_LINE_MAX_CHARACTERS]
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _IMAGE.sub("", line)))


def _first_heading(lines: Iterator[str]) -> str:
    for number, line in enumerate(lines):
        if heading := _HEADING.match(line):
            return _plain(heading.group(1))[:500]
        if number > 200:
            break
    return ""
