"""The further files: the same words, notes and citations as PDF and DOCX, in the document's language."""

import re
import zipfile
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import pytest
from lxml import etree

from tests.typesetting.samples import REFERENCES, manuscript, section, squeezed
from typesetting import ExportError, FileResult, Manuscript, formats, labels, render_file, render_files
from typesetting.elements import element
from typesetting.formats import whole
from typesetting.front_matter import FrontMatter
from typesetting.page_format import PageFormat

SICI: dict[str, Any] = {
    "id": "sici",
    "type": "article-journal",
    "title": "Warm water & its names",
    "author": [{"family": "Stern", "given": "Kai"}],
    "issued": {"date-parts": [[1997]]},
    "container-title": "Weather",
    "volume": "78",
    "DOI": "10.1175/1520-0477(1997)078<2771:TDOENO>2.0.CO;2",
}
BODY = (
    "Ships kept their course [@sici, p. 7]. Others did not [see @doe1999].[^1]\n\n> A saying.\n\n"
    "| lamp | hours |\n|:--|--:|\n| oil | 2 |\n\n### Lower\n\nA `word` of CO₂ & <b>.\n\n"
    "[^1]: As was said [@policy-2023, p. 12].\n"
)
KINDS = ("odt", "epub", "html", "markdown")
ENDINGS = {"markdown": "md"}


def whole_manuscript(**changes: Any) -> Manuscript:
    return manuscript(
        section(BODY, title="Beginning & <end>"),
        section("", identifier="b", title="Second"),
        section("Short.[^a]\n\n[^a]: The other note.", identifier="c", title="Below", level=2),
        section("Shorter.", identifier="d", title="Beside", level=2),
        **{"references": (*REFERENCES, SICI), "ai_statement": "Made with **help**.", "notice": "A trial", **changes},
    )


def made(folder: Path, kind: str, source: Manuscript) -> Path:
    pages = {one.id: number for number, one in enumerate(source.sections, start=3)}
    first_pages = {**pages, "bibliography": 8, "ai-statement": 9}
    return formats.Files(source, first_pages=first_pages, folder=folder).write(kind)


def words_of(path: Path) -> str:
    """All words of a file, a blank where a mark stands."""
    if path.suffix in (".odt", ".epub"):
        with zipfile.ZipFile(path) as package:
            names = [one for one in package.namelist() if one.endswith((".xhtml", "content.xml", "styles.xml"))]
            return "\n".join(" ".join(etree.fromstring(package.read(name)).itertext()) for name in names)
    text = path.read_text(encoding="utf-8")
    return re.sub(r"<style>.*</style>", "", text, flags=re.S)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_word_of_ours_is_in_the_documents_language(kind: str, language: str, tmp_path: Path) -> None:
    source = whole_manuscript(language=language)
    text = words_of(made(tmp_path, kind, source))
    said = labels.words(language)
    for words in (said.contents, said.bibliography, said.ai_statement, labels.long_date(source.date, language)):
        assert squeezed(words) in squeezed(text), words
    for words in ("Seminar paper", "On responsibility", "Ada Lovelace", "A trial", "The other note.", "help"):
        assert squeezed(words) in squeezed(text), words


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("style", ["apa", "ieee", "chicago-notes-bibliography"])
def test_citations_stand_as_printed(kind: str, style: str, tmp_path: Path) -> None:
    source = whole_manuscript(csl_style=style)
    text = squeezed(re.sub(r"<[^>]*>|\[|\]|\(#ref[^)]*\)|\\", "", words_of(made(tmp_path, kind, source))))
    expected = {"apa": "(Stern,1997,p.7)", "ieee": "1,p.7", "chicago-notes-bibliography": "78(1997):7"}
    assert squeezed(expected[style]) in text
    assert "@sici" not in text
    assert "AsWasSaid".lower() in text.lower()


def test_html_asks_for_nothing_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    path = made(tmp_path, "html", whole_manuscript())
    root = etree.HTML(path.read_text(encoding="utf-8"))
    assert not root.xpath("//script | //img | //link | //*[@src] | //*[@style]")
    assert "url(" not in path.read_text(encoding="utf-8")
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    inner = [target[1:] for target in root.xpath("//a/@href") if target.startswith("#")]
    assert set(inner) <= set(ids)
    assert {"note-1", "mark-1", "ref-sici", "section-3"} <= set(inner)
    assert root.get("lang") == "en-US"
    assert "https://doi.org/10.1175/1520-0477(1997)078%3C2771:TDOENO%3E2.0.CO;2" in root.xpath("//a/@href")
    assert root.xpath("//h2[@id='section-1']")[0].text == "1 Beginning & <end>"


def test_a_numbered_list_of_sources_stands_in_columns(tmp_path: Path) -> None:
    assert 'class="references listed"' in words_of(made(tmp_path, "html", whole_manuscript(csl_style="ieee")))
    assert 'class="references"' in words_of(made(tmp_path, "html", whole_manuscript()))


