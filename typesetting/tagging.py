"""PDF/UA-1 and PDF/A-3u in one file: what WeasyPrint leaves open of either is put right before the file is written.

WeasyPrint 70 writes one variant of the two. It tags footnotes as running text, keeps the head and foot of each page as
text that belongs nowhere, describes links by their addresses, and lists no identifiers (ISO 14289-1, 7.1, 7.9, 7.18.5).
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pydyf
from weasyprint import Document
from weasyprint.pdf import tags

#: Asked of WeasyPrint when laying out and when writing.
VARIANT: Final = "pdf/a-3u"
#: The element that notes are written in; nothing else is.
NOTE_ELEMENT: Final = "small"
#: What is attached, until `proof.seal_pdf` fills it in.
MANIFEST_NAME: Final = "tesigo-manifest.json"

#: What stands behind an entry of the contents.
_BEHIND: Final = "/Behind"
_TAGS: Final = {
    NOTE_ELEMENT: "Note",
    f"{NOTE_ELEMENT}::footnote-marker": "Lbl",
    f"{NOTE_ELEMENT}::footnote-call": "Reference",
    "nav": "TOC",
    "span::after": _BEHIND.lstrip("/"),
    "header": "Sect",
    "code": "Code",
    "pre": "P",
    **dict.fromkeys(("em", "strong", "s", "u", "sup", "sub"), "Span"),
}
_IN_CONTENTS: Final = {"/L": "/TOC", "/LI": "/TOCI", "/LBody": "/Reference", _BEHIND: "/Span"}
_HEADING: Final = re.compile(r"/H([1-6])")
_DESCRIPTION_CHARACTERS: Final = 300
_XMP_END: Final = b"</rdf:RDF>"
# PDF/A takes no property that it does not know, unless a schema describes it (ISO 19005-3, 6.6.2.3).
_XMP: Final = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""

_library_tag = tags._get_pdf_tag


def _tag(element_tag: str | None) -> str:
    return _TAGS.get(element_tag or "") or str(_library_tag(element_tag))


class _Written(pydyf.Stream):
    """A stream as it goes into the file; the library would pack it a second time to make the file's identifier."""

    data = b""

    def __init__(self, stream: pydyf.Stream) -> None:
        super().__init__()
        self.number = stream.number
        self.data = stream.data


def _page_references(pdf: pydyf.PDF) -> tuple[bytes, ...]:
    """As the library's own property, which is made anew for each tag: on 200 pages that was a tenth of writing."""
    known: tuple[bytes, ...] = getattr(pdf, "_known_references", ())
    numbers = pdf.pages["Kids"][::3]
    if len(known) != len(numbers):
        known = pdf._known_references = tuple(f"{number} 0 R".encode() for number in numbers)
    return known


def prepare(document: Document) -> None:
    """Has WeasyPrint tag what it has no tag for, and make one link of a link: it makes one of each box within it."""
    tags._get_pdf_tag = _tag
    pydyf.PDF.page_references = property(_page_references)
    for page in document.pages:
        page.links = [link for link in page.links if link[3].link]


def finish(document: Document, pdf: pydyf.PDF, *, links: Mapping[str, str], day: date) -> None:
    """Puts tags, links and metadata right, and makes room for the manifest.

    ``links`` says in words what an anchor of the document is. ``day`` is when the file was made, for the attachment.
    """
    root = _at(pdf, pdf.catalog["StructTreeRoot"])
    reached = _put_tags_right(pdf, root)
    _set_apart(pdf, root, reached)
    _describe_links(pdf, links)
    _say_what_it_is(pdf)
    _make_room(pdf, day)
    pdf.objects = [_Written(one) if isinstance(one, pydyf.Stream) else one for one in pdf.objects]


def _at(pdf: pydyf.PDF, reference: Any) -> Any:
    return pdf.objects[_number(reference)]


def _number(reference: Any) -> int:
    return int(reference.split()[0])


