"""biblatex: its kinds and fields (manual 3.20, 2.1 and 2.2), dates in EDTF, languages by their names in babel."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from typesetting.lists import tex
from typesetting.lists.bibtex import identifiers, pages
from typesetting.lists.languages import babel_name, is_english
from typesetting.lists.values import edtf, keyed, said

KINDS: Final = {
    "article": "online", "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "bill": "legislation", "book": "book", "broadcast": "audio", "chapter": "incollection", "dataset": "dataset",
    "entry": "inreference", "entry-dictionary": "inreference", "entry-encyclopedia": "inreference",
    "graphic": "image", "legal_case": "jurisdiction", "legislation": "legislation", "manuscript": "unpublished",
    "motion_picture": "movie", "musical_score": "music", "pamphlet": "booklet", "paper-conference": "inproceedings",
    "patent": "patent", "performance": "performance", "periodical": "periodical",
    "personal_communication": "letter", "post": "online", "post-weblog": "online", "regulation": "legislation",
    "report": "report", "review": "review", "software": "software", "song": "audio", "standard": "standard",
    "thesis": "thesis", "treaty": "legal", "webpage": "online",
}  # fmt: skip
_IN_JOURNALS: Final = frozenset({"article", "review", "periodical"})
_SUBTYPES: Final = {"article-magazine": "magazine", "article-newspaper": "newspaper"}


def write(works: Sequence[Mapping[str, Any]]) -> str:
    """The works as a `.bib` file for biblatex."""
    return "\n".join(tex.entry(_kind(work), key, _fields(work)) for key, work in keyed(works))


def _kind(work: Mapping[str, Any]) -> str:
    kind = KINDS.get(str(work.get("type")), "misc")
    return "collection" if kind == "book" and work.get("editor") and not work.get("author") else kind


def _fields(work: Mapping[str, Any]) -> dict[str, str]:
    kind, english = _kind(work), is_english(work)
    container = tex.title(said(work, "container-title"), is_english=False) if work.get("container-title") else ""
    own = "institution" if kind in ("thesis", "report") else "publisher"
    return {
        "author": tex.names(work.get("author") or []),
        "title": tex.title(said(work, "title"), is_english=english),
        "shorttitle": _title(work, "title-short"),
        "editor": tex.names(work.get("editor") or []),
        "translator": tex.names(work.get("translator") or []),
        "bookauthor": tex.names(work.get("container-author") or []),
        "journaltitle": container if kind in _IN_JOURNALS else "",
        "shortjournal": tex.escaped(said(work, "container-title-short")),
        "booktitle": "" if kind in _IN_JOURNALS else container,
        "entrysubtype": _SUBTYPES.get(str(work.get("type")), ""),
        "series": tex.escaped(said(work, "collection-title")),
        "edition": tex.escaped(said(work, "edition")),
        "volume": tex.escaped(said(work, "volume")),
        "volumes": tex.escaped(said(work, "number-of-volumes")),
        "number": tex.escaped(said(work, "issue") or said(work, "number") or said(work, "collection-number")),
        "chapter": tex.escaped(said(work, "chapter-number")),
        "version": tex.escaped(said(work, "version")),
        "pages": pages(work),
        "pagetotal": tex.escaped(said(work, "number-of-pages")),
        own: tex.escaped(said(work, "publisher")),
        "location": tex.escaped(said(work, "publisher-place")),
        "eventtitle": tex.escaped(said(work, "event-title")),
        "venue": tex.escaped(said(work, "event-place")),
        "eventdate": edtf(work.get("event-date")),
        "type": tex.escaped(said(work, "genre")),
        "date": edtf(work.get("issued")),
        # What is no date, such as "in press", it prints as a year.
        "year": "" if edtf(work.get("issued")) else tex.escaped(said(work.get("issued") or {}, "literal")),
        "origdate": edtf(work.get("original-date")),
        "pubstate": tex.escaped(said(work, "status")),
        **identifiers(work),
        "urldate": edtf(work.get("accessed")),
        "langid": babel_name(work),
        "abstract": tex.escaped(said(work, "abstract")),
    }


def _title(work: Mapping[str, Any], name: str) -> str:
    return tex.title(said(work, name), is_english=is_english(work)) if work.get(name) else ""
