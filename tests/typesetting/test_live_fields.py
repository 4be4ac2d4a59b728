"""DOCX with citations that programs can change: Zotero's fields, and Word's own sources.

Neither program runs here. What is held: the form of the codes, that pandoc's reader of Zotero's fields reads them, and
that what stands in the fields is what the plain DOCX prints.
"""

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tesigo_verify.files import manifest_of_package
from tests.typesetting.samples import WORD, docx_part, docx_text, manuscript, section
from tests.typesetting.test_formats import made, whole_manuscript
from typesetting import Manuscript, pandoc
from typesetting import word as plain_word
from typesetting.citing import CitedText, cite
from typesetting.elements import citations, element
from typesetting.formats.word_fields import with_list_field
from typesetting.manuscript import Fallbacks
from typesetting.sealing import seal_docx

B = "{http://schemas.openxmlformats.org/officeDocument/2006/bibliography}"
TEXT = (
    "Ships kept [see @sici, p. 7, at least; @policy-2023]. So Doe [-@doe1999]. Once more [@sici, chap. 3].[^1]\n\n"
    'The law [@doe1999, § 4 "x"].\n\n[^1]: As was said [@policy-2023, pp. 12-13].\n'
)


def source(**changes: Any) -> Manuscript:
    whole = whole_manuscript(**changes)
    return Manuscript(**{**vars(whole), "sections": (section(TEXT, title="One"),)})


def codes(path: Path, part: str) -> list[str]:
    root = docx_part(path, part)
    return ["".join(one.itertext()).strip() for one in root.iter(f"{WORD}instrText")]


def zotero_items(path: Path) -> list[dict[str, Any]]:
    found = [*codes(path, "word/document.xml"), *codes(path, "word/footnotes.xml")]
    return [json.loads(one.split("CSL_CITATION ")[1]) for one in found if "ZOTERO_ITEM" in one]


@pytest.fixture(scope="module")
def zotero(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("zotero"), "docx_zotero", source())


@pytest.fixture(scope="module")
def word(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("word"), "docx_word", source(language="de"))


def test_each_citation_is_one_of_zoteros_fields(zotero: Path) -> None:
    found = zotero_items(zotero)
    assert len(found) == 5
    first = found[0]["citationItems"]
    assert [one["id"] for one in first] == ["sici", "policy-2023"]
    assert (first[0]["prefix"], first[0]["locator"], first[0]["label"], first[0]["suffix"]) == (
        "see ", "7", "page", ", at least",
    )  # fmt: skip
    assert found[1]["citationItems"][0]["suppress-author"] is True
    assert first[0]["itemData"]["DOI"] == "10.1175/1520-0477(1997)078<2771:TDOENO>2.0.CO;2"
    assert found[2]["citationItems"][0]["label"] == "chapter"
    assert found[3]["citationItems"][0]["suffix"] == ', § 4 "x"'
    assert [one["properties"] for one in found] == [{"noteIndex": 0}] * 4 + [{"noteIndex": 1}]


def test_a_work_has_one_address_everywhere_and_no_text_that_could_differ(zotero: Path) -> None:
    found = zotero_items(zotero)
    addresses: dict[str, set[str]] = {}
    for one in found:
        assert "plainCitation" not in one["properties"]
        for item in one["citationItems"]:
            [address] = item["uris"]
            addresses.setdefault(item["id"], set()).add(address)
            assert re.fullmatch(r"http://zotero\.org/users/local/\w{8}/items/[2-9A-Z]{8}", address)
    assert [len(one) for one in addresses.values()] == [1, 1, 1]
    assert len(set.union(*addresses.values())) == 3


def test_the_list_is_one_field_and_the_preferences_fit_words_properties(zotero: Path) -> None:
    [listed] = [one for one in codes(zotero, "word/document.xml") if "ZOTERO_BIBL" in one]
    assert listed == 'ADDIN ZOTERO_BIBL {"uncited":[],"omitted":[],"custom":[]} CSL_BIBLIOGRAPHY'
    rows = docx_part(zotero, "docProps/custom.xml")
    names = [row.get("name") for row in rows]
    values = ["".join(row.itertext()) for row in rows]
    assert names == [f"ZOTERO_PREF_{number}" for number in range(1, len(names) + 1)]
    assert all(len(value) <= 255 for value in values)
    data = etree.fromstring("".join(values))
    style = data.find("style")
    assert style is not None
    assert (style.get("id"), style.get("locale")) == ("http://www.zotero.org/styles/apa", "en-US")
    assert {one.get("name"): one.get("value") for one in data.iter("pref")} == {
        "fieldType": "Field", "noteType": "0", "automaticJournalAbbreviations": "false",
    }  # fmt: skip


