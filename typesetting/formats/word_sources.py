"""DOCX with Word's own bibliography: sources in the package, CITATION fields and a BIBLIOGRAPHY field (ECMA-376).

What stands in the fields is what the document's style prints, until somebody has Word update them.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from typesetting import word
from typesetting.citing import CitedText
from typesetting.elements import Element
from typesetting.fallbacks import numbers_its_citations
from typesetting.formats.live import Cited, read_citation
from typesetting.formats.word_fields import Wrapper, with_citation_fields, with_list_field, with_parts
from typesetting.labels import base_language
from typesetting.lists.values import parts, said
from typesetting.manuscript import Manuscript
from typesetting.styles import style_root
from typesetting.typography import printable

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PROPERTIES_TYPE: Final = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_CITATION: Final = Wrapper(
    "<w:sdt><w:sdtPr><w:citation/></w:sdtPr><w:sdtContent>", "</w:sdtContent></w:sdt>"
)  # what Word shows a handle of
_LIST: Final = Wrapper("<w:sdt><w:sdtPr><w:bibliography/></w:sdtPr><w:sdtContent>", "</w:sdtContent></w:sdt>")
_LCIDS: Final = {
    "en": 1033, "de": 1031, "it": 1040, "es": 3082, "fr": 1036, "pl": 1045, "pt": 2070, "nl": 1043, "cs": 1029,
    "ro": 1048,
}  # fmt: skip
#: Word's styles by how names of ours begin: its file, its name.
_STYLES: Final = {
    "apa": ("APASixthEditionOfficeOnline.xsl", "APA"),
    "modern-language-association": ("MLASeventhEditionOfficeOnline.xsl", "MLA"),
    "chicago": ("CHICAGO.XSL", "Chicago"),
    "harvard": ("HarvardAnglia2008OfficeOnline.xsl", "Harvard - Anglia"),
    "iso690-numeric": ("ISO690Nmerical.XSL", "ISO 690 - Numerical Reference"),
    "iso690": ("ISO690.XSL", "ISO 690 - First Element and Date"),
    "ieee": ("IEEE2006OfficeOnline.xsl", "IEEE"),
    "turabian": ("TURABIAN.XSL", "Turabian"),
}
_TYPES: Final = {
    "article-journal": "JournalArticle", "review": "JournalArticle", "article-magazine": "ArticleInAPeriodical",
    "article-newspaper": "ArticleInAPeriodical", "book": "Book", "chapter": "BookSection", "entry": "BookSection",
    "entry-dictionary": "BookSection", "entry-encyclopedia": "BookSection", "thesis": "Report", "report": "Report",
    "paper-conference": "ConferenceProceedings", "webpage": "InternetSite", "post": "InternetSite",
    "post-weblog": "InternetSite", "patent": "Patent", "motion_picture": "Film", "song": "SoundRecording",
    "broadcast": "SoundRecording", "interview": "Interview", "legal_case": "Case", "graphic": "Art",
    "performance": "Performance", "software": "ElectronicSource", "dataset": "ElectronicSource",
}  # fmt: skip
_CONTAINERS: Final = {
    "JournalArticle": "JournalName", "ArticleInAPeriodical": "PeriodicalTitle", "BookSection": "BookTitle",
    "ConferenceProceedings": "ConferenceName", "InternetSite": "InternetSiteTitle",
}  # fmt: skip
_FIELDS: Final = (
    ("Publisher", "publisher"), ("City", "publisher-place"), ("Volume", "volume"), ("Issue", "issue"),
    ("Pages", "page"), ("Edition", "edition"), ("ThesisType", "genre"), ("URL", "URL"), ("ShortTitle", "title-short"),
)  # fmt: skip
_ROLES: Final = {"author": "Author", "editor": "Editor", "translator": "Translator"}


def write(manuscript: Manuscript, cited: CitedText, first_pages: Mapping[str, int], folder: Path) -> Path:
    """Writes the document into ``folder`` and returns its path. Raises ExportError."""
    tags = {str(work["id"]): f"S{number}" for number, work in enumerate(manuscript.references, start=1)}
    language = _LCIDS.get(base_language(manuscript.language), 1033)
    language = 2057 if manuscript.language.lower() == "en-gb" else language

    def code(cite: Element, note: int) -> str:
        return _code(read_citation(cite, manuscript.language), tags, manuscript.language, language)

    with_fields = with_citation_fields(cited, code, _CITATION)
    written = word.write(
        manuscript, with_list_field(with_fields, "BIBLIOGRAPHY", _LIST), first_pages=first_pages, folder=folder
    )
    identifier = f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, manuscript.title)).upper()}}}"
    with_parts(
        written,
        parts={
            "customXml/item2.xml": _sources(manuscript, tags, language).encode(),
            "customXml/itemProps2.xml": _item_properties(identifier).encode(),
            "customXml/_rels/item2.xml.rels": _item_relations().encode(),
        },
        relations=[("rIdSources", f"{_OFFICE}/relationships/customXml", "../customXml/item2.xml")],
        types={"customXml/itemProps2.xml": _PROPERTIES_TYPE},
    )
    return written


def _code(items: Sequence[Cited], tags: Mapping[str, str], language: str, lcid: int) -> str:
    """``CITATION S1 \\p 12 \\l 1031 \\m S2``: the first source, then what is said of it, then further ones."""
    pieces = []
    for number, item in enumerate(items):
        pieces.append(f"\\m {tags[item.key]}" if number else f"CITATION {tags[item.key]}")
        if item.hides_author:
            pieces.append("\\n")
        if item.prefix:
            pieces.append(f"\\f {_quoted(f'{item.prefix} ')}")
        if place := item.place(language):
            pieces.append(f"\\p {_quoted(place)}")
        if item.suffix:
            pieces.append(f"\\s {_quoted(f', {item.suffix}')}")
        if not number:
            pieces.append(f"\\l {lcid}")
    return " ".join(pieces)


def _quoted(words: str) -> str:
    """An argument of a field; quotation marks and backslashes would end it."""
    said = words.replace("\\", "").replace('"', "”")
    return f'"{said}"'


def _sources(manuscript: Manuscript, tags: Mapping[str, str], lcid: int) -> str:
    file, name = _nearest_style(manuscript)
    rows = "".join(
        _source(work, tags[str(work["id"])], number, lcid) for number, work in enumerate(manuscript.references, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<b:Sources SelectedStyle="\\{file}" StyleName="{escape(name)}" '
        f'xmlns:b="{_OFFICE}/bibliography" xmlns="{_OFFICE}/bibliography">{rows}</b:Sources>'
    )


def _nearest_style(manuscript: Manuscript) -> tuple[str, str]:
    """Word's style that comes nearest: the one of that name, else by numbers or by author and date."""
    for beginning, style in _STYLES.items():
        if manuscript.csl_style.startswith(beginning):
            return style
    root = style_root(manuscript.csl_style, manuscript.language, manuscript.own_style)
    if root.get("class") == "note":
        return _STYLES["chicago"]
    return _STYLES["ieee" if numbers_its_citations(root) else "apa"]


