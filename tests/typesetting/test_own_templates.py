"""Word templates that students bring: what is read of them, what is refused, and the DOCX in one (R-04, R-101)."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.typesetting.samples import WORD, docx_part, docx_text, long_manuscript, manuscript, section
from tests.typesetting.templates import HEAD, SECTION, STYLES, picture, relations, template
from typesetting import render_docx
from typesetting.formats import Files
from typesetting.own_template import LOGO, MAX_BYTES, PAGE, PAGES, TAB, Line, OwnTemplate, TemplateRefused
from typesetting.own_template.reading import parsed, read
from typesetting.page_format import STANDARD

TEXT = """First words.[^1]

| Lamp | Hours |
|------|-------|
| Oil  | 2.25  |

Table: Lamps

- one
- two

> A quotation.

[^1]: A note.
"""


def template_part(name: str) -> bytes:
    """A part of the template as it is."""
    with zipfile.ZipFile(io.BytesIO(template())) as package:
        return package.read(name)


def values(root: "etree._Element", kind: str) -> set[str]:
    return {str(node.get(f"{WORD}val")) for node in root.iter(f"{WORD}{kind}")}


def test_template_is_read_in_a_process_of_its_own() -> None:
    found = read(template())
    assert found.names["Heading1"] == "berschrift1"
    assert found.names["BlockText"] == "Blockzitat"
    assert found.names["Table"] == "Fakultt"
    assert "Bibliography" not in found.names
    assert found.page is not None
    assert (found.page.left, found.page.text_width) == (1985, 8787)
    assert found.head == (Line("left", (LOGO, TAB, "Fakultät für Physik")),)
    assert found.foot == (Line("center", ("Seite ", PAGE, " von ", PAGES)), Line("left", ("Musterstraße 1",)))
    assert found.first_foot == found.foot[1:]
    assert (found.logo is not None, found.body, found.left_out) == (True, ("sans", 11.0, 1.5), ("numbers",))
    assert OwnTemplate.from_text(found.to_text()) == found
    with pytest.raises(TemplateRefused, match="too large"):
        read(b"x" * (MAX_BYTES + 1))
    with pytest.raises(TemplateRefused, match="no Word document"):
        read(b"PK")


def test_styles_are_cleaned() -> None:
    styles = parsed(template()).styles
    for gone in ("numPr", "w14", "themeColor", "Theme", "w:lang", "latent", "No List"):
        assert gone not in styles
    assert 'w:ascii="Calibri Light"' in styles
    assert 'w:val="2F5496"' in styles
    # Styles based on each other end nowhere.
    assert not {'<w:basedOn w:val="Kind"/>', '<w:basedOn w:val="Ring"/>'} <= set(re.findall("<w:basedOn[^>]*>", styles))
    assert '<w:next w:val="Weg"/>' not in styles


def many_styles() -> str:
    """More characters of styles than a template may have."""
    style = '<w:style w:type="paragraph" w:styleId="{0}"><w:name w:val="{0}"/><w:rPr>{1}</w:rPr></w:style>'
    more = style.format("x" * 110, "<w:b/>" * 40) * 1_400
    return STYLES.replace("</w:styles>", f"{more}</w:styles>")


OUTSIDE = relations(("image", "https://example.edu/a.png", 'TargetMode="External"'))
OF_STYLES = relations(("styles", "styles.xml", ""))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"main": "document.macroEnabled.main"}, "no Word document"),
        ({"[Content_Types].xml": None}, "damaged"),
        ({"styles": "<w:styles"}, "damaged"),
        ({"styles": "<!DOCTYPE x>" + STYLES}, "damaged"),
        ({"styles": "<other/>"}, "no styles"),
        ({"styles": STYLES.replace('w:default="1"', "").replace('"Normal"', '"N"')}, "no styles"),
        ({"styles": STYLES.replace("</w:styles>", "<w:style/>" * 1_500 + "</w:styles>")}, "no styles"),
        ({"word/_rels/document.xml.rels": OF_STYLES.replace("/styles", "/theme")}, "no styles"),
        ({"word/_rels/document.xml.rels": OF_STYLES.replace("styles.xml", "nowhere.xml")}, "damaged"),
        ({"word/_rels/header1.xml.rels": OUTSIDE}, "elsewhere"),
        ({"styles": STYLES + " " * (25 * 1024 * 1024)}, "unpacks to too much"),
        ({"styles": many_styles()}, "too many styles"),
    ],
)
def test_file_that_is_no_template_is_refused_in_words(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(TemplateRefused, match=said):
        parsed(template(**changed))


@pytest.mark.parametrize(
    ("changed", "left_out"),
    [
        ({"body": ""}, {"page"}),
        ({"body": SECTION.replace('w:w="11906"', 'w:w="4000"')}, {"page"}),
        ({"body": SECTION.replace("<w:pgMar", '<w:cols w:num="2"/><w:pgMar')}, {"columns"}),
        ({"body": SECTION.replace("<w:pgSz", '<w:headerReference w:type="even" r:id="rId2"/><w:pgSz')}, {"even-pages"}),
        ({"head": f"<w:tbl><w:tr><w:tc>{HEAD}</w:tc></w:tr></w:tbl>"}, {"head-table"}),
        ({"head": "<w:p><w:r><w:pict/></w:r></w:p>"}, {"head-drawing"}),
        ({"head": HEAD.replace("rId1", "rId9")}, {"head-drawing"}),
        (
            {
                "head": HEAD + HEAD.replace("rId1", "rId2"),
                "word/_rels/header1.xml.rels": relations(("image", "media/image1.png", ""), ("image", "b.png", "")),
            },
            {"head-drawing"},
        ),
        ({"head": '<w:p><w:fldSimple w:instr="DATE"><w:r><w:t>1.1.</w:t></w:r></w:fldSimple></w:p>'}, {"head-field"}),
        ({"head": '<w:p><w:fldSimple w:instr=""/></w:p>'}, {"head-field"}),
        ({"head": f"<w:p><w:r><w:t>{'x' * 500}</w:t></w:r></w:p>"}, {"head-long"}),
        ({"logo": b"GIF89a"}, {"logo"}),
        ({"logo": b"\x00" * 500_000}, {"logo"}),
        ({"logo": picture(size=(4_001, 1))}, {"logo"}),
        ({"head": HEAD.replace('cx="720000"', 'cx="-1"')}, {"logo"}),
    ],
)
def test_what_is_not_taken_is_said(changed: dict[str, Any], left_out: set[str]) -> None:
    assert set(parsed(template(**changed)).left_out) == {"numbers", *left_out}


def test_template_of_libreoffice_does_not_say_which_style_is_the_usual(tmp_path: Path) -> None:
    own = parsed(template(styles=STYLES.replace(' w:default="1"', "")))
    assert own.names["Normal"] == "Standard"
    written = Files(manuscript(own_template=own.to_text()), first_pages={}, folder=tmp_path).write("docx")
    usual = [
        style.get(f"{WORD}styleId")
        for style in docx_part(written, "word/styles.xml").iter(f"{WORD}style")
        if style.get(f"{WORD}default") == "1" and style.get(f"{WORD}type") == "paragraph"
    ]
    assert usual == ["Standard"]


def test_logo_on_the_first_page_as_on_the_others_is_one() -> None:
    first = SECTION.replace("<w:pgSz", '<w:headerReference w:type="first" r:id="rId6"/><w:titlePg/><w:pgSz')
    related = relations(
        ("styles", "styles.xml", ""), ("header", "header1.xml", ""), ("footer", "footer1.xml", ""),
        ("theme", "theme/theme1.xml", ""), ("hyperlink", "a", ""), ("header", "header2.xml", ""),
    )  # fmt: skip
    again = ("word/header2.xml", "word/_rels/header2.xml.rels")
    parts = {name: template_part(name.replace("header2", "header1")) for name in again}
    found = parsed(template(body=first, **{"word/_rels/document.xml.rels": related}, **parts))
    assert (found.first_head, found.left_out) == (found.head, ("numbers",))


def test_one_part_may_be_the_head_of_the_first_page_and_of_the_others() -> None:
    first = SECTION.replace("<w:pgSz", '<w:headerReference w:type="first" r:id="rId6"/><w:titlePg/><w:pgSz')
    twice = relations(
        ("styles", "styles.xml", ""), ("header", "header1.xml", ""), ("footer", "footer1.xml", ""),
        ("theme", "theme/theme1.xml", ""), ("hyperlink", "a", ""), ("header", "header1.xml", ""),
    )  # fmt: skip
    found = parsed(template(body=first, **{"word/_rels/document.xml.rels": twice}))
    assert found.head == found.first_head != ()


def test_first_page_has_its_own_head() -> None:
    first = SECTION.replace('w:type="default" r:id="rId2"', 'w:type="first" r:id="rId2"').replace(
        "</w:sectPr>", "<w:titlePg/></w:sectPr>"
    )
    wide = SECTION.replace('w:w="11906" w:h="16838"', 'w:w="16838" w:h="11906"')
    found = parsed(template(body=first + wide, logo=picture("JPEG")))
    assert (found.head, len(found.first_head), found.first_foot) == ((), 1, ())
    assert found.logo is not None
    assert found.logo.ending == "jpeg"


@pytest.mark.parametrize(
    ("line", "size", "body"),
    [
        ('w:line="360" w:lineRule="exact"', "24", ("serif", 12.0, 1.304)),
        ('w:line="x"', "x", ("serif", 10.0, 1.0)),
    ],
)
def test_text_is_counted_about_as_the_template_sets_it(line: str, size: str, body: tuple[str, float, float]) -> None:
    styles = STYLES.replace('w:line="360" w:lineRule="auto"', line).replace('w:val="22"', f'w:val="{size}"')
    found = parsed(template(styles=styles, body="", **{"word/_rels/document.xml.rels": OF_STYLES}))
    assert found.body == body
    assert found.format(STANDARD).left_mm == 25
    assert parsed(template()).format(STANDARD).left_mm == 35


def test_docx_is_made_in_the_template(tmp_path: Path) -> None:
    own = parsed(template())
    work = long_manuscript(language="de", own_template=own.to_text())
    work = replace(work, sections=(replace(work.sections[0], markdown=TEXT), *work.sections[1:]))
    render_docx(work, tmp_path / "a.docx", first_pages={"a": 99})
    root, styles = docx_part(tmp_path / "a.docx"), docx_part(tmp_path / "a.docx", "word/styles.xml")
    identifiers = {str(style.get(f"{WORD}styleId")) for style in styles.iter(f"{WORD}style")}
    used = values(root, "pStyle") | values(root, "rStyle") | values(root, "tblStyle")
    notes = docx_part(tmp_path / "a.docx", "word/footnotes.xml")
    assert used | values(notes, "pStyle") <= identifiers
    assert {"berschrift1", "Blockzitat", "Beschriftung", "Listenabsatz", "Verzeichnis1", "Fakultt"} <= used
    # Not in the template, so as ours; ours of a name that is taken has another one.
    assert {"Bibliography", "FootnoteText", "TesiGoKind"} <= identifiers
    assert {str(node.get(f"{WORD}val")) for node in styles.iter(f"{WORD}lang")} == {"de-DE"}
    size, margins = next(root.iter(f"{WORD}pgSz")), next(root.iter(f"{WORD}pgMar"))
    assert (size.get(f"{WORD}w"), margins.get(f"{WORD}left")) == ("11906", "1985")
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        names = package.namelist()
        assert "word/media/logo.png" in names
        assert b'Extension="png"' in package.read("[Content_Types].xml")
    assert "Fakultät für Physik" in docx_text(docx_part(tmp_path / "a.docx", "word/header_number.xml"))
    foot = docx_part(tmp_path / "a.docx", "word/footer_number.xml")
    assert docx_text(foot) == "Seite 1 von 1\nMusterstraße 1"
    assert docx_text(docx_part(tmp_path / "a.docx", "word/footer_title.xml")) == "Musterstraße 1"
    listed = next(style for style in styles.iter(f"{WORD}style") if style.get(f"{WORD}styleId") == "Verzeichnis1")
    stops = [(tab.get(f"{WORD}val"), tab.get(f"{WORD}pos")) for tab in listed.iter(f"{WORD}tab")]
    assert stops == [("left", "567"), ("right", "8787")]
    # Contents begin a page, and their numbers are those of such pages.
    contents = next(
        one for one in root.iter(f"{WORD}pStyle") if one.get(f"{WORD}val") == "Inhaltsverzeichnisberschrift"
    )
    assert contents.getnext().tag == f"{WORD}pageBreakBefore"  # type: ignore[union-attr]  # it has one
    assert "Introduction\t3" in docx_text(root)


def test_page_numbers_are_ours_where_the_template_has_none(tmp_path: Path) -> None:
    head = "<w:p><w:r><w:t>Physik</w:t></w:r></w:p>"
    own = parsed(template(foot="<w:p/>", head=head))
    look = replace(STANDARD, number_place="top-right", page_numbers="from-text")
    work = manuscript(section("Words."), own_template=own.to_text(), page_format=look, notice="Draft")
    files = Files(work, first_pages={}, folder=tmp_path)
    written = files.write("docx_word")
    assert docx_text(docx_part(written, "word/header_number.xml")) == "Physik\nDraft\n1"
    assert docx_text(docx_part(written, "word/header_notice.xml")) == "Physik\nDraft"
    # A template without a page or heads of its own: ours.
    bare = parsed(template(body="", **{"word/_rels/document.xml.rels": OF_STYLES}))
    files = Files(replace(work, own_template=bare.to_text()), first_pages={}, folder=tmp_path)
    written = files.write("docx")
    assert docx_text(docx_part(written, "word/header_number.xml")) == "Draft\n1"
    assert next(docx_part(written).iter(f"{WORD}pgMar")).get(f"{WORD}left") == "1417"
