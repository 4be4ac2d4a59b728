"""Lists of references known by how they begin, whatever they are called (R-81)."""

import re
from typing import Final

from documents.uploads.verdict import FileKind

#: With a key, without one, with nothing but the comma after it; several may stand on one line.
_BIBTEX_ENTRY: Final = re.compile(
    r"(?:^|[})])\s{0,20}@(?!(?:string|comment|preamble)\b)[A-Za-z]{2,30}\s{0,20}[{(]\s{0,20}"
    r"(?:[^\s,{}()\"=]{0,200}\s{0,20},|[A-Za-z][\w-]{0,40}\s{0,20}=)",
    re.MULTILINE | re.IGNORECASE,
)
# At the beginning of a line, or after a comma or the brace: programs write an entry on one line.
_BIBTEX_FIELD: Final = re.compile(r"(?:^|[,{(])\s{0,40}[A-Za-z][\w:-]{0,40}\s{0,20}=\s{0,20}[\"{\w]", re.MULTILINE)
_RIS_BEGIN: Final = re.compile(r"^[ \t]{0,8}TY[ \t]{0,8}[-\u2013][ \t]*[A-Za-z][A-Za-z ]{1,25}$", re.MULTILINE)
_RIS_FIELD: Final = re.compile(r"^[ \t]{0,8}[A-Z][A-Z0-9][ \t]{0,8}[-\u2013]", re.MULTILINE)
_NBIB_BEGIN: Final = re.compile(r"^PMID ?- ?\d+\s*$", re.MULTILINE)
_WOS_BEGIN: Final = re.compile(r"^(?:FN .{3,80}\nVR [\d.]+|PT [A-Z]\n[A-Z][A-Z0-9] )|^PT\t[A-Z0-9]{2}\t", re.MULTILINE)
_ENW_BEGIN: Final = re.compile(r"^%(?:0 [A-Z]|A \S.*\n%[A-Z0-9] |T \S.*\n%[A-Z0-9] )", re.MULTILINE)
_ENDNOTE_BEGIN: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!DOCTYPE[^>]{0,4000}>\s*)?<(?:xml|records)[\s>].{0,400}?<record[\s>]",
    re.DOTALL,
)
_JSON_BEGIN: Final = re.compile(r"\s*(?:\[\s*\{|\{)\s*\"")
_JSON_FIELD: Final = re.compile(r"\"(?:title|container-title)\"\s*:")
#: CSL's types have small letters and hyphens; other programs' JSON has "journalArticle".
_JSON_TYPE: Final = re.compile(r"\"type\"\s*:\s*\"[a-z_]+(?:-[a-z]+)*\"|\"(?:family|date-parts)\"\s*:")


def list_kind(head: str, *, expected: FileKind | None = None) -> FileKind | None:
    """Which list of references a text is by its beginning; with ``expected`` also one that begins otherwise."""
    head = re.sub(r"\r\n?", "\n", head.lstrip("\ufeff"))
    first = next((line for line in head.split("\n") if line.strip() and not line.lstrip().startswith("%")), "")
    if _ENDNOTE_BEGIN.match(head):
        return FileKind.ENDNOTE_XML
    if _JSON_BEGIN.match(head) and _JSON_FIELD.search(head) and _JSON_TYPE.search(head):
        return FileKind.CSL_JSON
    start = head.lstrip()
    for begin, kind in ((_WOS_BEGIN, FileKind.WOS), (_NBIB_BEGIN, FileKind.NBIB), (_ENW_BEGIN, FileKind.ENW)):
        if begin.match(start) or (kind is expected and begin.search(head)):
            return kind
    has_bibtex = _BIBTEX_ENTRY.search(head) is not None and _BIBTEX_FIELD.search(head) is not None
    if has_bibtex and (first.lstrip().startswith("@") or expected is FileKind.BIBTEX):
        return FileKind.BIBTEX
    ris = _RIS_BEGIN.search(head)
    if ris and (not head[: ris.start()].strip() or expected is FileKind.RIS or _is_mostly_tags(head[ris.start() :])):
        return FileKind.RIS
    return None


def _is_mostly_tags(text: str) -> bool:
    """Whether databases have only put their name in front of a list: half of what follows are lines with tags."""
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 2 and len(_RIS_FIELD.findall(text)) * 2 > len(lines)
