"""BibTeX and biblatex entries as CSL-JSON. No entry is lost unsaid: what is not read has its line and reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reading.bibtex_csl import csl
from reading.bibtex_fields import Entry, resolved
from reading.bibtex_syntax import raw_entries
from reading.bibtex_tables import TYPES
from reading.encoding import NotTextError, decoded, encoding_of
from reading.errors import BrokenError, TooBigError
from reading.protocol import MAX_ITEMS, Item, Meta, Unread
from reading.twice import Listed, joined

MAX_BYTES: Final = 10 * 1024 * 1024


def read_bibtex(path: Path) -> Iterator[Meta | Item | Unread]:
    """An item for each work with a title, and a word for each entry that is not read, or not whole (R-82, R-84).

    Raises:
        BrokenError, TooBigError
    """
    yield Meta()
    listed: list[Listed] = []
    for entry in resolved(raw_entries(text_of(path).replace("\r", "\n"))):
        item = csl(entry) if entry.fields else {}
        if "title" in item:
            listed.append(Listed(entry.line, item))
        if code := _fault(entry, is_read="title" in item):
            yield Unread(line=entry.line, code=code, key=entry.key)
    works, again = joined(listed)
    for work in works[:MAX_ITEMS]:
        yield Item(csl=work.csl)
    for one in again:
        yield Unread(line=one.line, code="joined", key=str(one.csl.get("citation-key", "")))
    if left := works[MAX_ITEMS:]:
        yield Unread(line=left[0].line, count=len(left), code="limit")


def text_of(path: Path) -> str:
    """The whole text of a bibliography, which is small.

    Raises:
        BrokenError, TooBigError
    """
    if path.stat().st_size > MAX_BYTES:
        raise TooBigError("bibliography")
    try:
        return "".join(decoded(path, encoding_of(path))).replace("\r\n", "\n")
    except NotTextError as error:
        raise BrokenError("encoding") from error


def _fault(entry: Entry, *, is_read: bool) -> str:
    """A code of `Unread`; empty for an entry that is read, and for what is none."""
    if is_read:
        return "mended" if entry.fault else ""
    if not entry.fields and not entry.fault and entry.kind not in TYPES and entry.kind != "misc":
        return ""  # a mention in passing, "@home{…}"
    return entry.fault if entry.fault in ("commented", "unclosed") else "no_title"
