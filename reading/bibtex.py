"""BibTeX and biblatex entries as CSL-JSON. No entry is lost unsaid: what is not read has its line and reason."""

from collections.abc import Iterator
from pathlib import Path

from reading.bibtex_csl import csl
from reading.bibtex_fields import Entry, resolved
from reading.bibtex_syntax import raw_entries
from reading.bibtex_tables import TYPES
from reading.encoding import text_of_list
from reading.protocol import MAX_ITEMS, Item, Meta, Unread
from reading.twice import Listed, joined


def read_bibtex(path: Path) -> Iterator[Meta | Item | Unread]:
    """An item for each work with a title, and a word for each entry that is not read, or not whole (R-82, R-84).

    Raises:
        BrokenError, TooBigError
    """
    yield Meta()
    listed: list[Listed] = []
    for entry in resolved(raw_entries(text_of_list(path))):
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


def _fault(entry: Entry, *, is_read: bool) -> str:
    """A code of `Unread`; empty for an entry that is read, and for what is none."""
    if is_read:
        return "mended" if entry.fault else ""
    if not entry.fields and not entry.fault and entry.kind not in TYPES and entry.kind != "misc":
        return ""  # a mention in passing, "@home{…}"
    return entry.fault if entry.fault in ("commented", "unclosed") else "no_title"
