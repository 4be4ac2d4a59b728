"""A DOCX of two states of a text, as changes that Word and LibreOffice accept or reject (ISO/IEC 29500-1, 17.13.5).

Accepting all of them gives the later text, rejecting all the earlier one. The words stand as they are stored, in
Markdown, a line end within a paragraph as a break.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import count
from typing import Final

from typesetting.word_parts import paragraph, text
from typesetting.word_styles import WORD, part

GONE: Final = "del"
NEW: Final = "ins"
SAME: Final = ""
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
#: What no XML 1.0 may hold.
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DEEPEST: Final = 3
_LEFT: Final = '<w:jc w:val="left"/>'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES: Final = (
    f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/word/settings.xml" ContentType="{_KIND}.settings+xml"/></Types>'
)
#: Word's own way of setting, not that of its earlier versions.
_SETTINGS: Final = (
    f'{_DECLARATION}<w:settings xmlns:w="{WORD}"><w:compat><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
)
#: A4, 2.5 cm around.
_PAGE: Final = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" w:header="709" w:footer="709" w:gutter="0"/>'
    "</w:sectPr>"
)


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of a paragraph: ``SAME``, ``GONE`` or ``NEW``, and of the last two by whom and when (ISO 8601, UTC)."""

    text: str
    change: str = SAME
    author: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section under its heading: what is said about it, and its paragraphs."""

    title: str
    level: int = 1
    notes: Sequence[str] = ()
    paragraphs: Sequence[Sequence[Words]] = ()


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the file says. ``facts`` stand on the first page, by name, and ``notes`` below them.

    ``language`` is that of the text, by which a word processor spells and hyphenates.
    """

    title: str
    language: str
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    parts: Sequence[Part] = ()


def docx(tracked: Tracked) -> bytes:
    """The file. The same text gives the same bytes."""
    numbers = count(1)
    body = [paragraph("Title", text(_escaped(tracked.title)))]
    body += [paragraph("Compact", _bold(f"{name}: ") + text(_escaped(value)), _LEFT) for name, value in tracked.facts]
    body += [paragraph("BodyText", text(_escaped(note)), _LEFT) for note in tracked.notes]
    for place, one in enumerate(tracked.parts):
        body += _part(one, numbers, on_new_page=place == 0)
    inside = f'{_DECLARATION}<w:document xmlns:w="{WORD}"><w:body>{"".join(body)}{_PAGE}</w:body></w:document>'
    return _packed(inside, tracked.language)


def _part(one: Part, numbers: Iterator[int], *, on_new_page: bool = False) -> Iterator[str]:
    new_page = "<w:pageBreakBefore/>" if on_new_page else ""
    yield paragraph(f"Heading{min(one.level, _DEEPEST)}", text(_escaped(one.title)), new_page)
    for note in one.notes:
        yield paragraph("Compact", _small(note), _LEFT)
    for words in one.paragraphs:
        yield _changed(words, numbers)
    if one.paragraphs:
        # The end of a paragraph that went or came joins the one behind it: this one, not a heading.
        yield paragraph("Compact", "")


def _changed(words: Sequence[Words], numbers: Iterator[int]) -> str:
    """A paragraph. One that went or came as a whole went or came with its end."""
    mark = ""
    if words and len({one.change for one in words}) == 1 and words[0].change != SAME:
        mark = f"<w:rPr><w:{words[-1].change}{_by(words[-1], numbers)}/></w:rPr>"
    return paragraph("BodyText", "".join(_run(one, numbers) for one in words), _LEFT + mark)


def _run(one: Words, numbers: Iterator[int]) -> str:
    name = "delText" if one.change == GONE else "t"
    pieces = []
    for piece in re.split("([\n\t])", _NOT_IN_XML.sub("", one.text)):
        if piece == "\n":
            pieces.append("<w:br/>")
        elif piece == "\t":
            pieces.append("<w:tab/>")
        elif piece:
            pieces.append(f'<w:{name} xml:space="preserve">{escape(piece)}</w:{name}>')
    run = f"<w:r>{''.join(pieces)}</w:r>"
    return f"<w:{one.change}{_by(one, numbers)}>{run}</w:{one.change}>" if one.change else run


def _by(one: Words, numbers: Iterator[int]) -> str:
    at = f' w:date="{escape(one.at)}"' if one.at else ""
    return f' w:id="{next(numbers)}" w:author="{_escaped(one.author)}"{at}'


def _bold(words: str) -> str:
    return f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{_escaped(words)}</w:t></w:r>'


def _small(words: str) -> str:
    run = f'<w:rPr><w:i/><w:sz w:val="20"/></w:rPr><w:t xml:space="preserve">{_escaped(words)}</w:t>'
    return f"<w:r>{run}</w:r>"


def _escaped(words: str) -> str:
    return escape(_NOT_IN_XML.sub("", words))


def _packed(body: str, language: str) -> bytes:
    relations = f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
    relation = f'<Relationship Id="{{0}}" Type="{_OFFICE}/{{1}}" Target="{{2}}"/>'
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations.format(relation.format("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": body,
        "word/_rels/document.xml.rels": relations.format(
            relation.format("r1", "styles", "styles.xml") + relation.format("r2", "settings", "settings.xml")
        ),
        "word/styles.xml": part("styles.xml", language),
        "word/settings.xml": _SETTINGS,
    }
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            # A day of its own, so that the same text is the same file.
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
