"""Fields around the citations of a DOCX, and further parts in its package."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Final

from lxml import etree

from typesetting.citing import CitedText
from typesetting.elements import Element, change_inlines, element
from typesetting.sealing import MANIFEST_PART
from typesetting.typography import printable

_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
#: Writes the code of a citation's field; the number is that of the note it stands in, 0 in running text.
Code = Callable[[Element, int], str]


@dataclass(frozen=True)
class Wrapper:
    """What stands around a field, as WordprocessingML: before it and behind it."""

    before: str = ""
    after: str = ""


def with_citation_fields(cited: CitedText, code: Code, around: Wrapper = Wrapper()) -> CitedText:
    """The document with a field around each citation, which holds what is printed. Within it are no links."""
    numbered = _Numbered(code, around)
    return replace(cited, sections={name: numbered.blocks(blocks) for name, blocks in cited.sections.items()})


def with_list_field(cited: CitedText, code: str, around: Wrapper = Wrapper()) -> CitedText:
    """The document with one field around its list of sources, from its first paragraph to its last."""
    entries = list(cited.entries)
    places = [
        (at, place)
        for at, entry in enumerate(entries)
        for place, block in enumerate(entry["c"][1])
        if block["t"] in ("Para", "Plain")
    ]
    if not places:
        return cited
    first, last = places[0], places[-1]
    entries[first[0]] = _changed(entries[first[0]], first[1], lambda inside: [_begin(code), *inside])
    entries[last[0]] = _changed(entries[last[0]], last[1], lambda inside: [*inside, _END])
    if around.before:
        entries = [element("RawBlock", "openxml", around.before), *entries]
        entries.append(element("RawBlock", "openxml", around.after))
    return replace(cited, entries=entries)


def with_parts(
    path: Path,
    *,
    parts: Mapping[str, bytes],
    relations: Sequence[tuple[str, str, str]] = (),
    types: Mapping[str, str] | None = None,
) -> None:
    """Puts parts into a package, in place of those of the same name; the room for the manifest stays the last.

    ``relations`` of the document are id, kind and target; ``types`` are the content types of parts by name.
    """
    whole = path.with_name(f"more-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name in parts or name == MANIFEST_PART:
                continue
            data = source.read(name)
            if name == "word/_rels/document.xml.rels":
                rows = [{"Id": identifier, "Type": kind, "Target": place} for identifier, kind, place in relations]
                data = _with_rows(data, f"{{{_PACKAGE}/relationships}}Relationship", rows)
            elif name == "[Content_Types].xml":
                rows = [{"PartName": f"/{part}", "ContentType": kind} for part, kind in (types or {}).items()]
                data = _with_rows(data, f"{{{_PACKAGE}/content-types}}Override", rows)
            target.writestr(name, data)
        for name, data in parts.items():
            target.writestr(name, data)
        target.writestr(MANIFEST_PART, source.read(MANIFEST_PART))
    whole.replace(path)


def _with_rows(data: bytes, tag: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    for row in rows:
        etree.SubElement(root, tag, dict(row))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def raw(xml: str) -> Element:
    """WordprocessingML between words."""
    return element("RawInline", "openxml", xml)


def _begin(code: str) -> Element:
    return raw(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(printable(code), quote=False)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


_END: Final = raw('<w:r><w:fldChar w:fldCharType="end"/></w:r>')


class _Numbered:
    """Goes through the text in order and counts its notes, which fields within them name."""

    def __init__(self, code: Code, around: Wrapper) -> None:
        self._code = code
        self._around = around
        self._notes = 0

    def blocks(self, node: Any, note: int = 0) -> Any:
        """The tree with fields; ``note`` is the number of the note that it stands in."""
        if isinstance(node, list):
            changed: list[Any] = []
            for item in node:
                is_citation = isinstance(item, dict) and item.get("t") == "Cite"
                changed += self._cited(item, note) if is_citation else [self.blocks(item, note)]
            return changed
        if not isinstance(node, dict):
            return node
        if node.get("t") == "Note":
            self._notes += 1
            return {**node, "c": self.blocks(node["c"], self._notes)}
        return {name: self.blocks(value, note) for name, value in node.items()}

    def _cited(self, cite: Element, note: int) -> list[Any]:
        inside = change_inlines(cite["c"][1], without_links)
        place = next((at for at, item in enumerate(inside) if item["t"] == "Note"), None)
        if place is None:
            return self._field(cite, inside, note)
        # Of a style with notes: the field stands in the note, as it does where Word's users cite.
        self._notes += 1
        blocks = list(inside[place]["c"])
        blocks[0] = {**blocks[0], "c": self._field(cite, blocks[0]["c"], self._notes)}
        return [*inside[:place], {**inside[place], "c": blocks}, *inside[place + 1 :]]

    def _field(self, cite: Element, inside: list[Any], note: int) -> list[Any]:
        before, after = self._around.before, self._around.after
        begin, end = _begin(self._code(cite, note)), _END
        if before:
            begin, end = raw(before + begin["c"][1]), raw(end["c"][1] + after)
        return [begin, *inside, end]


def without_links(items: list[Any]) -> list[Any]:
    """Links as their words: a field is itself what one clicks on."""
    kept: list[Any] = []
    for item in items:
        is_link = isinstance(item, dict) and item.get("t") == "Link"
        kept.extend(item["c"][1] if is_link else [item])
    return kept


def _changed(entry: Element, place: int, change: Callable[[list[Any]], list[Any]]) -> Element:
    attributes, blocks = entry["c"]
    blocks = list(blocks)
    blocks[place] = {**blocks[place], "c": change(blocks[place]["c"])}
    return element("Div", attributes, blocks)