@pytest.mark.parametrize("kind", [*KINDS, "latex"])
def test_the_title_page_says_where_and_for_whom(kind: str, tmp_path: Path) -> None:
    front = FrontMatter(
        university="Rock University", institute="Of Lamps & Oil", course="Optics", supervisors=("A. Ek",)
    )
    path = made(tmp_path, kind, whole_manuscript(front=front, language="de"))
    if kind == "latex":
        with zipfile.ZipFile(path) as package:
            text = package.read("main.tex").decode()
    else:
        text = words_of(path)
    text = squeezed(text)
    assert text.index("RockUniversity") < text.index("Seminarpaper") < text.rindex("AdaLovelace") < text.index("Optics")
    assert "A.Ek" in text


def test_nothing_but_a_title_is_needed(tmp_path: Path) -> None:
    bare = manuscript(section("Words."), topic="", author="", kind="", references=())
    for kind in KINDS:
        text = words_of(made(tmp_path, kind, bare))
        assert "Bibliography" not in text, kind
        assert "Words." in text, kind


def test_markdown_keeps_notes_tables_and_a_way_to_each_heading(tmp_path: Path) -> None:
    text = made(tmp_path, "markdown", whole_manuscript()).read_text(encoding="utf-8")
    assert "[^1]: As was said" in text
    assert "|:-----|------:|" in text
    assert "- [2 Second](#2-second)\n  - [2.1 Below](#21-below)\n  - [2.2 Beside](#22-beside)" in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Contents", "## 1 Beginning & \\<end\\>", "## 2 Second", "## Bibliography", "## Statement on the use of AI",
    ]  # fmt: skip
    assert "/" not in re.sub(r"https?://\S+|</\w+>", "", text), "no place on the server"


def test_epub_keeps_the_rules_of_its_checker(tmp_path: Path) -> None:
    """Those that a made book can break: parts that are missing or unnamed, ids twice, links that lead nowhere."""
    path = made(tmp_path, "epub", whole_manuscript())
    with zipfile.ZipFile(path) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert package.read("mimetype") == b"application/epub+zip"
        parts = {name: package.read(name) for name in package.namelist()}
    trees = {name: etree.fromstring(data) for name, data in parts.items() if name.endswith((".xhtml", ".opf", ".xml"))}
    opf = trees["EPUB/content.opf"]
    manifest = {normpath(join("EPUB", one.get("href"))): one for one in opf.iterfind(".//{*}manifest/{*}item")}
    assert set(manifest) == {name for name in parts if name.startswith("EPUB/")} - {"EPUB/content.opf"}
    ids = [one.get("id") for one in manifest.values()]
    assert len(ids) == len(set(ids))
    assert {one.get("idref") for one in opf.iterfind(".//{*}itemref")} <= set(ids)
    assert [one.get("href") for one in manifest.values() if "nav" in (one.get("properties") or "")] == ["nav.xhtml"]
    said = {etree.QName(one).localname: one.text for one in opf.iterfind(".//{*}metadata/*") if one.text}
    assert (said["language"], said["creator"]) == ("en-US", "Ada Lovelace")
    anchors = {name: set(tree.xpath("//@id")) for name, tree in trees.items()}
    for name, tree in trees.items():
        assert len(tree.xpath("//@id")) == len(anchors[name]), name
        for target in tree.xpath("//*[local-name()='a']/@href"):
            assert not re.search(r'[<>"{}|\\^`\s]', target), target
            if "://" not in target:
                file, _, anchor = target.partition("#")
                where = normpath(join(dirname(name), file)) if file else name
                assert where in parts, target
                assert not anchor or anchor in anchors[where], target


def test_the_same_text_is_the_same_book_for_a_library(tmp_path: Path) -> None:
    def name_of(source: Manuscript) -> str:
        with zipfile.ZipFile(made(tmp_path, "epub", source)) as package:
            return re.findall(rb"urn:uuid:[0-9a-f-]+", package.read("EPUB/content.opf"))[0].decode()

    assert name_of(whole_manuscript()) == name_of(whole_manuscript(csl_style="ieee"))
    assert name_of(whole_manuscript()) != name_of(whole_manuscript(title="Another"))


def test_odt_has_contents_with_pages_when_it_is_opened(tmp_path: Path) -> None:
    path = made(tmp_path, "odt", whole_manuscript(language="de"))
    with zipfile.ZipFile(path) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        content, styles = (etree.fromstring(package.read(name)) for name in ("content.xml", "styles.xml"))
    index = content.find(".//{*}index-body")
    assert index is not None
    lines = ["".join(one.itertext()) for one in index.iterfind("{*}p")]
    assert lines == [
        "1 Beginning & <end>3", "2 Second4", "2.1 Below5", "2.2 Beside6", "Literaturverzeichnis8",
        "Erklärung zur Nutzung von KI9",
    ]  # fmt: skip
    marks = set(content.xpath("//*[local-name()='bookmark' or local-name()='bookmark-start']/@*"))
    inner = [one for one in content.xpath("//*[local-name()='a']/@*[local-name()='href']") if one.startswith("#")]
    assert inner
    assert {one[1:] for one in inner} <= marks
    used = set(content.xpath("//*[local-name()='p' or local-name()='h']/@*[local-name()='style-name']"))
    known = set(content.xpath("//*[local-name()='style']/@*[local-name()='name']")) | set(
        styles.xpath("//*[local-name()='style']/@*[local-name()='name']")
    )
    assert used <= known
    names = styles.xpath("//*[local-name()='style']/@*[local-name()='name']")
    assert len(names) == len(set(names))
    assert "de" in styles.xpath("//*[local-name()='default-style']//@*[local-name()='language']")
    notes = content.xpath("//*[local-name()='note-body']")
    assert len(notes) == 2


