"""What pandoc leaves in a DOCX that nobody would have made by hand: its figures, lists, tables and notes.

Lengths are those of ``paper.css``, in twentieths of a point.
"""

import re
import zipfile
from typing import Final

from lxml import etree

from tesigo.version import VERSION
from typesetting.word_styles import WORD

_LIST_INDENT: Final = 510
_LIST_HANGING: Final = 340
_LEVEL: Final = re.compile(r'(<w:lvl w:ilvl="(\d)">.*?)<w:ind w:left="\d+" w:hanging="\d+" ?/>', re.S)
#: pandoc's marks are of symbol fonts, another at each depth; the first list, of blanks, is for paragraphs without one.
_MARK: Final = re.compile(
    r'(<w:numFmt w:val="bullet" ?/>)<w:lvlText w:val="[^ "]"( ?/>(?:(?!</w:lvl>).)*?)<w:rPr>(?:(?!</w:lvl>).)*?</w:rPr>'
)
#: Word sets the line above notes as a paragraph: as a line of text it would be twice as high as in the PDF.
_SEPARATOR: Final = '<w:p><w:pPr><w:spacing w:after="0" w:line="200" w:lineRule="exact"/></w:pPr>'
_SEPARATED: Final = re.compile(r"<w:p>(?=<w:r><w:(?:separator|continuationSeparator) ?/>)")
_PROPERTIES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


def finished(package: zipfile.ZipFile, *, pages: int | None) -> dict[str, str]:
    """Parts of pandoc's package as we want them, by name. ``pages`` of the whole document go into its figures."""
    document = etree.fromstring(package.read("word/document.xml"))
    return {
        "word/numbering.xml": lists(package.read("word/numbering.xml").decode()),
        "word/footnotes.xml": notes(package.read("word/footnotes.xml").decode()),
        "docProps/app.xml": properties(document, pages=pages),
    }


def lists(numbering: str) -> str:
    """``word/numbering.xml`` with lists set in as far as in the PDF, and with its mark in the font of the text."""

    def indented(level: re.Match[str]) -> str:
        left = _LIST_INDENT * (int(level[2]) + 1)
        return f'{level[1]}<w:ind w:left="{left}" w:hanging="{_LIST_HANGING}"/>'

    return _MARK.sub(r'\1<w:lvlText w:val="•"\2', _LEVEL.sub(indented, numbering))


def notes(footnotes: str) -> str:
    """``word/footnotes.xml`` with a low line above the notes."""
    return _SEPARATED.sub(_SEPARATOR, footnotes)


def name_table_text(document: "etree._Element") -> None:
    """Gives paragraphs of tables a style of their own: that of the text around them has its line spacing."""
    for style in document.iterfind(f".//{{{WORD}}}tc/{{{WORD}}}p/{{{WORD}}}pPr/{{{WORD}}}pStyle"):
        style.set(f"{{{WORD}}}val", "TableText")


def properties(document: "etree._Element", *, pages: int | None) -> str:
    """``docProps/app.xml`` with what the document holds, as Word counts it; no pages where nobody counted them."""
    paragraphs = [
        "".join(node.text or "" for node in paragraph.iter(f"{{{WORD}}}t"))
        for paragraph in document.iter(f"{{{WORD}}}p")
    ]
    filled = [text for text in paragraphs if text.strip()]
    words = [word for text in filled for word in text.split()]
    major, minor, _ = VERSION.split(".")
    figures = {
        "Pages": pages,
        "Words": len(words),
        "Characters": sum(map(len, words)),
        "CharactersWithSpaces": sum(map(len, filled)),
        "Paragraphs": len(filled),
        "Application": "TesiGo",
        "AppVersion": f"{major}.{int(minor):04}",
    }
    told = "".join(f"<{name}>{value}</{name}>" for name, value in figures.items() if value is not None)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{_PROPERTIES}">{told}</Properties>'
    )
