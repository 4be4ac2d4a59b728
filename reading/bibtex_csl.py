"""A BibTeX entry as CSL-JSON."""

import re
from collections.abc import Mapping
from typing import Any, Final

from reading import editions, tex
from reading.bibtex_fields import Entry
from reading.bibtex_names import names
from reading.bibtex_tables import (
    ARCHIVES,
    GENRES,
    IN_SERIES,
    JOURNALS,
    LANGUAGES,
    NAME_FIELDS,
    NAMED_THESES,
    STATUSES,
    TEXT_FIELDS,
    TYPES,
    WITH_ISSUES,
)
from reading.dates import biblatex_date, csl_date, year_date
from reading.fields import bare_doi, standard_numbers
from reading.tex_addresses import address, addresses

_PAGES_WORD: Final = re.compile(r"^(?:pp?|pages?|S|Seiten?|s|str)\.?\s+(?=\d)")
_DOI_PREFIX: Final = re.compile(r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi:?\s*)+", re.IGNORECASE)
#: A DOI among other words, which say that it is one.
_DOI_SAID: Final = re.compile(r"(?:doi(?:\.org/|\s?[:=])|DOI)\s?\S*10\.\d{4,9}/\S+", re.IGNORECASE)
_AS_EDITOR: Final = re.compile(r"[,\s]*\((?:Hrsg|Hg|Hrsgg|Eds?|éds?|a cura di|red)\.?\)", re.IGNORECASE)
_ACCESSED_FIELDS: Final = ("urldate", "lastaccessed", "lastchecked", "accessed", "accessdate", "access-date", "visited")
_ACCESSED: Final = re.compile(
    r"(?:accessed|visited|retrieved|consulted|checked|abgerufen|zugriff|zugegriffen|consulté|consultado|consultato|"
    r"dostęp|stand|cit\.)[^\d]{0,20}?((?:\d|(?:[^\W\d]{3,12})\.?\s+\d)[^\]\[;()}]{3,24})",
    re.IGNORECASE,
)
#: Words of ``howpublished`` that name no publisher.
_GENERIC: Final = re.compile(
    r"\b(?:available|online|on-line|web\s?(?:page|site)|internet|retrieved|accessed|visited|url|from|at|on|in|last|"
    r"the|verfügbar|unter|abgerufen|am|zugriff|disponible|en ligne)\b|\d",
    re.IGNORECASE,
)
_ARXIV: Final = re.compile(
    r"^(?:arxiv:)?(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7}(?:v\d+)?)$", re.IGNORECASE
)
_PREPRINT: Final = re.compile(
    r"^(?:arxiv(?:\.org)?(?:\s(?:e-?prints?|preprint))?[\s,:]*)*(?:arxiv:|abs/|https?://arxiv\.org/(?:abs|pdf)/)\s?"
    r"(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})(?:v\d+)?(?:\s?[\[(][\w.-]+[\])])?\.?$",
    re.IGNORECASE,
)
#: ``type`` as EndNote fills it: the kind once more, no genre.
_NO_GENRE: Final = re.compile(
    r"^(?:journal article|article|book|book section|conference (?:paper|proceedings)|web ?page|generic|report|thesis|"
    r"misc|electronic.*|newspaper article|dataset)$",
    re.IGNORECASE,
)
#: Fields of programs that hold addresses.
_LINKS: Final = ("link", "ee", "bdsk-url-1", "title")
_ON_THE_WEB: Final = frozenset(
    {"document", "webpage", "software", "dataset", "report", "manuscript", "article", "post"}
)
_WITH_GENRE: Final = frozenset(
    {"thesis", "report", "manuscript", "patent", "standard", "software", "document", "speech", "webpage", "dataset"}
)


def csl(entry: Entry) -> dict[str, Any]:
    """The item; without ``title`` where the entry has none that it could be known by."""
    fields = entry.fields
    item: dict[str, Any] = {"type": TYPES.get(entry.kind, "document"), "citation-key": entry.key}
    _titles(item, entry)
    for target, sources in TEXT_FIELDS.items():
        if said := _first(fields, _ordered(item["type"], target, sources)):
            item[target] = tex.marked(said) if "title" in target else tex.plain(said)
    for role, sources in NAME_FIELDS.items():
        said = _first(fields, sources)
        # "Novak, Jan (Hrsg.)" among the authors is an editor.
        is_editor = role == "author" and bool(_AS_EDITOR.search(said)) and not fields.get("editor")
        if found := names(_AS_EDITOR.sub("", said)):
            item["editor" if is_editor else role] = found
    _dates(item, fields)
    _addresses(item, fields)
    _numbers(item, fields)
    _genre(item, entry)
    _eprint(item, entry)
    if item.get("chapter-number") == item["title"]:
        del item["chapter-number"]
    if item["type"] == "document" and "URL" in item and "DOI" not in item and "publisher" not in item:
        item["type"] = "webpage"
    if code := _language(fields):
        item["language"] = code
    return {name: said for name, said in item.items() if said or name == "citation-key"}


