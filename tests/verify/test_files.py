"""Files from strangers: read within bounds, refused in words."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tesigo_verify import files, manifest
from tesigo_verify.errors import Unverifiable
from tests.documents.files import encrypted_pdf, pdf
from tests.verify.samples import attached, citation, named_source
from tests.verify.samples import manifest as made

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def package(path: Path, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", ".").replace("_", "/"), text)
    return path


def test_text_of_each_kind(tmp_path: Path) -> None:
    body = f'<w:document xmlns:w="{WORD}"><w:p><w:t>One</w:t><w:tab/><w:t>two</w:t></w:p></w:document>'
    note = f'<w:footnotes xmlns:w="{WORD}"><w:p><w:t>three</w:t></w:p></w:footnotes>'
    docx = package(tmp_path / "a.docx", word_document__xml=body, word_footnotes__xml=note)
    assert files.read(docx).page(0) == "One two\nthree"
    odf = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    odt = package(tmp_path / "a.odt", content__xml=f'<x xmlns:t="{odf}"><t:h>Head</t:h><t:p>A <t:s>b</t:s></t:p></x>')
    assert files.read(odt).page(0) == "Head\nA b"
    (tmp_path / "a.txt").write_bytes("\ufeffÄ".encode())
    plain = files.read(tmp_path / "a.txt")
    assert (plain.page(0), plain.count, plain.label(1)) == ("Ä", 0, "")


def test_a_long_pdf_is_reopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_REOPEN_AFTER_PAGES", 2)
    opened = files.read(pdf(tmp_path / "a.pdf", ["one", "two", "three"]))
    assert [opened.page(number) for number in (1, 2, 3)] == ["one", "two", "three"]
    assert (opened.page(9), opened.label(1)) == ("", "")
    monkeypatch.setattr(files, "MOST_PAGES", 2)
    with pytest.raises(Unverifiable, match="more than 2 pages"):
        files.read(tmp_path / "a.pdf")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"%PDF-1.7 nothing", "cannot be read as a PDF"),
        ("a.docx", b"PK\x03\x04 nothing", "is damaged"),
        ("a.bin", b"\x7fELF\0\0", "is no PDF, DOCX, ODT or text"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Unverifiable, match=words):
        files.read(tmp_path / name)


def test_locked_missing_and_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unverifiable, match="cannot be read"):
        files.read(encrypted_pdf(tmp_path / "a.pdf", user="secret"))
    with pytest.raises(Unverifiable, match="cannot be opened"):
        files.read(tmp_path / "nowhere.pdf")
    monkeypatch.setattr(files, "MOST_FILE_BYTES", 3)
    with pytest.raises(Unverifiable, match="too big"):
        files.read(tmp_path / "a.pdf")


def test_packages_are_read_with_care(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unverifiable, match="is no PDF"):
        files.read(package(tmp_path / "a.zip", other__txt="x"))
    entity = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    with pytest.raises(Unverifiable, match="declares entities"):
        files.read(package(tmp_path / "b.docx", word_document__xml=entity))
    with pytest.raises(Unverifiable, match="is damaged"):
        files.read(package(tmp_path / "c.docx", word_document__xml="<x>"))
    monkeypatch.setattr(files, "_MOST_TEXT_BYTES", 100)
    with pytest.raises(Unverifiable, match="too big"):
        files.read(package(tmp_path / "d.docx", word_document__xml=f"<x>{'y' * 200}</x>"))


@pytest.mark.parametrize("encoding", ["nosuch", "utf-7"])
def test_xml_in_an_encoding_that_is_none_is_damaged(tmp_path: Path, encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><x>y</x>'
    with pytest.raises(Unverifiable, match="is damaged"):
        files.read(package(tmp_path / "a.docx", word_document__xml=body))


def test_a_package_whose_parts_do_not_unpack_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    for part, refused in (("word/document.xml", True), ("customXml/item1.xml", False)):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(part, "<x>" + "one two three " * 500)
        data = bytearray(path.read_bytes())
        begin = 30 + len(part)
        data[begin : begin + 12] = b"\xff" * 12
        path.write_bytes(data)
        if refused:
            with pytest.raises(Unverifiable, match="is damaged"):
                files.read(path)
        else:
            assert files.manifest_of_package(path) is None


def test_where_a_manifest_is(tmp_path: Path) -> None:
    plain = pdf(tmp_path / "a.pdf", ["one"])
    assert files.PdfText(plain).manifest() is None
    assert files.PdfText(attached(plain, b'{"a": 1}')).manifest() == b'{"a": 1}'
    assert files.PdfText(attached(plain, b"{}")).manifest() is None
    inside = '<manifest xmlns="urn:tesigo:manifest:1">{"a": "&lt;"}</manifest>'
    assert files.manifest_of_package(package(tmp_path / "a.docx", customXml_item3__xml=inside)) == b'{"a": "<"}'
    room = inside.replace(inside[inside.index(">") + 1 : inside.rindex("<")], "{}")
    assert files.manifest_of_package(package(tmp_path / "room.docx", customXml_item3__xml=room)) is None
    assert files.manifest_of_package(package(tmp_path / "b.docx", customXml_item3__xml="<x/>")) is None
    assert files.manifest_of_package(package(tmp_path / "c.docx", other__xml="<x/>")) is None
    assert files.manifest_of_package(plain) is None


def good() -> dict[str, Any]:
    return made([citation(1, key="lind", page=2, words="Some words", pieces=["One"])], [named_source("lind", "0" * 64)])


def test_a_good_manifest_is_read() -> None:
    read = manifest.parse(json.dumps(good()).encode())
    assert (read.citations[0].key, read.sources[0].file_hashes, read.bibliography) == (
        "lind",
        ("0" * 64,),
        "Bibliography",
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b'{"a": 1.5}', "damaged"),
        (b'{"a": NaN}', "damaged"),
        (b'{"a": 1, "a": 2}', "damaged"),
        (b"[]", "no manifest"),
        (b'{"format": "other"}', "no manifest"),
        (b'{"format": "tesigo-manifest", "version": 2}', "another version"),
        (b'{"format": "tesigo-manifest", "version": 1}', "a field is missing"),
        (json.dumps(good() | {"citations": [good()["citations"][0] | {"page": -1}]}).encode(), "of another kind"),
        (json.dumps(good() | {"citations": [good()["citations"][0] | {"page": True}]}).encode(), "of another kind"),
        (json.dumps(good() | {"citations": [good()["citations"][0] | {"key": 3}]}).encode(), "of another kind"),
        (json.dumps(good() | {"sources": [{}] * 5_001}).encode(), "more than can be checked"),
    ],
)
def test_a_damaged_manifest_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Unverifiable, match=words):
        manifest.parse(data)


def test_a_huge_manifest_is_refused() -> None:
    with pytest.raises(Unverifiable, match="too big"):
        manifest.parse(b" " * (manifest.MOST_BYTES + 1))


@pytest.mark.parametrize(
    "inside",
    [
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>The lamp burned.</w:t></w:r>",
        "<w:del><w:r><w:delText>The lamp burned.</w:delText></w:r></w:del>",
        "<w:moveFrom><w:r><w:t>The lamp burned.</w:t></w:r></w:moveFrom>",
    ],
)
def test_words_that_nobody_sees_are_not_in_the_file(tmp_path: Path, inside: str) -> None:
    seen = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>The lamp failed.</w:t></w:r>'
    body = f'<w:document xmlns:w="{WORD}"><w:body><w:p>{inside}{seen}</w:p></w:body></w:document>'
    assert files.read(package(tmp_path / "a.docx", word_document__xml=body)).page(0).strip() == "The lamp failed."


def test_what_was_deleted_from_an_odt_is_not_in_it(tmp_path: Path) -> None:
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = (
        f'<office xmlns:text="{text}"><text:tracked-changes><text:p>The lamp burned.</text:p></text:tracked-changes>'
        "<text:p>The lamp failed.</text:p></office>"
    )
    assert files.read(package(tmp_path / "a.odt", content__xml=body)).page(0).strip() == "The lamp failed."