def test_pandoc_reads_zoteros_fields_back(zotero: Path, tmp_path: Path) -> None:
    program = [str(pandoc._PROGRAM), "-f", "docx+citations", "-t", "json", str(zotero)]
    tree = json.loads(subprocess.run(program, capture_output=True, check=True, timeout=30).stdout)
    keys = [[item["citationId"] for item in cite["c"][0]] for cite in citations(tree["blocks"])]
    assert keys == [["sici", "policy-2023"], ["doe1999"], ["sici"], ["policy-2023"], ["doe1999"]]


@pytest.mark.parametrize("kind", ["docx_zotero", "docx_word"])
@pytest.mark.parametrize("style", ["apa", "chicago-notes-bibliography", "ieee"])
def test_what_stands_in_the_fields_is_what_the_style_prints(kind: str, style: str, tmp_path: Path) -> None:
    given = source(csl_style=style)
    path = made(tmp_path, kind, given)
    pages = {"a": 3, "bibliography": 4, "ai-statement": 5}
    (tmp_path / "plain").mkdir()
    plain = plain_word.write(given, cite(given, tmp_path), first_pages=pages, folder=tmp_path / "plain")
    for part in ("word/document.xml", "word/footnotes.xml"):
        said = [re.sub(r"\d+$", "", line) for line in docx_text(docx_part(path, part)).splitlines()]
        wanted = [re.sub(r"\d+$", "", line) for line in docx_text(docx_part(plain, part)).splitlines()]
        assert said == wanted, part
        kinds = [one.get(f"{WORD}fldCharType") for one in docx_part(path, part).iter(f"{WORD}fldChar")]
        assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")


def test_in_a_style_with_notes_the_field_stands_in_the_note(tmp_path: Path) -> None:
    path = made(tmp_path, "docx_zotero", source(csl_style="chicago-notes-bibliography"))
    assert not [one for one in codes(path, "word/document.xml") if "ZOTERO_ITEM" in one]
    found = zotero_items(path)
    assert [one["properties"]["noteIndex"] for one in found] == [1, 2, 3, 4, 5]
    preferences = "".join("".join(row.itertext()) for row in docx_part(path, "docProps/custom.xml"))
    assert 'name="noteType" value="1"' in preferences


def test_words_sources_are_in_the_package_and_each_is_cited_by_its_tag(word: Path) -> None:
    sources = docx_part(word, "customXml/item2.xml")
    assert (sources.get("SelectedStyle"), sources.get("StyleName")) == ("\\APASixthEditionOfficeOnline.xsl", "APA")
    rows = {one.findtext(f"{B}Tag"): one for one in sources}
    by_title = {one.findtext(f"{B}Title"): tag for tag, one in rows.items()}
    journal = rows[by_title["Volunteers and Releases"]]
    assert journal.findtext(f"{B}SourceType") == "JournalArticle"
    assert journal.findtext(f"{B}JournalName") == "Journal of Free Software"
    assert (journal.findtext(f"{B}Year"), journal.findtext(f"{B}StandardNumber")) == ("1999", "10.1000/xyz")
    assert [one.findtext(f"{B}Last") for one in journal.iter(f"{B}Person")] == ["Doe", "Roe"]
    report = rows[by_title["Debian Policy Manual"]]
    assert report.findtext(f".//{B}Corporate") == "Debian Policy Group"
    cited = [one for one in codes(word, "word/document.xml") if one.startswith("CITATION")]
    sici, doe = by_title["Warm water & its names"], by_title["Volunteers and Releases"]
    tag = by_title["Debian Policy Manual"]
    assert cited == [
        f'CITATION {sici} \\f "see " \\p "7" \\s ", at least" \\l 1031 \\m {tag}',
        f"CITATION {doe} \\n \\l 1031",
        f'CITATION {sici} \\p "Kap.\u00a03" \\l 1031',
        f'CITATION {doe} \\s ", § 4 ”x”" \\l 1031',
    ]
    assert [one for one in codes(word, "word/document.xml") if one == "BIBLIOGRAPHY"]
    assert not [one for one in codes(word, "word/document.xml") if "ZOTERO" in one]


