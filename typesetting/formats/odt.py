"""ODT: pandoc writes the text, we give it title page, contents with page numbers, styles, head and foot."""

import zipfile
from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from lxml import etree

from typesetting import pandoc
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, document, element
from typesetting.formats.whole import BIBLIOGRAPHY, Part, one_line, parts, table_lines, title_lines, with_numbers
from typesetting.front_parts import label
from typesetting.labels import locale
from typesetting.manuscript import Manuscript

_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_MARKED: Final = ("table-", "formula-")
#: Style of each line of the title page.
_LINES: Final = {"kind": "Kind", "title": "Title", "topic": "Subtitle", "author": "Author", "date": "Date"}


def write(manuscript: Manuscript, cited: CitedText, first_pages: Mapping[str, int], folder: Path) -> Path:
    """Writes the document into ``folder`` and returns its path. Raises ExportError."""
    bare, whole = folder / "bare.odt", folder / "document.odt"
    everything = parts(manuscript, cited)
    found = [part for part in everything if part.is_listed]
    blocks = [_raw(_title_page(manuscript))]
    for part in everything:
        if not part.is_listed:
            blocks += [_raw(_unlisted_heading(part)), *part.blocks]
    blocks.append(_raw(_contents(manuscript, found, first_pages)))
    if tables := table_lines(cited):
        blocks.append(_raw(_table_list(label(manuscript, "tables"), tables, first_pages)))
    sections = {section.id for section in manuscript.sections}
    before = ""
    for part in found:
        # As in the PDF: the text begins a page, and so does each part around it.
        blocks.append(_raw(_heading(part, on_new_page=not {before, part.key} <= sections)))
        before = part.key
        if part.key == BIBLIOGRAPHY:
            blocks += [one for entry in part.blocks for one in _entry(entry)]
        else:
            blocks += part.blocks
    # Its description is what the program shows as the file's title, author and language.
    meta = {
        "title": element("MetaString", one_line(manuscript, manuscript.title)),
        "author": element("MetaString", one_line(manuscript, manuscript.author)),
        "lang": element("MetaString", locale(manuscript.language)),
    }
    # pandoc's own template prints the title once more.
    template = folder / "odt.template"
    template.write_text((resources.files("typesetting.formats") / "odt_body.xml").read_text(encoding="utf-8"), "utf-8")
    pandoc.run(
        ["-t", "odt", f"--template={template}", "--syntax-highlighting=none", f"--output={bare}"],
        given={**change_inlines(document(blocks), _with_marks), "meta": meta},
        folder=folder,
    )
    _dress(bare, whole, manuscript)
    return whole


def _raw(xml: str) -> Element:
    return element("RawBlock", "opendocument", xml)


def _title_page(manuscript: Manuscript) -> str:
    lines = title_lines(manuscript)
    styles = [_LINES.get(name, "Subtitle") for name in lines]
    if next(iter(lines)) != "kind":  # the first line begins the page, whatever it is
        styles = ["Kind_20_below" if style == "Kind" else style for style in styles]
        styles[0] = "First_20_line"
    return "".join(
        f'<text:p text:style-name="{style}">{escape(words)}</text:p>'
        for style, words in zip(styles, lines.values(), strict=True)
    )


def _heading(part: Part, *, on_new_page: bool) -> str:
    style = "Chapter_20_on_20_new_20_page" if on_new_page and part.depth == 1 else f"Heading_20_{part.depth}"
    return (
        f'<text:h text:style-name="{style}" text:outline-level="{part.depth}">'
        f'<text:bookmark-start text:name="{part.anchor}"/>{escape(part.heading)}'
        f'<text:bookmark-end text:name="{part.anchor}"/></text:h>'
    )


def _unlisted_heading(part: Part) -> str:
    """A heading that no index finds."""
    return (
        f'<text:p text:style-name="Contents_20_Heading"><text:bookmark-start text:name="{part.anchor}"/>'
        f'{escape(part.heading)}<text:bookmark-end text:name="{part.anchor}"/></text:p>'
    )