def _put_tags_right(pdf: pydyf.PDF, root: Any) -> set[int]:
    """Names what is in the tree, in reading order, and returns the numbers of the objects that are in it."""
    reached: set[int] = set()
    named: list[tuple[bytes, Any]] = []
    level = 0
    open_: list[tuple[Any, bool]] = [(root["K"][0], False)]
    while open_:
        reference, in_contents = open_.pop()
        if isinstance(reference, int):
            continue
        element = _at(pdf, reference)
        if element.get("Type") != "/StructElem":
            continue
        reached.add(element.number)
        kind = element["S"]
        if kind == "/TOC":
            element["S"], in_contents = "/Sect", True
        elif in_contents:
            element["S"] = _IN_CONTENTS.get(kind, kind)
        elif heading := _HEADING.fullmatch(kind):
            level = min(int(heading[1]), level + 1)  # none is passed over, whatever a text does
            element["S"] = f"/H{level}"
        elif kind == "/Note":
            element["ID"] = pydyf.String(f"note-{element.number}")
        elif kind == "/Figure":  # nothing else is drawn
            element["S"] = "/Formula"
        elif kind == "/TH":
            element["A"]["Scope"] = "/Column"
        elif kind == "/TD" and not element["A"].get("Headers"):
            element["A"].pop("Headers", None)
        if "ID" in element:
            named.append((element["ID"].data, element))
        if kind == _BEHIND and in_contents:  # the dots between a title and its page
            element["K"] = pydyf.Array(kid for kid in element["K"] if _at(pdf, kid)["S"] != _BEHIND)
        open_ += [(kid, in_contents) for kid in reversed(element["K"])]
    if named:
        names = pydyf.Array()
        for _, element in sorted(named, key=lambda one: one[0]):
            names += [element["ID"], element.reference]
        tree = pydyf.Dictionary({"Names": names})
        pdf.add_object(tree)
        root["IDTree"] = tree.reference
    return reached


def _set_apart(pdf: pydyf.PDF, root: Any, reached: set[int]) -> None:
    """Head and foot of the pages are no part of the text: artifacts, which nobody has read to them."""
    rows = _at(pdf, root["ParentTree"])["Nums"]
    pages = [pdf.objects[number] for number in pdf.pages["Kids"][::3]]
    for page, owners in zip(pages, rows[1::2], strict=False):
        apart = {marked for marked, owner in enumerate(owners) if _number(owner) not in reached}
        for marked in apart:
            owners[marked] = "null"
        stream = _at(pdf, page["Contents"]).stream
        for at in range(len(stream) - 1, -1, -1):  # they are painted last
            if not apart:
                break
            if isinstance(stream[at], dict) and stream[at].get("MCID") in apart:
                apart.discard(stream[at]["MCID"])
                stream[at - 1] = "/Artifact"
                stream[at] = pydyf.Dictionary({"Type": "/Pagination"})


def _describe_links(pdf: pydyf.PDF, links: Mapping[str, str]) -> None:
    for link in pdf.objects:
        if isinstance(link, dict) and link.get("Subtype") == "/Link" and "Dest" in link:
            words = links.get(link["Dest"].string)
            if words:
                link["Contents"] = pydyf.String(words[:_DESCRIPTION_CHARACTERS])


def _say_what_it_is(pdf: pydyf.PDF) -> None:
    stream = _at(pdf, pdf.catalog["Metadata"]).stream
    before, end, after = stream[0].partition(_XMP_END)
    stream[0] = before + _XMP + end + after


def _make_room(pdf: pydyf.PDF, day: date) -> None:
    """An attachment that belongs to the document (ISO 19005-3, 6.8); in the file as it is, for others to find."""
    name = pydyf.String(MANIFEST_NAME)
    about = pydyf.Dictionary({"ModDate": pydyf.String(f"D:{day:%Y%m%d}"), "Size": 2})
    file = pydyf.Stream([b"{}"], {"Type": "/EmbeddedFile", "Subtype": "/application#2fjson", "Params": about})
    pdf.add_object(file)
    described = pydyf.Dictionary({
        "Type": "/Filespec",
        "F": name,
        "UF": name,
        "Desc": pydyf.String("What each citation of this document rests on, to be checked with tesigo-verify"),
        "AFRelationship": "/Supplement",
        "EF": pydyf.Dictionary({"F": file.reference, "UF": file.reference}),
    })  # fmt: skip
    pdf.add_object(described)
    names = pydyf.Dictionary({"Names": pydyf.Array([name, described.reference])})
    pdf.add_object(names)
    pdf.catalog.setdefault("Names", pydyf.Dictionary())["EmbeddedFiles"] = names.reference
    pdf.catalog["AF"] = pydyf.Array([described.reference])
