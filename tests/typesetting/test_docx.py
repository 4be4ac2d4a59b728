"""The DOCX: the same document for people who go on writing in Word."""

import zipfile
from pathlib import Path
from posixpath import normpath

import pytest
from lxml import etree

from tests.typesetting.samples import WORD, docx_part, docx_text, long_manuscript, manuscript, section
from typesetting import ExportError, Manuscript, measure, render_docx, render_docx_async
from typesetting.word_styles import part


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manuscript]:
    path = tmp_path_factory.mktemp("docx") / "document.docx"
    source = long_manuscript(notice="Sandbox: not for submission", ai_statement="Written with **AI**.", language="de")
    render_docx(source, path)
    return path, source


def test_every_part_is_well_formed_and_every_relation_leads_somewhere(made: tuple[Path, Manuscript]) -> None:
    with zipfile.ZipFile(made[0]) as package:
        names = set(package.namelist())
        assert len(names) == len(package.namelist())
        for name in names:
            root = etree.fromstring(package.read(name))
            if name == "word/_rels/document.xml.rels":
                inside = [item.get("Target") for item in root if item.get("TargetMode") != "External"]
                assert {normpath(f"word/{target}") for target in inside} <= names
    used = {node.get(f"{WORD}val") for node in docx_part(made[0]).iter(f"{WORD}pStyle", f"{WORD}rStyle")}
    known = {node.get(f"{WORD}styleId") for node in docx_part(made[0], "word/styles.xml").iter(f"{WORD}style")}
    assert used <= known


def test_contents_hold_entries_with_the_page_numbers_of_the_layout(made: tuple[Path, Manuscript]) -> None:
    path, source = made
    root = docx_part(path)
    lines = [
        docx_text(paragraph)
        for paragraph in root.iter(f"{WORD}p")
        if (style := paragraph.find(f"{WORD}pPr/{WORD}pStyle")) is not None
        and style.get(f"{WORD}val", "").startswith("TOC")
    ]
    pages = measure(source).first_pages
    assert lines == [
        "Inhaltsverzeichnis",
        f"1\tIntroduction\t{pages['a']}",
        f"2\tRules and their makers\t{pages['b']}",
        f"2.1\tPolicy\t{pages['c']}",
        f"2.2\tPractice\t{pages['d']}",
        f"3\tConclusion\t{pages['e']}",
        f"Literaturverzeichnis\t{pages['bibliography']}",
        f"Erklärung zur Nutzung von KI\t{pages['ai-statement']}",
    ]
    bookmarks = {node.get(f"{WORD}name") for node in root.iter(f"{WORD}bookmarkStart")}
    assert {
        node.get(f"{WORD}anchor") for node in root.iter(f"{WORD}hyperlink") if node.get(f"{WORD}anchor")
    } <= bookmarks
    kinds = [node.get(f"{WORD}fldCharType") for node in root.iter(f"{WORD}fldChar")]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == 8


def test_type_page_and_language_are_those_of_a_page(made: tuple[Path, Manuscript]) -> None:
    styles = docx_part(made[0], "word/styles.xml")
    normal = styles.find(f"{WORD}style[@{WORD}styleId='Normal']")
    assert normal is not None
    spacing = normal.find(f"{WORD}pPr/{WORD}spacing")
    assert spacing is not None
    assert [spacing.get(f"{WORD}{name}") for name in ("line", "lineRule", "after")] == ["414", "atLeast", "120"]
    defaults = styles.find(f"{WORD}docDefaults/{WORD}rPrDefault/{WORD}rPr")
    assert defaults is not None
    assert defaults.find(f"{WORD}sz").get(f"{WORD}val") == "24"
    assert defaults.find(f"{WORD}lang").get(f"{WORD}val") == "de-DE"
    page = docx_part(made[0]).find(f"{WORD}body/{WORD}sectPr")
    assert page is not None
    assert page.find(f"{WORD}pgSz").get(f"{WORD}w") == "11906"
    assert {page.find(f"{WORD}pgMar").get(f"{WORD}{side}") for side in ("top", "right", "bottom", "left")} == {"1417"}
    assert docx_part(made[0], "word/settings.xml").find(f"{WORD}autoHyphenation") is not None


