"""DOCX: pandoc writes the text, we give it title page, contents, headings, styles, head and foot."""

import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from lxml import etree

from typesetting import pandoc
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, document, element
from typesetting.headings import number_headings
from typesetting.labels import locale
from typesetting.manuscript import Manuscript
from typesetting.paper import depth, label, line, listed_tables, table_title
from typesetting.sealing import EMPTY_MANIFEST_XML, MANIFEST_PART
from typesetting.word_finish import finished, name_table_text
from typesetting.word_parts import (
    contents,
    contents_rows,
    footer_xml,
    header_xml,
    heading,
    section_xml,
    title_page,
)
from typesetting.word_styles import PARTS, WORD, part
from typesetting.word_tables import keep_rows, table_list, with_fields

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def write(
    manuscript: Manuscript,
    cited: CitedText,
    *,
    first_pages: Mapping[str, int],
    folder: Path,
    total_pages: int | None = None,
) -> Path:
    """Writes the document into ``folder`` and returns its path. Raises ExportError.

    ``total_pages`` as laid out stand among the properties of the file.
    """
    bare, whole = folder / "bare.docx", folder / "document.docx"
    tree = document(_blocks(manuscript, cited, dict(first_pages)))
    pandoc.run(["-t", "docx", "--syntax-highlighting=none", f"--output={bare}"], given=tree, folder=folder)
    _dress(bare, whole, manuscript, total_pages)
    return whole


def needs_pages(manuscript: Manuscript, cited: CitedText) -> set[str]:
    """What the contents list by page: section ids, names of the parts behind the body, anchors of tables."""
    return {section.id for section in manuscript.sections} | set(_after(cited)) | listed_tables(cited).keys()


def _after(cited: CitedText) -> list[str]:
    return (["bibliography"] if cited.entries else []) + (["ai-statement"] if cited.statement else [])


def _blocks(manuscript: Manuscript, cited: CitedText, pages: dict[str, int]) -> list[Element]:
    after = _after(cited)
    blocks = [_raw(title_page(manuscript)), _raw(contents(manuscript, contents_rows(manuscript, after, pages)))]
    if tables := listed_tables(cited):
        listed = {anchor: (found, table_title(found)) for anchor, found in tables.items()}
        blocks.append(_raw(table_list(listed, pages, heading=label(manuscript, "tables"))))
    headings = number_headings(manuscript.sections)
    for position, item in enumerate(headings):
        title = line(manuscript, item.section.title)
        level = depth(item)
        blocks.append(_raw(heading(position, level=level, number=item.number, title=title, on_new_page=position == 0)))
        blocks.extend(change_inlines(cited.sections[item.section.id], with_fields))
    position = len(headings)
    if cited.entries:
        blocks.append(_last_heading(position, label(manuscript, "bibliography")))
        blocks.append(element("Div", attr("refs", "references"), cited.entries))
        position += 1
    if cited.statement:
        blocks.append(_last_heading(position, label(manuscript, "ai_statement")))
        blocks.extend(cited.statement)
    return blocks


def _last_heading(position: int, title: str) -> Element:
    return _raw(heading(position, level=1, number="", title=escape(title), on_new_page=True))


def _raw(xml: str) -> Element:
    return element("RawBlock", "openxml", xml)


def _dress(bare: Path, whole: Path, manuscript: Manuscript, total_pages: int | None) -> None:
    """Copies the package with our styles, settings, head and foot in place of pandoc's."""
    language = manuscript.language
    replaced = {
        **{f"word/{name}": part(name, language) for name in PARTS},
        "docProps/core.xml": _core(manuscript),
    }
    added = {
        "word/header_notice.xml": header_xml(line(manuscript, manuscript.notice)),
        "word/footer_number.xml": footer_xml(numbered=True),
        "word/footer_title.xml": footer_xml(numbered=False),
    }
    relations = {"header": "rIdHeader", "footer": "rIdFooter", "first_footer": "rIdFirstFooter"}
    targets = dict(zip(relations.values(), (name.removeprefix("word/") for name in added), strict=True))
    with zipfile.ZipFile(bare) as source, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as target:
        replaced |= finished(source, pages=total_pages)
        for name in source.namelist():
            data = source.read(name)
            if name in replaced:
                data = replaced[name].encode()
            elif name == "word/document.xml":
                data = _with_section(data, relations)
            elif name == "word/_rels/document.xml.rels":
                data = _with_relations(data, targets)
            elif name == "[Content_Types].xml":
                data = _with_types(data, list(added))
            target.writestr(name, data)
        for name, xml in added.items():
            target.writestr(name, xml)
        target.writestr(MANIFEST_PART, EMPTY_MANIFEST_XML)  # the last, for `sealing.seal_docx`


def _parse(data: bytes) -> "etree._Element":
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _bytes(root: "etree._Element") -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _with_section(data: bytes, relations: dict[str, str]) -> bytes:
    root = _parse(data)
    body = root.find(f"{{{WORD}}}body")
    assert body is not None
    for old in body.findall(f"{{{WORD}}}sectPr"):
        body.remove(old)
    name_table_text(body)
    keep_rows(body)
    body.append(etree.fromstring(section_xml(relations)))
    return _bytes(root)


def _with_relations(data: bytes, targets: dict[str, str]) -> bytes:
    root = _parse(data)
    for identifier, file in targets.items():
        kind = "header" if file.startswith("header") else "footer"
        etree.SubElement(
            root, f"{{{_PACKAGE}/relationships}}Relationship", Id=identifier, Type=f"{_OFFICE}/{kind}", Target=file
        )
    etree.SubElement(
        root,
        f"{{{_PACKAGE}/relationships}}Relationship",
        Id="rIdManifest",
        Type=f"{_OFFICE}/customXml",
        Target=f"../{MANIFEST_PART}",
    )
    return _bytes(root)


def _with_types(data: bytes, names: list[str]) -> bytes:
    root = _parse(data)
    for name in names:
        kind = "header" if "/header" in name else "footer"
        etree.SubElement(
            root, f"{{{_PACKAGE}/content-types}}Override", PartName=f"/{name}", ContentType=f"{_TYPE}.{kind}+xml"
        )
    return _bytes(root)


def _core(manuscript: Manuscript) -> str:
    day = f"{manuscript.date.isoformat()}T00:00:00Z"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{line(manuscript, manuscript.title)}</dc:title>"
        f"<dc:creator>{line(manuscript, manuscript.author)}</dc:creator>"
        f"<dc:language>{locale(manuscript.language)}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified></cp:coreProperties>'
    )
