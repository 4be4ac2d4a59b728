"""The DOCX in a template of the student's: its styles, page, head and foot in place of ours (R-04).

All is written with our own names of styles first; here they become those of the template.
"""

import base64
from collections.abc import Iterator
from html import escape
from typing import Final

from lxml import etree

from typesetting.own_template import LOGO, PAGE, PAGES, TAB, Line, Logo, OwnTemplate
from typesetting.own_template.styles import with_ours
from typesetting.word_parts import field, text
from typesetting.word_styles import WORD

_W: Final = f"{{{WORD}}}"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_LOGO_ID: Final = "rIdLogo"
_NAMED: Final = tuple(f"{_W}{kind}" for kind in ("pStyle", "rStyle", "tblStyle"))


class Dress:
    """What a template changes in a package, part by part."""

    def __init__(self, template: OwnTemplate, styles: str, *, locale: str, text_width: int) -> None:
        self._template = template
        width = template.page.text_width if template.page else text_width
        self.styles, self._names = with_ours(
            template.styles, styles, template.names, text_width=width, locale=locale
        )  # fmt: skip

    def heads(self, notice: str, number: str, *, is_top: bool) -> dict[str, str]:
        """Heads and feet by the names of their parts. ``notice`` and ``number`` are ours, paragraphs of their own."""
        found, ours = self._template, "" if self._template.has_number else number
        return {
            "word/header_notice.xml": self._part("hdr", found.first_head, notice),
            "word/header_number.xml": self._part("hdr", found.head, notice, ours if is_top else ""),
            "word/footer_number.xml": self._part("ftr", found.foot, "" if is_top else ours),
            "word/footer_title.xml": self._part("ftr", found.first_foot),
        }

    def media(self, names: list[str]) -> dict[str, bytes]:
        """The logo with the relations of the heads and feet that show it; nothing without one."""
        logo = self._template.logo
        if logo is None:
            return {}
        picture = f"media/logo.{logo.ending}"
        relations = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_PACKAGE}">'
            f'<Relationship Id="{_LOGO_ID}" Type="{_OFFICE}/image" Target="{picture}"/></Relationships>'
        ).encode()
        beside = {f"word/_rels/{name.removeprefix('word/')}.rels": relations for name in names}
        return {f"word/{picture}": base64.b64decode(logo.data), **beside}

    def types(self, root: "etree._Element") -> None:
        """Says in the package's list what kind of picture the logo is."""
        logo = self._template.logo
        namespace = etree.QName(root).namespace
        if logo and not any(one.get("Extension") == logo.ending for one in root.iter(f"{{{namespace}}}Default")):
            kind = {"png": "image/png", "jpeg": "image/jpeg"}[logo.ending]
            root.insert(0, etree.Element(f"{{{namespace}}}Default", Extension=logo.ending, ContentType=kind))

    def renamed(self, root: "etree._Element") -> None:
        """Names of styles as the template has them; pages and lists as it wants them."""
        for paragraph in root.iter(f"{_W}pPr"):
            self._change_paragraph(paragraph)
        for node in root.iter(*_NAMED):
            name = str(node.get(f"{_W}val"))
            node.set(f"{_W}val", self._names.get(name, name))
        for section in root.iter(f"{_W}sectPr"):
            self._change_section(section)

    def _change_paragraph(self, properties: "etree._Element") -> None:
        style = properties.find(f"{_W}pStyle")
        if style is None:
            return
        if style.get(f"{_W}val") == "TOCHeading" and properties.find(f"{_W}pageBreakBefore") is None:
            style.addnext(etree.Element(f"{_W}pageBreakBefore"))
        if properties.find(f"{_W}numPr") is not None and "ListParagraph" in self._names:
            style.set(f"{_W}val", "ListParagraph")

    def _change_section(self, section: "etree._Element") -> None:
        page = self._template.page
        if page is not None:
            size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
            assert size is not None and margins is not None  # noqa: PT018  # we wrote both
            _set(size, w=page.width, h=page.height)
            _set(margins, top=page.top, right=page.right, bottom=page.bottom, left=page.left)
            _set(margins, header=page.head, footer=page.foot)
        usual = {
            node.tag.removeprefix(_W): node
            for node in section
            if node.tag.endswith("Reference") and node.get(f"{_W}type") == "default"
        }
        head, foot = usual["headerReference"], usual["footerReference"]
        if head.get(f"{{{_OFFICE}}}id") == "rIdHeaderNumber" or foot.get(f"{{{_OFFICE}}}id") == "rIdFooter":
            head.set(f"{{{_OFFICE}}}id", "rIdHeaderNumber")
            foot.set(f"{{{_OFFICE}}}id", "rIdFooter")

    def _part(self, kind: str, lines: tuple[Line, ...], *ours: str) -> str:
        style = self._names["Header" if kind == "hdr" else "Footer"]
        inside = "".join(_paragraph(style, line, self._template.logo) for line in lines) + "".join(ours)
        empty = f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p>'
        part = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<w:{kind} xmlns:w="{WORD}" xmlns:r="{_OFFICE}">{inside or empty}</w:{kind}>'
        )
        root = etree.fromstring(part.encode())
        for node in root.iter(*_NAMED):
            name = str(node.get(f"{_W}val"))
            node.set(f"{_W}val", self._names.get(name, name))
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True).decode()


def _set(node: "etree._Element", **values: int) -> None:
    for name, value in values.items():
        node.set(f"{_W}{name}", str(value))


def _paragraph(style: str, line: Line, logo: Logo | None) -> str:
    side = "" if line.side == "left" else f'<w:jc w:val="{line.side}"/>'
    pieces = "".join(_runs(line.pieces, logo))
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr>{pieces}</w:p>'


def _runs(pieces: tuple[str, ...], logo: Logo | None) -> Iterator[str]:
    for piece in pieces:
        if piece == TAB:
            yield "<w:r><w:tab/></w:r>"
        elif piece in (PAGE, PAGES):
            yield field(" PAGE " if piece == PAGE else " NUMPAGES ", text("1"))
        elif piece == LOGO:
            yield _picture(logo) if logo else ""
        else:
            yield text(escape(piece))


def _picture(logo: Logo) -> str:
    main, picture = f"{_DRAWING}/main", f"{_DRAWING}/picture"
    size = f'cx="{logo.width}" cy="{logo.height}"'
    said = f'id="1" name="logo" descr="{escape(logo.words or "Logo")}"'
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing"><wp:extent {size}/><wp:docPr {said}/>'
        f'<a:graphic xmlns:a="{main}"><a:graphicData uri="{picture}"><pic:pic xmlns:pic="{picture}">'
        f'<pic:nvPicPr><pic:cNvPr {said}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{_LOGO_ID}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>"
        f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