def test_every_part_is_named_and_related(word: Path) -> None:
    with zipfile.ZipFile(word) as package:
        assert package.testzip() is None
        names = package.namelist()
        assert len(names) == len(set(names))
        types = package.read("[Content_Types].xml").decode()
        relations = package.read("word/_rels/document.xml.rels").decode()
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))
    assert "/customXml/itemProps2.xml" in types
    assert "../customXml/item2.xml" in relations


def test_both_have_room_for_the_manifest(word: Path, zotero: Path, tmp_path: Path) -> None:
    for path in (word, zotero):
        whole = tmp_path / path.name
        whole.write_bytes(path.read_bytes())
        seal_docx(whole, b'{"a": 1}')
        assert manifest_of_package(whole) == b'{"a": 1}'
        assert docx_text(docx_part(whole)) == docx_text(docx_part(path))


@pytest.mark.parametrize(
    ("style", "named"),
    [("ieee", "IEEE"), ("chicago-notes-bibliography", "Chicago"), ("nature", "IEEE"), ("din-1505-2", "APA"),
     ("oscola", "Chicago"), ("harvard-cite-them-right", "Harvard - Anglia")],
)  # fmt: skip
def test_words_nearest_style_is_chosen(style: str, named: str, tmp_path: Path) -> None:
    path = made(tmp_path, "docx_word", source(csl_style=style, language="en-GB"))
    assert docx_part(path, "customXml/item2.xml").get("StyleName") == named
    assert any("\\l 2057" in one for part in ("document", "footnotes") for one in codes(path, f"word/{part}.xml"))


def test_works_of_every_kind_become_sources(tmp_path: Path) -> None:
    works = (
        {"id": "a", "type": "thesis", "title": "T <i>x</i>\x07", "publisher": "Uni", "genre": "PhD thesis",
         "author": [{"family": "Berg", "non-dropping-particle": "van", "suffix": "Jr."}, {"literal": "Body"}]},
        {"id": "b", "type": "webpage", "title": "P", "URL": "https://e.org", "container-title": "Site",
         "accessed": {"date-parts": [[2024, 1, 15]]}},
        {"id": "c", "type": "map", "title": "M", "editor": [{"family": "Ek", "given": "Bo"}]},
    )  # fmt: skip
    given = manuscript(section("All [@a; @b; @c]."), references=works)
    root = docx_part(made(tmp_path, "docx_word", given), "customXml/item2.xml")
    found = {one.findtext(f"{B}SourceType"): one for one in root}
    assert found["Report"].findtext(f"{B}Institution") == "Uni"
    assert found["Report"].findtext(f"{B}Title") == "T x"
    assert [one.findtext(f"{B}Last") for one in found["Report"].iter(f"{B}Person")] == ["van Berg Jr.", "Body"]
    assert found["InternetSite"].findtext(f"{B}DayAccessed") == "15"
    assert found["InternetSite"].findtext(f"{B}InternetSiteTitle") == "Site"
    assert found["Misc"].find(f"{B}Author/{B}Editor") is not None


def test_names_hold_no_sign_that_xml_may_not(tmp_path: Path) -> None:
    people = [{"family": "Li\x01nd", "given": "A\x02da"}, {"literal": "Ro\ufffeck"}]
    whole = source()
    odd = [work | {"author": people[:1] if at else people} for at, work in enumerate(whole.references)]
    path = made(tmp_path, "docx_word", Manuscript(**{**vars(whole), "references": odd}))
    root = docx_part(path, "customXml/item2.xml")
    assert {one.text for one in root.iter(f"{B}Last")} == {"Lind", "Rock"}


def test_a_document_that_cites_nothing_has_no_list(tmp_path: Path) -> None:
    bare = manuscript(section("Words."), references=())
    for kind in ("docx_zotero", "docx_word"):
        assert not [one for one in codes(made(tmp_path, kind, bare), "word/document.xml") if "BIBL" in one]


def test_a_list_without_paragraphs_is_no_field() -> None:
    entries = [element("Div", ["ref-a", [], []], [element("BulletList", [])])]
    cited = CitedText({}, 0, entries, [], False, Fallbacks())
    assert with_list_field(cited, "BIBLIOGRAPHY") is cited
