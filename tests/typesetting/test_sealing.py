"""A manifest put into a finished file: the file stays what it was, and says it."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pdfua.validator import Validator

from tesigo_verify.files import PdfText, manifest_of_package
from tesigo_verify.folding import fold
from tests.documents.files import pdf
from tests.typesetting.samples import docx_part, docx_text, long_manuscript, pdf_pages
from typesetting import ExportError, PdfResult, render_docx, render_pdf
from typesetting.sealing import seal_docx, seal_pdf

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
MANIFEST = json.dumps({"sentence": "Fünf < sechs & „mehr“ ]]>", "more": ["x"] * 5_000}).encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PdfResult]:
    path = tmp_path_factory.mktemp("sealed") / "document.pdf"
    result = render_pdf(long_manuscript(), path)
    seal_pdf(path, MANIFEST, now=NOW)
    return path, result


def test_the_manifest_is_attached_to_the_pdf(made: tuple[Path, PdfResult]) -> None:
    path, _ = made
    assert PdfText(path).manifest() == MANIFEST
    with pikepdf.open(path) as opened:
        attached = opened.attachments["tesigo-manifest.json"].get_file()
        assert attached.read_bytes() == MANIFEST
        assert attached.mod_date == NOW
        assert opened.Root.AF[0].EF.F.Params.Size == len(MANIFEST)
        assert opened.trailer.ID[0] != opened.trailer.ID[1]
        assert opened.check_pdf_syntax() == []
        with opened.open_metadata() as said:
            assert said.pdfa_status == "3U"
    assert [str(finding) for finding in Validator().validate(path).findings] == []


def test_the_text_of_each_page_is_told_as_a_reader_of_the_pdf_finds_it(made: tuple[Path, PdfResult]) -> None:
    path, result = made
    read = [fold(page) for page in pdf_pages(path)]
    assert len(read) == len(result.page_texts) == result.total_pages
    assert all(sorted(ours) == sorted(theirs) for ours, theirs in zip(result.page_texts, read, strict=True))
    assert fold("The maintainer of a package decides what goes into the archive") in result.page_texts[2]


def test_the_manifest_is_a_part_of_the_docx(tmp_path: Path) -> None:
    path = tmp_path / "document.docx"
    render_docx(long_manuscript(), path, first_pages={})
    text = docx_text(docx_part(path))
    assert manifest_of_package(path) is None  # room alone
    seal_docx(path, MANIFEST)
    assert manifest_of_package(path) == MANIFEST
    assert docx_text(docx_part(path)) == text
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        assert package.namelist().count("customXml/item1.xml") == 1
        assert "../customXml/item1.xml" in package.read("word/_rels/document.xml.rels").decode()
    seal_docx(path, b"{}")
    assert manifest_of_package(path) is None


def test_signs_that_no_xml_may_hold_are_kept(tmp_path: Path) -> None:
    """Readers of PDF give one of them for a hyphen at the end of a line."""
    path = tmp_path / "document.docx"
    render_docx(long_manuscript(), path, first_pages={})
    said = {"words": "light\ufffe house \uffff"}
    seal_docx(path, json.dumps(said, ensure_ascii=False).encode())
    data = manifest_of_package(path)
    assert data is not None
    assert json.loads(data) == said


def test_other_files_have_no_room(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no room"):
        seal_pdf(pdf(tmp_path / "other.pdf", ["one"]), MANIFEST, now=NOW)
    with pikepdf.open(tmp_path / "other.pdf") as other:
        other.attachments["a"] = b"x"
        other.save(tmp_path / "attached.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    (tmp_path / "attached.pdf").write_bytes(
        (tmp_path / "attached.pdf").read_bytes().replace(b"% QDF", b"") + b"\n1 0 obj\n<< /Type /EmbeddedFile\n"
        b"startxref\n0\n%%EOF\n"
    )
    with pytest.raises(ExportError, match="no room"):
        seal_pdf(tmp_path / "attached.pdf", MANIFEST, now=NOW)
    with zipfile.ZipFile(tmp_path / "other.docx", "w") as package:
        package.writestr("word/document.xml", "<x/>")
    with pytest.raises(ExportError, match="no room"):
        seal_docx(tmp_path / "other.docx", MANIFEST)
