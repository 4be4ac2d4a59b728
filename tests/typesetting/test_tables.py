"""Tables: numbered, referred to, with their source, figures under each other, the same in every format (R-17)."""

import zipfile
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from tests.typesetting.samples import WORD, docx_part, docx_text, manuscript, pdf_pages, section
from tests.typesetting.test_formats import made
from typesetting import Manuscript, measure, render_docx, render_pdf, render_reader
from typesetting.elements import plain, walk
from typesetting.html import HtmlWriter
from typesetting.labels import words
from typesetting.parsing import parse
from typesetting.tables import is_captioned, read, with_native_caption
from typesetting.word_tables import keep_rows, with_fields

ROWS = "\n".join(f"| Lamp number {number} of the harbour, with many words | {number}.5 |" for number in range(60))
TEXT = f"""
As [](#tbl-lamps) and [the long one](#tbl-long) show.

| Lamp | Hours |
|---|---|
| Oil | 2.25 |
| Gas & air | 13.5 |
Table: Lamps & their *hours* {{#tbl-lamps}}

Source: Own table after [@doe1999, p. 14].

More words.

Table 7. A long one {{#tbl-long}}

| Lamp | Hours |
|---|---|
{ROWS}

| {"W" * 200} | b |
|---|---|
| {"w" * 200} | d |
"""


def cells(table: str, language: str = "en") -> list[list[str]]:
    """Words of each column of a table's body."""
    (block,) = parse(table, language=language, below=2).blocks
    rows = block["c"][4][0][3]
    return [[plain(row[1][number]) for row in rows] for number in range(len(block["c"][2]))]


def column(figures: list[str], language: str = "en") -> tuple[str, list[str]]:
    table = "| a |\n|---|\n" + "\n".join(f"| {figure} |" for figure in figures)
    (block,) = parse(table, language=language, below=2).blocks
    return block["c"][2][0][0]["t"], cells(table, language)[0]


@pytest.mark.parametrize(
    ("figures", "language", "printed"),
    [
        (["2.25", "13.5", "1,015", "–"], "en", ["2.25", "13.5\u2007", "1,015\u2007\u2007\u2008", "–"]),
        (["2,25", "13,5", "1.015"], "de", ["2,25", "13,5\u2007", "1.015\u2007\u2007\u2008"]),
        (["2.5", "3"], "de", ["2.5", "3\u2007\u2008"]),
        (["1.000", "3"], "de", ["1.000", "3"]),
        (["5 %", "12.5%", "−3 EUR"], "en", ["5\u2007\u2008\u00a0%", "12.5%", "−3\u2007\u2008\u00a0EUR"]),
        (["1 000", "**2**"], "en", ["1\u00a0000", "2"]),
    ],
)
def test_figures_stand_under_each_other(figures: list[str], language: str, printed: list[str]) -> None:
    assert column(figures, language) == ("AlignRight", printed)


@pytest.mark.parametrize("figures", [["two", "3"], ["–", "n/a"], ["Oil 2"], ["2020/21"]])
def test_words_stay_as_they_are(figures: list[str]) -> None:
    assert column(figures) == ("AlignDefault", figures)


def test_an_alignment_that_was_asked_for_is_kept() -> None:
    (block,) = parse("| a |\n|:-:|\n| 2.5 |\n| 3 |", language="en", below=2).blocks
    assert block["c"][2][0][0]["t"] == "AlignCenter"
    assert [plain(row) for row in block["c"][4][0][3]] == ["2.5", "3"]


def test_wide_tables_get_columns_by_their_words() -> None:
    (block,) = parse(f"| a | b |\n|---|---|\n| {'word ' * 40} | 1,000.5 |", language="en", below=2).blocks
    shares = [width["c"] for _side, width in block["c"][2]]
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert 0.1 < shares[1] < shares[0]
    (narrow,) = parse("| a |\n|---|\n| b |", language="en", below=2).blocks
    assert narrow["c"][2][0][1]["t"] == "ColWidthDefault"