def _source(work: Mapping[str, Any], tag: str, number: int, lcid: int) -> str:
    kind = _TYPES.get(str(work.get("type")), "Misc")
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{work['id']} {said(work, 'title')}")).upper()
    rows = [("Tag", tag), ("SourceType", kind), ("Guid", f"{{{guid}}}"), ("LCID", str(lcid))]
    people = "".join(_people(_ROLES[role], work[role]) for role in _ROLES if work.get(role))
    rows += [("Title", said(work, "title"))]
    rows += [(_CONTAINERS[kind], said(work, "container-title"))] if kind in _CONTAINERS else []
    rows += [(name, said(work, of)) for name, of in _FIELDS if name != "Publisher" or kind != "Report"]
    rows += [("Institution", said(work, "publisher"))] if kind == "Report" else []
    rows += [*_dates(work), ("StandardNumber", said(work, "DOI") or said(work, "ISBN") or said(work, "ISSN"))]
    written = [f"<b:{name}>{_written(_plain(text))}</b:{name}>" for name, text in rows if text]
    authors = f"<b:Author>{people}</b:Author>" if people else ""
    return (
        f"<b:Source>{''.join(written[:4])}{authors}{''.join(written[4:])}<b:RefOrder>{number}</b:RefOrder></b:Source>"
    )


def _dates(work: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, of in (("", "issued"), ("Accessed", "accessed")):
        first = next(iter(parts(work.get(of))), [])
        yield from zip((f"Year{name}", f"Month{name}", f"Day{name}"), map(str, first), strict=False)


def _people(role: str, people: Sequence[Mapping[str, Any]]) -> str:
    """A body alone is one; among persons it is a name without first names, for Word knows no list of both."""
    if len(people) == 1 and people[0].get("literal"):
        return f"<b:{role}><b:Corporate>{_written(said(people[0], 'literal'))}</b:Corporate></b:{role}>"
    persons = "".join(
        f"<b:Person><b:Last>{_written(_family(one))}</b:Last>"
        + (f"<b:First>{_written(said(one, 'given'))}</b:First>" if one.get("given") else "")
        + "</b:Person>"
        for one in people
    )
    return f"<b:{role}><b:NameList>{persons}</b:NameList></b:{role}>"


def _family(one: Mapping[str, Any]) -> str:
    pieces = (said(one, "dropping-particle"), said(one, "non-dropping-particle"), said(one, "family"))
    return said(one, "literal") or " ".join(filter(None, (*pieces, said(one, "suffix"))))


def _written(text: str) -> str:
    """Text as XML: without signs that none may hold."""
    return escape(printable(text))


def _plain(text: str) -> str:
    """Without the marks of titles, which Word shows as they are written."""
    for mark in ("i", "b", "sub", "sup", "em", "strong"):
        text = text.replace(f"<{mark}>", "").replace(f"</{mark}>", "")
    return text


def _item_properties(identifier: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<ds:datastoreItem ds:itemID="{identifier}" xmlns:ds="{_OFFICE}/customXml"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{_OFFICE}/bibliography"/></ds:schemaRefs></ds:datastoreItem>'
    )


def _item_relations() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/relationships/customXmlProps" Target="itemProps2.xml"/></Relationships>'
    )
