"""Reads a Word template in a process of its own, under limits: the file on standard input, what was read on output."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Final

from lxml import etree

from tesigo.platform import limited_child
from tesigo.platform.limited_child import ChildLimits, TooSlow, Work
from typesetting.own_template import MAX_BYTES, Line, OwnTemplate, Page, TemplateRefused
from typesetting.own_template.heads import Head
from typesetting.own_template.package import Package
from typesetting.own_template.styles import cleaned, effective, found
from typesetting.word_styles import WORD

_LIMITS: Final = ChildLimits(memory_bytes=768 * 1024**2, cpu_seconds=15, wall_seconds=25)
_W: Final = f"{{{WORD}}}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_THEME_FONT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}latin"
#: Of a page, in twentieths of a point: text narrower or lower than that is no page of a thesis.
_LEAST_TEXT_WIDTH: Final = 4_500
_LEAST_TEXT_HEIGHT: Final = 8_500
_MOST: Final = 31_680
_SANS: Final = ("arial", "calibri", "helvetica", "verdana", "sans", "aptos", "tahoma", "segoe", "frutiger", "univers")
_LINE: Final = 240


def read(data: bytes) -> OwnTemplate:
    """The template in a file. Starts a child process. Raises TemplateRefused."""
    if len(data) > MAX_BYTES:
        raise TemplateRefused("large")
    try:
        ended = limited_child.run(Work("typesetting.own_template.reading", _LIMITS), given=data)
        answer = json.loads(ended.output)
    except (TooSlow, ValueError):
        raise TemplateRefused("damaged") from None
    if "refused" in answer:
        raise TemplateRefused(answer["refused"])
    return OwnTemplate.from_text(answer["template"])


def parsed(data: bytes) -> OwnTemplate:
    """As ``read``, within this process."""
    package = Package(data)
    styles = package.of_kind("styles")
    if styles is None:
        raise TemplateRefused("no-styles")
    clean = cleaned(package.xml(styles), _theme_fonts(package))
    document = package.xml(package.main)
    names = found(clean, table=_table_style(document))
    left_out: set[str] = set()
    if package.xml(styles).find(f".//{_W}numPr") is not None:
        left_out.add("numbers")
    head = Head(package)
    section = _section(document)
    page = _page(section, left_out)
    heads = _heads(package, section, head, left_out)
    body = names.get("BodyText", names["Normal"])
    return OwnTemplate(
        styles=etree.tostring(clean, encoding="unicode"),
        names=names,
        page=page,
        body=_set_like(clean, body),
        logo=head.logo,
        left_out=tuple(sorted(left_out | head.left_out)),
        **heads,
    )


def _theme_fonts(package: Package) -> dict[str, str]:
    theme = package.of_kind("theme")
    if theme is None:
        return {}
    nodes = [
        (node.getparent(), str(node.get("typeface") or "")) for node in package.xml(theme).iter(_THEME_FONT)
    ]  # fmt: skip
    return {
        etree.QName(above).localname[:5]: font
        for above, font in nodes
        if above is not None and etree.QName(above).localname in ("majorFont", "minorFont") and font
    }


def _table_style(document: "etree._Element") -> str:
    """The style that most tables of the template have; empty without any."""
    used = Counter(str(node.get(f"{_W}val")) for node in document.iter(f"{_W}tblStyle"))
    return used.most_common(1)[0][0] if used else ""


def _section(document: "etree._Element") -> "etree._Element | None":
    """The last section whose page is upright: the first ones are covers, and a sheet on its side is for a table."""
    sections = list(document.iter(f"{_W}sectPr"))
    upright = [one for one in sections if (size := _size(one)) is None or size[0] <= size[1]]
    chosen = upright or sections
    return chosen[-1] if chosen else None


def _size(section: "etree._Element") -> tuple[int, int] | None:
    node = section.find(f"{_W}pgSz")
    return None if node is None else (_twips(node, "w"), _twips(node, "h"))


def _twips(node: "etree._Element", name: str) -> int:
    said = str(node.get(f"{_W}{name}") or "0").removeprefix("-")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0


def _page(section: "etree._Element | None", left_out: set[str]) -> Page | None:
    size = None if section is None else _size(section)
    margins = None if section is None else section.find(f"{_W}pgMar")
    if section is None or size is None or margins is None:
        left_out.add("page")
        return None
    columns = section.find(f"{_W}cols")
    if columns is not None and _twips(columns, "num") > 1:
        left_out.add("columns")
    top, right, bottom, left, head, foot, gutter = (
        _twips(margins, name) for name in ("top", "right", "bottom", "left", "header", "footer", "gutter")
    )
    page = Page(*size, top, right, bottom, left + gutter, head, foot)
    is_page = max(size) <= _MOST and size[0] <= size[1] and page.text_width >= _LEAST_TEXT_WIDTH
    if not is_page or size[1] - top - bottom < _LEAST_TEXT_HEIGHT:
        left_out.add("page")
        return None
    return page


def _heads(
    package: Package, section: "etree._Element | None", head: Head, left_out: set[str]
) -> dict[str, tuple[Line, ...]]:
    """Heads and feet of the section; those of a first page, where it has one of its own."""
    if section is None:
        return {}
    parts = dict(_references(package, section))
    if any(kind == "even" for _place, kind in parts):
        left_out.add("even-pages")
    lines = {key: head.lines(name) for key, name in parts.items() if key[1] != "even"}
    has_first = section.find(f"{_W}titlePg") is not None
    said: dict[str, tuple[Line, ...]] = {}
    for place, ours in (("header", "head"), ("footer", "foot")):
        usual = lines.get((place, "default"), ())
        own = lines.get((place, "first"), ()) if has_first else usual
        said[ours] = usual
        said[f"first_{ours}"] = tuple(line for line in own if not line.has_number)
    return said


def _references(package: Package, section: "etree._Element") -> Iterator[tuple[tuple[str, str], str]]:
    """Parts of heads and feet by place and kind. One that a section does not name is that of the section before."""
    document = section.getroottree().getroot()
    for earlier in document.iter(f"{_W}sectPr"):
        for place in ("header", "footer"):
            for node in earlier.iterfind(f"{_W}{place}Reference"):
                if name := package.target(package.main, str(node.get(_ID))):
                    yield (place, str(node.get(f"{_W}type") or "default")), name
        if earlier is section:
            return


def _set_like(clean: "etree._Element", body: str) -> tuple[str, float, float]:
    """Face, size and line spacing of the text, about, as a page format has them."""
    font = effective(clean, body, "rPr/rFonts", "ascii").casefold()
    size = effective(clean, body, "rPr/sz", "val")
    points = int(size) / 2 if size.isascii() and size.isdigit() and 12 <= int(size) <= 60 else 10.0
    line = effective(clean, body, "pPr/spacing", "line")
    twips = int(line) if line.isascii() and line.isdigit() and 0 < int(line) < 1_200 else _LINE
    is_auto = effective(clean, body, "pPr/spacing", "lineRule") in ("", "auto")
    spacing = twips / _LINE if is_auto else max(1.0, twips / 20 / points / 1.15)
    face = "mono" if "courier" in font else "sans" if any(name in font for name in _SANS) else "serif"
    return face, points, round(spacing, 3)


def main() -> None:
    """Reads, tells."""
    try:
        answer = {"template": parsed(sys.stdin.buffer.read()).to_text()}
    except TemplateRefused as refusal:
        answer = {"refused": refusal.kind}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