def _first(fields: Mapping[str, str], names_of_fields: tuple[str, ...]) -> str:
    return next((fields[name] for name in names_of_fields if fields.get(name)), "")


def _ordered(kind: str, target: str, sources: tuple[str, ...]) -> tuple[str, ...]:
    """A thesis and a report are their institution's before they are a publisher's."""
    return (*sources[1:], sources[0]) if target == "publisher" and kind in ("thesis", "report") else sources


def _titles(item: dict[str, Any], entry: Entry) -> None:
    fields = entry.fields
    title = _with_subtitle(fields, "title", "subtitle")
    container = _with_subtitle(fields, "booktitle", "booksubtitle")
    if container and fields.get("booktitleaddon"):
        container = f"{container}. {tex.marked(fields['booktitleaddon'])}"
    work = _with_subtitle(fields, "maintitle", "mainsubtitle")
    if item["type"] == "book" and title:
        # A volume is known by its own title; the work of several volumes is printed as a series is.
        item["collection-title"] = work
    else:
        container = container or work
    journal = _journal(fields)
    kind = entry.kind
    if kind == "inbook" and not container:
        # BibTeX's own "inbook" names the book by its title, and the part by ``chapter``.
        chapter = tex.marked(fields.get("chapter", ""))
        title, container = (chapter, title) if re.search(r"[^\W\d]{3}", chapter) else (title, "")
        item["type"] = "chapter" if container else "book"
    if kind not in TYPES and kind != "misc":
        item["type"] = "article-journal" if journal else "chapter" if container else "document"
    if kind == "article" and (subtype := fields.get("entrysubtype", "").lower()) in ("newspaper", "magazine"):
        item["type"] = f"article-{subtype}"
    if not title:
        title, container = container or tex.marked(fields.get("shorttitle", "")), ""
    item["title"] = title
    is_part = item["type"] in ("chapter", "paper-conference")
    item["container-title"] = (container or journal) if is_part else (journal or container)


def _journal(fields: Mapping[str, str]) -> str:
    said = _first(fields, ("journaltitle", "journal"))
    command = re.match(r"^\{?\\([a-z]+)\s*\}?$", said)
    if command and command[1] in JOURNALS:
        return JOURNALS[command[1]]
    journal, subtitle = tex.marked(said), tex.marked(fields.get("journalsubtitle", ""))
    return f"{journal}: {subtitle}" if journal and subtitle else journal


def _with_subtitle(fields: Mapping[str, str], name: str, subname: str) -> str:
    title, subtitle = tex.marked(fields.get(name, "")), tex.marked(fields.get(subname, ""))
    if not (title and subtitle):
        return title
    return f"{title} {subtitle}" if title[-1] in "?!:" else f"{title}: {subtitle}"


def _dates(item: dict[str, Any], fields: Mapping[str, str]) -> None:
    said = fields.get("date", "")
    # "1850~" is EDTF's "about"; TeX would make a blank of it.
    date = re.sub(r"[{}\s]", "", said) if said.rstrip("} ").endswith(("~", "?", "%")) else tex.plain(said)
    year = tex.plain(fields.get("year", ""))
    month, day = tex.plain(fields.get("month", "")), tex.plain(fields.get("day", ""))
    issued = biblatex_date(date) or year_date(year or date, month=month, day=day)
    if issued:
        item["issued"] = issued
    states = [tex.plain(fields.get("pubstate", ""))] + (
        [] if issued else [year, date, tex.plain(fields.get("note", ""))]
    )
    status = next((said for said in states if said.strip(" .()").lower() in STATUSES), "")
    if status:
        item["status"] = STATUSES[status.strip(" .()").lower()]
    for target, name in (("original-date", "origdate"), ("event-date", "eventdate")):
        if found := biblatex_date(tex.plain(fields.get(name, ""))):
            item[target] = found


def _addresses(item: dict[str, Any], fields: Mapping[str, str]) -> None:
    doi = _DOI_PREFIX.sub("", address(fields.get("doi", "")))
    if not doi and (found := _DOI_SAID.search(tex.plain(fields.get("note", "")))):
        doi = bare_doi(found[0])
    if doi:
        item["DOI"] = doi
    said = fields.get("url", "")
    if said.count("://") == 1:
        said = re.sub(r"\s*\n\s*", "", said)  # an address over two lines
    url = next(iter(addresses(said)), "") if len(said.split()) > 1 else address(said)
    note = fields.get("note", "")
    if item["type"] not in _ON_THE_WEB and re.search(
        r"[^\W\d_]{3}", _GENERIC.sub("", tex.plain(_without_addresses(note)))
    ):
        note = ""  # "Code at https://…" is not where the work itself stands
    for said in (fields.get("howpublished", ""), note, *(fields.get(name, "") for name in _LINKS)):
        url = url or next(iter(addresses(said)), "")
    if url:
        item["URL"] = url
    how = fields.get("howpublished", "")
    accessed = csl_date(tex.plain(_first(fields, _ACCESSED_FIELDS)))
    for said in (fields.get("note", ""), how, fields.get("url", "")):
        if accessed is None and (found := _ACCESSED.search(tex.plain(_without_addresses(said)))):
            accessed = csl_date(found[1].strip(" ."))
    if accessed:
        item["accessed"] = accessed
    published = tex.plain(_without_addresses(how))
    if (
        "publisher" not in item
        and not _ACCESSED.search(published)
        and re.search(r"[^\W\d_]{3}", _GENERIC.sub("", published))
    ):
        item["publisher"] = published.strip(" ,;:")