def test_head_and_foot_carry_notice_and_number(made: tuple[Path, Manuscript]) -> None:
    assert "Sandbox: not for submission" in docx_text(docx_part(made[0], "word/header_notice.xml"))
    footer = docx_part(made[0], "word/footer_number.xml")
    assert [node.text for node in footer.iter(f"{WORD}instrText")] == [" PAGE "]


def test_titles_are_text_and_not_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    render_docx(manuscript(section("x", title="<w:p> & *co* \x0b"), title="A & <B>", author="O'Neil & <x>"), path)
    text = docx_text(docx_part(path))
    assert "A & <B>" in text
    assert "1\t<w:p> & *co*" in text


async def test_given_pages_are_used_and_missing_ones_found(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    source = manuscript(section("x [@doe1999]"))
    await render_docx_async(source, path, first_pages={"a": 33, "bibliography": 44})
    assert "1\tIntroduction\t33" in docx_text(docx_part(path))
    render_docx(source, path, first_pages={"a": 33})
    assert "1\tIntroduction\t3" in docx_text(docx_part(path)).splitlines()


def test_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="sources that are not there: nobody"):
        render_docx(manuscript(section("x [@nobody]")), tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


def test_the_figures_of_the_file_are_its_own(made: tuple[Path, Manuscript]) -> None:
    path, source = made
    told = {node.tag.rpartition("}")[2]: node.text for node in docx_part(path, "docProps/app.xml")}
    words = docx_text(docx_part(path)).split()
    assert told["Pages"] == str(measure(source).total_pages)
    assert abs(int(told["Words"] or 0) - len(words)) <= 20  # a tab parts words that Word counts as one
    assert int(told["Words"] or 0) < int(told["Characters"] or 0) < int(told["CharactersWithSpaces"] or 0)
    assert told["Application"] == "TesiGo"
    assert "Company" not in told


@pytest.mark.parametrize(("language", "signs"), [("en-GB", (".", ",")), ("de", (",", ";")), ("ro", (",", ";"))])
def test_decimal_sign_and_list_separator_are_those_of_the_language(language: str, signs: tuple[str, str]) -> None:
    settings = etree.fromstring(part("settings.xml", language).encode())
    found = [settings.find(f"{WORD}{name}") for name in ("decimalSymbol", "listSeparator")]
    assert tuple(node.get(f"{WORD}val") for node in found if node is not None) == signs


def test_lists_tables_and_notes_are_set_as_in_the_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    table = "| Year | Lamps |\n| --- | ---: |\n| 1890 | 12 |"
    render_docx(manuscript(section(f"- one\n- two\n    - three\n\n{table}\n\nA word.[^1]\n\n[^1]: A note.")), path)
    cells = [
        style.get(f"{WORD}val") for style in docx_part(path).iterfind(f".//{WORD}tc/{WORD}p/{WORD}pPr/{WORD}pStyle")
    ]
    assert cells == ["TableText"] * 4
    indents = [node.get(f"{WORD}left") for node in docx_part(path, "word/numbering.xml").iter(f"{WORD}ind")]
    assert set(indents) == {str(510 * level) for level in range(1, 10)}
    lines = [
        node.getparent().getparent().find(f"{WORD}pPr/{WORD}spacing").get(f"{WORD}line")
        for node in docx_part(path, "word/footnotes.xml").iter(f"{WORD}separator", f"{WORD}continuationSeparator")
    ]
    assert lines == ["200", "200"]


@pytest.mark.parametrize("title", ["Light", "How Volunteers Keep an Operating System Together " * 4])
def test_the_title_page_reads_from_top_to_foot_without_frames(tmp_path: Path, title: str) -> None:
    path = tmp_path / "a.docx"
    render_docx(manuscript(title=title), path)
    root = docx_part(path)
    styles = [node.get(f"{WORD}val") for node in root.iter(f"{WORD}pStyle")]
    assert styles[:5] == ["Kind", "Title", "Subtitle", "Author", "Date"]
    assert root.find(f".//{WORD}framePr") is None
    spacing = next(root.iterfind(f".//{WORD}p/{WORD}pPr/{WORD}spacing[@{WORD}before]"))
    assert 1_000 < int(spacing.get(f"{WORD}before", "0")) < 9_000