def test_pages_nobody_knows_are_found_by_laying_out_once(tmp_path: Path) -> None:
    files = formats.Files(whole_manuscript(), first_pages={"a": 77}, folder=tmp_path)
    assert (files.first_pages["a"], files.first_pages["bibliography"]) == (3, 4)
    known = formats.Files(whole_manuscript(), first_pages=files.first_pages, folder=tmp_path)
    assert known.first_pages is files.first_pages
    assert "document" not in vars(known)


def test_several_files_come_of_one_child_and_one_that_fails_costs_no_other(tmp_path: Path) -> None:
    places = {kind: tmp_path / kind for kind in ("docx", "pdf", "ris", "markdown")}
    found = render_files(whole_manuscript(csl_style="apa"), places)
    assert {kind: path.stat().st_size for kind, path in places.items()} == {
        kind: one.size for kind, one in found.items() if isinstance(one, FileResult)
    }
    assert isinstance(found["pdf"], FileResult)
    assert found["pdf"].first_pages["bibliography"] == 4
    assert found["pdf"].body_pages
    assert places["pdf"].read_bytes().startswith(b"%PDF-")
    lost = render_files(
        whole_manuscript(csl_style="no-such"), {kind: tmp_path / f"x-{kind}" for kind in ("ris", "html")}
    )
    assert isinstance(lost["ris"], FileResult)
    assert isinstance(lost["html"], ExportError)
    assert not (tmp_path / "x-html").exists()


def test_an_entry_that_begins_with_no_paragraph_has_no_bookmark() -> None:
    entry = element("Div", ["ref-x", [], []], [element("BulletList", [])])
    [div] = formats.odt._entry(entry)
    assert div["c"][1] == [element("BulletList", [])]


def test_addresses_hold_no_sign_that_none_may_hold() -> None:
    assert whole.percented('a<b>"c d\\{^}|`') == "a%3Cb%3E%22c%20d%5C%7B%5E%7D%7C%60"
    assert whole.percented("https://e.org/%20x#y") == "https://e.org/%20x#y"


def test_a_child_writes_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "text.md"
    result = render_file(whole_manuscript(), path, kind="markdown")
    assert result.size == path.stat().st_size
    assert result.fallbacks.has_list
    with pytest.raises(ExportError):
        render_file(whole_manuscript(csl_style="no-such"), tmp_path / "none.md", kind="markdown")
    assert [one.name for one in tmp_path.iterdir()] == ["text.md"]


@pytest.mark.parametrize("numbers", ["decimal", "none"])
def test_text_of_an_odt_begins_a_page_whatever_stands_before(tmp_path: Path, numbers: str) -> None:
    front = FrontMatter(abbreviations=(("PM", "package maintainer"),), appendix="More.")
    source = whole_manuscript(front=front, page_format=PageFormat(heading_numbers=numbers))
    with zipfile.ZipFile(made(tmp_path, "odt", source)) as package:
        content = etree.fromstring(package.read("content.xml"))
    namespace = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    begins = {
        "".join(node.itertext())
        for node in content.iter(f"{namespace}h")
        if node.get(f"{namespace}style-name") == "Chapter_20_on_20_new_20_page"
    }
    first = "1 Beginning & <end>" if numbers == "decimal" else "Beginning & <end>"
    assert begins == {"List of abbreviations", first, "Bibliography", "Appendix", "Statement on the use of AI"}


def test_abstracts_of_an_odt_stand_before_its_contents_which_do_not_list_them(tmp_path: Path) -> None:
    front = FrontMatter(abstract="What was kept.", second_language="de", second_abstract="Was bewahrt wurde.")
    with zipfile.ZipFile(made(tmp_path, "odt", whole_manuscript(front=front))) as package:
        content = etree.fromstring(package.read("content.xml"))
    text = " ".join(content.itertext())
    assert text.index("What was kept.") < text.index("Was bewahrt wurde.") < text.index("Contents")
    index = content.find(".//{*}index-body")
    assert index is not None
    assert "Abstract" not in "".join(index.itertext())


def test_contents_of_an_odt_name_pages_of_its_own_whatever_the_format(tmp_path: Path) -> None:
    source = whole_manuscript(page_format=PageFormat(page_numbers="roman", face="mono"))
    with zipfile.ZipFile(formats.Files(source, first_pages={}, folder=tmp_path).write("odt")) as package:
        content = etree.fromstring(package.read("content.xml"))
    index = content.find(".//{*}index-body")
    assert index is not None
    assert "1 Beginning & <end>3" in "".join(index.itertext())