def _without_addresses(text: str) -> str:
    text = re.sub(r"\\(?:url|path|nolinkurl)\s*\{(?:[^{}]|\{[^{}]*\})*\}", " ", text)
    text = re.sub(r"\\href\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}\s*){2}", " ", text)
    return re.sub(r"https?://[^\s{}]+", " ", text)


def _numbers(item: dict[str, Any], fields: Mapping[str, str]) -> None:
    number, issue = tex.plain(fields.get("number", "")), tex.plain(fields.get("issue", ""))
    kind = item["type"]
    if kind in WITH_ISSUES:
        number, issue = editions.number(number), editions.number(issue)
    if kind in WITH_ISSUES:
        item["issue"] = number or issue
    elif number and kind in IN_SERIES:
        item["collection-number" if "collection-title" in item else "number"] = number
    else:
        item["number"] = number or issue
    pages = tex.plain(_first(fields, ("pages", "eid", "articleno", "article-number", "art_number")))
    item["page"] = re.sub(r"\s*[-–—]+\s*", "-", _PAGES_WORD.sub("", pages)).strip("-")
    item["edition"] = editions.edition(tex.plain(fields.get("edition", "")))
    item["volume"] = editions.number(item.get("volume", ""))
    item |= standard_numbers([tex.plain(fields.get(name, "")) for name in ("isbn", "issn")])
    for target in ("PMID", "PMCID"):
        item[target] = tex.plain(fields.get(target.lower(), ""))


def _genre(item: dict[str, Any], entry: Entry) -> None:
    said = tex.plain(entry.fields.get("type", ""))
    if item["type"] not in _WITH_GENRE:
        return
    if said and not _NO_GENRE.match(said):
        item["genre"] = GENRES.get(said.lower(), said)
    elif entry.kind in NAMED_THESES:
        item["genre"] = GENRES[entry.kind]


def _eprint(item: dict[str, Any], entry: Entry) -> None:
    eprint = address(entry.fields.get("eprint", "")) or _named_preprint(item, entry.fields)
    if not eprint:
        return
    archive = _first(entry.fields, ("eprinttype", "archiveprefix")).strip("{} ").lower()
    bare = re.sub(r"^https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|\.pdf$", "", eprint, flags=re.IGNORECASE)
    if (found := _ARXIV.match(bare)) and archive in ("", "arxiv"):
        archive, eprint = "arxiv", found[1]
    if archive == "pubmed":
        item["PMID"] = item.get("PMID") or eprint
    if archive in ARCHIVES and "URL" not in item and "DOI" not in item and not eprint.startswith("http"):
        item["URL"] = ARCHIVES[archive].format(eprint)
    if archive == "arxiv" and not item.get("container-title") and item["type"] in (
        "article-journal", "document", "webpage", "manuscript", "article",
    ):  # fmt: skip
        item["type"], item["number"] = "article", f"arXiv:{eprint}"
        item.setdefault("publisher", "arXiv")
        item.pop("issue", None)


def _named_preprint(item: dict[str, Any], fields: Mapping[str, str]) -> str:
    """The number of a preprint that stands where others have a journal ("arXiv preprint arXiv:1706.03762", "CoRR").

    That field says nothing else, and goes.
    """
    where = {
        "container-title": tex.plain(_first(fields, ("journaltitle", "journal"))),
        "publisher": tex.plain(fields.get("howpublished", "")),
        "note": tex.plain(fields.get("note", "")),
        "volume": tex.plain(fields.get("volume", "")),
    }
    for target, said in where.items():
        if (found := _PREPRINT.match(said)) and (target != "volume" or item.get("container-title") == "CoRR"):
            item.pop("container-title" if target == "volume" else target, None)
            item.pop(target, None)
            return found[1]
    return ""


def _language(fields: Mapping[str, str]) -> str:
    for name in ("langid", "language", "hyphenation"):
        said = tex.plain(fields.get(name, "")).strip().lower()
        if said in LANGUAGES:
            return LANGUAGES[said]
        if re.match(r"^[a-z]{2}(?:[-_][a-z]{2})?$", said):
            language, _, country = said.replace("_", "-").partition("-")
            return f"{language}-{country.upper()}" if country else language
    return ""