def _contents(manuscript: Manuscript, found: list[Part], pages: Mapping[str, int]) -> str:
    """An index that the program can update, with its lines in place: it does so only when asked."""
    levels = "".join(
        f'<text:table-of-content-entry-template text:outline-level="{level}" text:style-name="Contents_20_{level}">'
        "<text:index-entry-link-start/><text:index-entry-chapter/><text:index-entry-text/>"
        '<text:index-entry-tab-stop style:type="right" style:leader-char="."/><text:index-entry-page-number/>'
        "<text:index-entry-link-end/></text:table-of-content-entry-template>"
        for level in (1, 2)
    )
    lines = "".join(
        f'<text:p text:style-name="Contents_20_{part.depth}"><text:a xlink:type="simple" xlink:href="#{part.anchor}">'
        f"{escape(part.heading)}<text:tab/>{pages[part.key]}</text:a></text:p>"
        for part in found
    )
    title = escape(label(manuscript, "contents"))
    return (
        '<text:table-of-content text:name="contents" text:protected="false">'
        '<text:table-of-content-source text:outline-level="2" text:use-index-marks="false">'
        f'<text:index-title-template text:style-name="Contents_20_Heading">{title}</text:index-title-template>'
        f"{levels}</text:table-of-content-source><text:index-body>"
        f'<text:index-title text:name="contents-title"><text:p text:style-name="Contents_20_Heading">{title}</text:p>'
        f"</text:index-title>{lines}</text:index-body></text:table-of-content>"
    )


def _table_list(title: str, tables: Mapping[str, str], pages: Mapping[str, int]) -> str:
    """The list of tables; as captions here are words, the program could not make one of its own."""
    lines = "".join(
        f'<text:p text:style-name="Contents_20_1"><text:a xlink:type="simple" xlink:href="#{anchor}">'
        f"{escape(words)}<text:tab/>{pages[anchor]}</text:a></text:p>"
        for anchor, words in tables.items()
    )
    return f'<text:p text:style-name="Tables_20_Heading">{escape(title)}</text:p>{lines}'


def _with_marks(items: list[Any]) -> list[Any]:
    """As `with_numbers`, with the bookmarks that references lead to: pandoc writes none for a table or a formula."""
    kept = with_numbers(items)
    for item in kept:
        name = item["c"][0][0] if isinstance(item, dict) and item.get("t") == "Div" else ""
        if name.startswith(_MARKED):
            block = item["c"][1][0]
            words = block["c"] if block["t"] == "Para" else block["c"][1][1][0]["c"]
            words.insert(0, element("RawInline", "opendocument", f'<text:bookmark text:name="{name}"/>'))
    return kept


def _entry(entry: Element) -> list[Element]:
    """A source in a paragraph style of its own, with the bookmark that its citations lead to."""
    mark = element("RawInline", "opendocument", f'<text:bookmark text:name="{escape(entry["c"][0][0])}"/>')
    first, *others = entry["c"][1]
    begun = {**first, "c": [mark, *first["c"]]} if first["t"] in ("Para", "Plain") else first
    return [element("Div", attr("", custom_style="Bibliography"), [begun, *others])]


def _dress(bare: Path, whole: Path, manuscript: Manuscript) -> None:
    """Copies the package with our styles in place of pandoc's of the same names."""
    language, _, country = locale(manuscript.language).partition("-")
    text = (resources.files("typesetting.formats") / "odt_styles.xml").read_text(encoding="utf-8")
    notice = escape(one_line(manuscript, manuscript.notice))
    ours = etree.fromstring(Template(text).substitute(language=language, country=country, notice=notice).encode())
    with zipfile.ZipFile(bare) as source, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "styles.xml":
                data = _with_styles(data, ours)
            # What it is stands first and as it is, so that it can be told by the first bytes.
            target.writestr(info.filename, data, zipfile.ZIP_STORED if info.filename == "mimetype" else None)


def _with_styles(data: bytes, ours: "etree._Element") -> bytes:
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    for part in ours:
        there = root.find(part.tag)
        assert there is not None
        for style in list(part):
            name, family = style.get(f"{_STYLE}name"), style.get(f"{_STYLE}family")
            for old in there.findall(style.tag):
                if (old.get(f"{_STYLE}name"), old.get(f"{_STYLE}family")) == (name, family):
                    there.remove(old)
            there.append(style)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
