"""DOCX: pandoc writes the text, we give it title page, contents, headings, styles, head and foot."""

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Final

from lxml import etree

from typesetting import comments, front_parts, pandoc
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, document, element
from typesetting.front_parts import Part, label
from typesetting.headings import headings_of
from typesetting.labels import locale
from typesetting.manuscript import Manuscript
from typesetting.own_template import OwnTemplate
from typesetting.page_format import PageFormat
from typesetting.paper import line, listed_tables, table_title
from typesetting.sealing import EMPTY_MANIFEST_XML, MANIFEST_PART
from typesetting.word_finish import finished, name_table_text
from typesetting.word_own import Dress
from typesetting.word_parts import (
    contents,
    contents_rows,
    footer_xml,
    header_xml,
    heading,
    number_xml,
    paragraph,
    text,
    title_page,
)
from typesetting.word_sections import PARTS as HEADS_AND_FEET
from typesetting.word_sections import first_section, last_section, text_width, with_format
from typesetting.word_styles import PARTS, WORD
from typesetting.word_styles import part as template
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
    template = OwnTemplate.from_text(manuscript.own_template) if manuscript.own_template else None
    if template:
        manuscript = replace(manuscript, page_format=template.format(manuscript.page_format))
    tree = document(_blocks(manuscript, cited, dict(first_pages)))
    pandoc.run(["-t", "docx", "--syntax-highlighting=none", f"--output={bare}"], given=tree, folder=folder)
    _dress(bare, whole, manuscript, total_pages, template)
    return whole


def needs_pages(manuscript: Manuscript, cited: CitedText) -> set[str]:
    """What the contents list by page: section ids, names of the parts around the body, anchors of tables."""
    around = [*front_parts.after_contents(manuscript), *_after(manuscript, cited)]
    names = {part.name for part in around} | listed_tables(cited).keys()
    return {section.id for section in manuscript.sections} | names


def _after(manuscript: Manuscript, cited: CitedText) -> list[Part]:
    entries = element("Div", attr("refs", "references"), cited.entries)
    title = label(manuscript, "bibliography")
    listed = [Part("bibliography", title, manuscript.language, (entries,))] if cited.entries else []
    return listed + front_parts.after_bibliography(manuscript, cited)


def _blocks(manuscript: Manuscript, cited: CitedText, pages: dict[str, int]) -> list[Element]:
    before, after = front_parts.after_contents(manuscript), _after(manuscript, cited)
    blocks = [_raw(title_page(manuscript))]
    for part in front_parts.before_contents(manuscript):
        blocks += [_raw(paragraph("TOCHeading", text(escape(part.title)))), *_inside(part)]
    blocks.append(_raw(contents(manuscript, contents_rows(manuscript, before, after, pages))))
    if tables := listed_tables(cited):
        listed = {anchor: (found, table_title(found)) for anchor, found in tables.items()}
        blocks.append(_raw(table_list(listed, pages, heading=label(manuscript, "tables"))))
    blocks += _parts(before, 0)
    if section := first_section(manuscript.page_format):
        blocks.append(_raw(section))
    texts = {name: change_inlines(inside, with_fields) for name, inside in cited.sections.items()}
    comments.commented(texts, manuscript.comments)
    headings = headings_of(manuscript)
    for position, item in enumerate(headings, start=len(before)):
        title = line(manuscript, item.section.title)
        level = item.depth
        blocks.append(
            _raw(heading(position, level=level, number=item.number, title=title, on_new_page=item is headings[0]))
        )
        blocks.extend(texts[item.section.id])
    return blocks + _parts(after, len(before) + len(headings))


def _parts(parts: list[Part], position: int) -> list[Element]:
    """Parts that the contents list, the first one at a position of theirs."""
    blocks = []
    for number, part in enumerate(parts, start=position):
        blocks.append(_raw(heading(number, level=1, number="", title=escape(part.title), on_new_page=True)))
        blocks += _inside(part)
    return blocks


def _inside(part: Part) -> list[Element]:
    pairs = [paragraph("Abbreviation", f"{text(escape(short))}<w:r><w:tab/></w:r>{text(escape(meaning))}")
             for short, meaning in part.pairs]  # fmt: skip
    blocks = [_raw("".join(pairs))] if pairs else list(part.blocks)
    return [element("Div", attr(lang=locale(part.language)), blocks)]


def _raw(xml: str) -> Element:
    return element("RawBlock", "openxml", xml)


def _dress(bare: Path, whole: Path, manuscript: Manuscript, total_pages: int | None, own: OwnTemplate | None) -> None:
    """Copies the package with our styles, settings, head and foot, or the template's, in place of pandoc's."""
    language, look = manuscript.language, manuscript.page_format
    is_top = look.number_place.startswith("top")
    notice = line(manuscript, manuscript.notice)
    styles = template("styles.xml", language)
    width = text_width(look)
    dress = Dress(own, styles, locale=locale(language), text_width=width) if own else None
    replaced = {
        **{f"word/{name}": template(name, language) for name in PARTS},
        "word/styles.xml": dress.styles if dress else with_format(styles, look),
        "docProps/core.xml": _core(manuscript),
    }
    added = {
        "word/header_notice.xml": header_xml(notice),
        "word/header_number.xml": header_xml(notice, number_xml(look) if is_top else ""),
        "word/footer_number.xml": footer_xml(number_xml(look)),
        "word/footer_title.xml": footer_xml(),
    }
    if dress:
        said = paragraph("Header", text(notice)) if notice else ""
        added = dress.heads(said, number_xml(look), is_top=is_top)
    media = dress.media(list(added)) if dress else {}
    with zipfile.ZipFile(bare) as source, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as target:
        replaced |= finished(source, pages=total_pages)
        for name in source.namelist():
            data = source.read(name)
            if name in replaced:
                data = replaced[name].encode()
                if dress and name == "word/footnotes.xml":
                    data = _renamed(data, dress)
            elif name == "word/document.xml":
                data = _with_section(data, look)
                if dress:
                    data = _renamed(data, dress)
            elif name == "word/_rels/document.xml.rels":
                data = _with_relations(data, HEADS_AND_FEET)
            elif name == "[Content_Types].xml":
                data = _with_types(data, list(added), dress)
            target.writestr(name, data)
        for name, part in added.items():
            target.writestr(name, part)
        for name, picture in media.items():
            target.writestr(name, picture)
        target.writestr(MANIFEST_PART, EMPTY_MANIFEST_XML)  # the last, for `sealing.seal_docx`


def _parse(data: bytes) -> "etree._Element":
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _bytes(root: "etree._Element") -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _with_section(data: bytes, look: PageFormat) -> bytes:
    root = _parse(data)
    body = root.find(f"{{{WORD}}}body")
    assert body is not None
    for old in body.findall(f"{{{WORD}}}sectPr"):
        body.remove(old)
    name_table_text(body)
    keep_rows(body)
    body.append(etree.fromstring(last_section(look)))
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


def _renamed(data: bytes, dress: Dress) -> bytes:
    root = _parse(data)
    dress.renamed(root)
    return _bytes(root)


def _with_types(data: bytes, names: list[str], dress: Dress | None) -> bytes:
    root = _parse(data)
    if dress:
        dress.types(root)
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