@pytest.mark.parametrize(
    ("text", "captions", "sources"),
    [
        ("| a |\n|---|\n| b |\n\nTable: One\nmore\n\nSource: S", ["One more"], ["Source: S"]),
        ("| a |\n|---|\n| b |\nTabelle 3: Eins\nQuelle: S", ["Eins"], ["Source: S"]),
        ("| a |\n|---|\n| b |\n\nSource: S", [], ["Source: S"]),
        ("Table: One\n\n| a |\n|---|\n| b |\n\nTable: Two", ["One"], []),
        ("Table: One\n\n| a |\n|---|\n| b |\n\nTable: Two\n\n| c |\n|---|\n| d |", ["One", "Two"], []),
        (
            "Table: One\n\n| a |\n|---|\n| b |\n\nSource: S\n\nTable: Two\n\n| c |\n|---|\n| d |\n\nSource: T",
            ["One", "Two"],
            ["Source: S", "Source: T"],
        ),
        ("Table: One\n| a |\n|---|\n| b |\n\n| c |\n|---|\n| d |\n\nTable: Two", ["One", "Two"], []),
        ("| a |\n|---|\n| b |\n\nTable: One\n\n| c |\n|---|\n| d |", ["One"], []),
        ("Table: nothing follows\n\nSource: none\n\n| a |\n|---|\n| b |", [], []),
        ("Tables: no.\n\n    Table: code\n\n| a |\n|---|\n| b |", [], []),
        ("| a |\n|---|\n| b |\n\nTable. So it goes on.\n\nSource. Of light.", [], []),
        ("| a |\n|---|\n| b |\n\nTable 1. One", ["One"], []),
        ("- item\n\n  | a |\n  |---|\n  | b |\n\n  Table: One", ["One"], []),
    ],
)
def test_captions_belong_to_the_table_beside_them(text: str, captions: list[str], sources: list[str]) -> None:
    language = "de" if "Tabelle" in text else "en"
    blocks = parse(text, language=language, below=2).blocks
    found = [read(one) for one in walk(blocks) if is_captioned(one)]
    assert [plain(one.caption) for one in found if one.caption] == captions
    assert [plain(one.source).replace("Quelle", "Source") for one in found if one.source] == sources


def test_cells_beyond_the_head_widen_the_table() -> None:
    assert cells("| a | b |\n|---|--:|\n| 1 | 2 | x*y* | 4 |\n| 5 |") == [["1", "5"], ["2", ""], ["xy", ""], ["4", ""]]
    (quotation,) = parse("> | a |\n> |---|\n> | b | c |", language="en", below=2).blocks
    assert plain(quotation["c"]) == "abc"
    many = cells("| a |\n|---|\n|" + " x |" * 50)
    assert (len(many), many[-1]) == (40, [" ".join("x" * 11)])


@pytest.mark.parametrize("text", ["Table: One\n\n| no table", "Table: One\n| a | b |\n|---|"])
def test_words_above_what_only_looks_like_a_table_are_printed(text: str) -> None:
    first, *_rest = parse(text, language="en", below=2).blocks
    assert plain(first["c"]).startswith("Table: One")


@pytest.fixture(scope="module")
def source() -> Manuscript:
    return manuscript(section(TEXT), section("See [](#tbl-lamps).", identifier="b", title="Second"))


def test_screen_shows_number_caption_source_and_reference(source: Manuscript) -> None:
    reader = render_reader(source)
    first = reader.sections["a"]
    assert 'As <a href="#table-1">Table\u00a01</a> and <a href="#table-2">the long one</a> show.' in first
    assert '<div class="captioned" id="table-1">' in first
    assert '<div class="table-caption"><strong>Table\u00a01.</strong> Lamps &amp; their <em>hours</em></div>' in first
    assert '<div class="table-scroll" tabindex="0"><table><thead>' in first
    assert '<td class="right figure">13.5\u2007</td>' in first
    assert '<div class="table-source">Source: Own table after <span class="citation"' in first
    assert "<strong>Table\u00a02.</strong> A long one</div>" in first
    assert '<a href="#table-1">Table\u00a01</a>' in reader.sections["b"]
    assert reader.fallbacks.labels == ()


