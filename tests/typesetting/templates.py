"""Word templates as faculties give them out: German Word's ids, a theme's fonts, a head with a logo."""

import io
import zipfile
from typing import Final

from PIL import Image

_NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"

STYLES: Final = f"""<w:styles {_NAMESPACES}>
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi"/><w:sz w:val="22"/>
<w:lang w:val="de-DE"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>
<w:latentStyles w:count="376"/>
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/>
<w:pPr><w:spacing w:after="160" w:line="360" w:lineRule="auto"/><w:jc w:val="both"/></w:pPr></w:style>
<w:style w:type="character" w:default="1" w:styleId="Absatz-Standardschriftart"><w:name w:val="Default Paragraph Font"/>
</w:style>
<w:style w:type="table" w:default="1" w:styleId="NormaleTabelle"><w:name w:val="Normal Table"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/>
<w:next w:val="Weg"/><w:pPr><w:keepNext/><w:numPr><w:numId w:val="3"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:rFonts w:asciiTheme="majorHAnsi"/><w:color w:val="2F5496" w:themeColor="accent1"/><w:sz w:val="32"/>
<w14:glow/></w:rPr></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="Kind"><w:name w:val="Kind"/><w:basedOn w:val="Ring"/></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="Ring"><w:name w:val="Ring"/><w:basedOn w:val="Kind"/></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="Blockzitat"><w:name w:val="Blockzitat"/>
<w:basedOn w:val="Standard"/><w:pPr><w:ind w:left="567"/></w:pPr><w:rPr><w:i/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Beschriftung"><w:name w:val="caption"/><w:basedOn w:val="Standard"/></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/><w:basedOn w:val="Standard"/>
<w:pPr><w:tabs><w:tab w:val="clear" w:pos="709"/></w:tabs><w:ind w:right="567"/></w:pPr>
<w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis2"><w:name w:val="toc 2"/><w:basedOn w:val="Standard"/>
<w:pPr><w:keepNext/><w:tabs><w:tab w:val="left" w:pos="800"/><w:tab w:val="end" w:pos="9000"/></w:tabs>
</w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Inhaltsverzeichnisberschrift"><w:name w:val="TOC Heading"/>
<w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Listenabsatz"><w:name w:val="List Paragraph"/>
<w:basedOn w:val="Standard"/></w:style>
<w:style w:type="paragraph" w:styleId="Kopfzeile"><w:name w:val="header"/><w:basedOn w:val="Standard"/></w:style>
<w:style w:type="paragraph" w:styleId="Fuzeile"><w:name w:val="footer"/><w:basedOn w:val="Standard"/></w:style>
<w:style w:type="table" w:customStyle="1" w:styleId="Fakultt"><w:name w:val="Fakultät"/></w:style>
<w:style w:type="numbering" w:styleId="Liste"><w:name w:val="No List"/></w:style>
</w:styles>"""
HEAD: Final = (
    "<w:p><w:r><w:drawing><wp:inline "
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="720000" cy="360000"/><wp:docPr id="1" name="Bild" descr="Wappen"/>'
    '<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:embed="rId1"/>'
    "</wp:inline></w:drawing></w:r><w:r><w:tab/><w:t>Fakultät für </w:t></w:r><w:r><w:t>Physik</w:t></w:r></w:p><w:p/>"
)
FOOT: Final = (
    '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t>Seite </w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t> von </w:t></w:r>'
    '<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>9</w:t></w:r></w:fldSimple></w:p>'
    "<w:p><w:r><w:t>Musterstraße 1</w:t></w:r></w:p>"
)
SECTION: Final = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:footerReference w:type="default" r:id="rId3"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1701" w:right="1134" w:bottom="1134" w:left="1701" '
    'w:header="708" w:footer="708" w:gutter="284"/></w:sectPr>'
)
_TABLE: Final = '<w:tbl><w:tblPr><w:tblStyle w:val="Fakultt"/></w:tblPr></w:tbl>'


def picture(kind: str = "PNG", size: tuple[int, int] = (20, 10)) -> bytes:
    """A picture of one colour."""
    written = io.BytesIO()
    Image.new("RGB", size, "navy").save(written, kind)
    return written.getvalue()


def relations(*rows: tuple[str, str, str]) -> str:
    """Relations of a part: kind and target, and what else is said."""
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}" {more}/>'
        for number, (kind, target, more) in enumerate(rows, start=1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def template(*, main: str = "template.main", **parts: str | bytes | None) -> bytes:
    """A template; ``parts`` change or take away parts, by their names or as here."""
    files: dict[str, str | bytes | None] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.{main}+xml"/></Types>',
        "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{parts.get('body', _TABLE + SECTION)!s}</w:body>"
        "</w:document>",
        "word/_rels/document.xml.rels": relations(
            ("styles", "styles.xml", ""), ("header", "header1.xml", ""), ("footer", "footer1.xml", ""),
            ("theme", "/word/theme/theme1.xml", ""), ("hyperlink", "https://www.example.edu/", 'TargetMode="External"'),
        ),
        "word/styles.xml": parts.get("styles", STYLES),
        "word/header1.xml": f"<w:hdr {_NAMESPACES}>{parts.get('head', HEAD)!s}</w:hdr>",
        "word/_rels/header1.xml.rels": relations(("image", "media/image1.png", "")),
        "word/footer1.xml": f"<w:ftr {_NAMESPACES}>{parts.get('foot', FOOT)!s}</w:ftr>",
        "word/media/image1.png": parts.get("logo", picture()),
        "word/theme/theme1.xml": '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:majorFont><a:latin typeface="Calibri Light"/></a:majorFont>'
        '<a:minorFont><a:latin typeface="Calibri"/></a:minorFont></a:theme>',
    }  # fmt: skip
    return packed({**files, **{name: part for name, part in parts.items() if "." in name}})


def packed(files: dict[str, str | bytes | None]) -> bytes:
    """A package of the parts; those that are None are left out."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in files.items():
            if part is not None:
                package.writestr(name, part)
    return written.getvalue()
