"""Lists of references are known by their content and said by their name (R-81)."""

from pathlib import Path

import pytest

from documents.uploads.inspection import inspect
from documents.uploads.verdict import FileKind, FileVerdict

WOS = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Oberg, T\nTI Salt\nER\nEF\n"
WOS_TABLE = "PT\tAU\tTI\tPY\nJ\tOberg, T\tSalt\t2019\n"
NBIB = "\nPMID- 1\nOWN - NLM\nTI  - Salt\n"
ENW = "%0 Journal Article\n%A Öberg, Tove\n%T Salt\n"
REFER = "%A Öberg, Tove\n%T Salt\n%D 2019\n"
JSON = '[\n  {"id": "a", "type": "book", "title": "Salt"}\n]'
XML = '<?xml version="1.0" encoding="UTF-8"?>\n<xml><records><record><titles/></record></records></xml>'
RIS = "TY  - JOUR\nTI  - Salt\n"
HEADED_RIS = "Provider: Salt Index\nDatabase: Salt\n\nTY  - JOUR\nAU  - Oberg, T\nTI  - Salt\nER  -\n"


def judged(tmp_path: Path, text: str, name: str) -> FileVerdict:
    path = tmp_path / "arrived"
    path.write_bytes(text.encode())
    return inspect(path, name=name, max_size=1024**2)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "kind", "ending"),
    [
        (WOS, FileKind.WOS, "ciw"), (WOS_TABLE, FileKind.WOS, "ciw"), ("\ufeff" + WOS, FileKind.WOS, "isi"),
        (NBIB, FileKind.NBIB, "nbib"), (ENW, FileKind.ENW, "enw"), (REFER, FileKind.ENW, "enw"),
        (JSON, FileKind.CSL_JSON, "json"), ('{"items": ' + JSON + "}", FileKind.CSL_JSON, "json"),
        (XML, FileKind.ENDNOTE_XML, "xml"), (XML.partition("\n")[2], FileKind.ENDNOTE_XML, "xml"),
        (RIS, FileKind.RIS, "ris"), ("TY  -JOUR\nTI  -Salt", FileKind.RIS, "ris"), (HEADED_RIS, FileKind.RIS, "ris"),
    ],
)  # fmt: skip
def test_a_list_is_let_in_under_its_own_name_and_as_text(
    tmp_path: Path, text: str, kind: FileKind, ending: str, line_end: str
) -> None:
    content = text.replace("\n", line_end)
    for name in (f"list.{ending}", "savedrecs.txt", "list.md", "list"):
        assert judged(tmp_path, content, name) == FileVerdict(accepted=True, kind=kind)


@pytest.mark.parametrize(
    "text",
    [
        "@article{a,author={Öberg, Tove},title={Salt},year=2019}", " @Book{,\n title={Salt}}", "@misc{title={Salt}}",
        "@book{a,title={Salt}} @book{b,title={Water}}", '@string{np = "Northern Press"}\n\n@book(a, title = "Salt")',
    ],
)  # fmt: skip
def test_bibtex_in_its_many_forms(tmp_path: Path, text: str) -> None:
    for name in ("list.bib", "list.txt"):
        assert judged(tmp_path, text, name).kind is FileKind.BIBTEX


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("list.ciw", "no Web of Science entry"), ("list.nbib", "no PubMed entry"), ("list.enw", "no EndNote entry"),
        ("list.xml", "no EndNote entry"), ("list.json", "no CSL JSON entry"), ("list.ris", "no RIS entry"),
        ("list.bib", "no BibTeX entry"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text",
    [
        "Salt and water.", '{"a": 1}', "TY is the type of a reference - and ER its end.",
        '[{"type": "journalArticle", "title": "Salt", "authors": ["Öberg"]}]',
    ],
)  # fmt: skip
def test_a_list_without_entries_says_so(tmp_path: Path, text: str, name: str, words: str) -> None:
    verdict = judged(tmp_path, text, name)
    assert not verdict.accepted
    assert words in str(verdict.reason)


@pytest.mark.parametrize(
    "text",
    [
        "How to write RIS\n\nA record begins with a line of its own:\n\nTY  - JOUR\n\nThen come the others.\nGo on.\n",
        "PMID- numbers are given to papers.\n", "%0 of all salt is sweet.\n", "FN 7 is a number\nof a file.\n",
        '"title": "Salt" and "type": "book" are fields.', "Salt [{ and { water }].",
    ],
)  # fmt: skip
def test_prose_about_lists_stays_prose(tmp_path: Path, text: str) -> None:
    assert judged(tmp_path, text, "notes.txt").kind is FileKind.TXT


@pytest.mark.parametrize(
    "prolog",
    ["<!DOCTYPE xml SYSTEM 'x.dtd'>", '<!DOCTYPE xml [<!ENTITY a "salt">]>', "<?xml version='1.0'?><!DOCTYPE a>"],
)
def test_xml_with_definitions_is_refused(tmp_path: Path, prolog: str) -> None:
    assert not judged(tmp_path, prolog + XML.partition("\n")[2], "list.xml").accepted


@pytest.mark.parametrize("text", ["<?xml version='1.0'?><svg/>", "<xml>Salt</xml>", "<html><xml><records><record>"])
def test_other_markup_is_refused_under_the_name_of_a_list(tmp_path: Path, text: str) -> None:
    assert not judged(tmp_path, text, "list.xml").accepted


@pytest.mark.parametrize("name", ["list.js", "list.html", "list.pdf"])
def test_a_list_under_a_foreign_name_is_refused(tmp_path: Path, name: str) -> None:
    for text in (JSON, XML, WOS):
        assert not judged(tmp_path, text, name).accepted