def test_pdf_repeats_the_head_lists_the_tables_and_stays_within_the_margin(source: Manuscript, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    result = render_pdf(source, path)
    pages = [" ".join(page.split()) for page in pdf_pages(path)]
    assert "List of tables Table 1. Lamps & their hours" in pages[1]
    assert "Lamp Hours" in pages[result.first_pages["table-2"]]  # the page behind the one it begins on
    assert {"table-1", "table-2"} <= result.first_pages.keys()
    with pikepdf.open(path) as pdf:
        links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
        assert {"Table\u00a01", "Table\u00a02"} <= {str(link.get("/Contents", "")) for link in links}
    reached = _right_edge(path)
    assert reached <= 595.3 - 70.8 + 1


def _right_edge(path: Path) -> float:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return max(one.get_bounds()[2] for page in document for one in page.get_objects())
    finally:
        document.close()


def test_word_counts_and_lists_tables_by_its_own_fields(source: Manuscript, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    render_docx(source, path)
    root = docx_part(path)
    fields = [str(node.text).strip() for node in root.iter(f"{WORD}instrText")]
    assert fields.count("SEQ Table \\* ARABIC") == 2
    assert 'TOC \\h \\z \\c "Table"' in fields
    assert "REF _RefTable1 \\h" in fields
    lines = docx_text(root).splitlines()
    assert "Table\u00a01. Lamps & their hours" in lines
    assert f"Table\u00a02. A long one\t{measure(source).first_pages['table-2']}" in lines
    assert "As Table\u00a01 and the long one show." in lines
    kinds = [node.get(f"{WORD}fldCharType") for node in root.iter(f"{WORD}fldChar")]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")
    marks = {node.get(f"{WORD}name") for node in root.iter(f"{WORD}bookmarkStart")}
    used = {name.split()[1] for name in fields if name.startswith(("REF", "PAGEREF"))}
    assert used <= marks
    rows = list(root.iter(f"{WORD}tr"))
    assert len([row for row in rows if row.find(f"{WORD}trPr/{WORD}tblHeader") is not None]) == 3
    assert all(row.find(f"{WORD}trPr/{WORD}cantSplit") is not None for row in rows)
    styles = {node.get(f"{WORD}styleId") for node in docx_part(path, "word/styles.xml").iter(f"{WORD}style")}
    assert {node.get(f"{WORD}val") for node in root.iter(f"{WORD}pStyle")} <= styles


def test_rows_are_kept_with_and_without_properties() -> None:
    table = etree.fromstring(f'<w:tbl xmlns:w="{WORD[1:-1]}"><w:tr><w:trPr/></w:tr><w:tr/></w:tbl>')
    keep_rows(table)
    assert len(table.findall(f"{WORD}tr/{WORD}trPr/{WORD}cantSplit")) == 2


def test_other_formats_print_number_and_source(source: Manuscript, tmp_path: Path) -> None:
    with zipfile.ZipFile(made(tmp_path, "latex", source)) as package:
        tex = package.read("main.tex").decode()
    assert "\\caption{Lamps \\& their \\emph{hours}}\\label{table-1}" in tex
    assert "\\hyperref[table-1]{Table~1}" in tex
    text = made(tmp_path, "markdown", source).read_text()
    assert "Table\u00a01. Lamps & their *hours*\n" in text
    assert '<div id="table-1">' in text
    page = made(tmp_path, "html", source).read_text()
    assert '<div class="captioned" id="table-1">' in page
    with zipfile.ZipFile(made(tmp_path, "odt", source)) as package:
        content = "".join(etree.fromstring(package.read("content.xml")).itertext())
    assert "Table\u00a01. Lamps & their hours" in content
    assert "Source: Own table after" in content


@pytest.mark.parametrize("kind", ["latex", "markdown", "html", "odt", "epub"])
def test_other_formats_list_the_tables(source: Manuscript, tmp_path: Path, kind: str) -> None:
    written = made(tmp_path, kind, source)
    if kind == "latex":
        with zipfile.ZipFile(written) as package:
            assert "{List of tables}\n\\listoftables\n" in package.read("main.tex").decode()
    elif kind == "markdown":
        assert "## List of tables\n\n- [Table\u00a01. Lamps & their hours](#table-1)\n" in written.read_text()
    elif kind == "html":
        assert '<li class="depth-1"><a href="#table-2">Table\u00a02. A long one</a></li>' in written.read_text()
    else:
        with zipfile.ZipFile(written) as package:
            inside = "".join(package.read(name).decode() for name in package.namelist() if name.endswith("ml"))
        assert "List of tables" in inside
        assert ('text:bookmark text:name="table-2"' if kind == "odt" else 'id="table-2"') in inside
        assert "#table-2" in inside


@pytest.mark.parametrize("language", ["en", "de", "it", "es", "fr", "pl", "pt", "nl", "cs", "ro"])
def test_each_language_has_its_words(language: str) -> None:
    said = words(language)
    table = f"| a |\n|---|\n| b |\n\n{said.table} 1: W {{#tbl-x}}\n\n{said.source}: S"
    (block,) = parse(table, language=language, below=2).blocks
    assert plain(read(block).source) == f"{said.source}: S"
    assert block["c"][0][0] == "tbl-x"
    assert said.tables


def test_a_table_that_nothing_numbers_keeps_its_caption() -> None:
    (block,) = parse("| a |\n|---|\n| b |\n\nTable: Words", language="en", below=2).blocks
    assert '<div class="table-caption">Words</div>' in HtmlWriter().blocks([block])
    caption, table, _below = with_fields([block])
    assert plain(caption) == "Words"
    assert table["t"] == "Table"
    (native,) = with_native_caption(block, is_numbered_there=False)
    assert plain(native["c"][1][0]["c"][1]) == "Words"
