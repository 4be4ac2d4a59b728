"""What may stand in and around a DOCX and a PDF without being a danger."""

import zipfile
from pathlib import Path

import pytest

from documents.uploads.inspection import inspect
from documents.uploads.verdict import FileKind, FileVerdict
from tests.documents import files

TEXT = "The bells were rung by hand until the first machine was put up on the quay."


def judge(path: Path) -> FileVerdict:
    return inspect(path, name=path.name, max_size=10_000_000)


def table(*parts: str) -> bytes:
    return files.zip_bytes({"[Content_Types].xml": b"<Types/>", **dict.fromkeys(parts, b"<a/>")})


@pytest.mark.parametrize(
    "name",
    ["Microsoft_Excel_Sheet1.xlsx", "Microsoft_Excel_Worksheet.xlsx", "Microsoft_Word_Document.docx", "Slide.pptx"],
)
def test_docx_with_a_chart_or_a_pasted_table_is_let_in(tmp_path: Path, name: str) -> None:
    parts = {f"word/embeddings/{name}": table("xl/workbook.xml"), "word/charts/chart1.xml": b"<c/>"}
    assert judge(files.docx(tmp_path / "a.docx", [TEXT], parts=parts)).kind == FileKind.DOCX


def test_docx_with_an_unpacked_table_at_its_end_is_let_in(tmp_path: Path) -> None:
    path = files.docx(tmp_path / "a.docx", [TEXT])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as package:
        package.writestr("word/embeddings/Sheet.xlsx", table("xl/workbook.xml"))
    assert judge(path).accepted


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/embeddings/Sheet.xlsx", files.exe_bytes()),
        ("word/embeddings/Sheet.xlsm", table()),
        ("word/media/Sheet.xlsx", table()),
        ("word/embeddings/inner.zip", table()),
        ("word/embeddings/run.exe", files.exe_bytes()),
    ],
)
def test_docx_with_another_file_under_such_a_name_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    assert not judge(files.docx(tmp_path / "a.docx", [TEXT], parts={name: content})).accepted


@pytest.mark.parametrize("rest", [b"\n", b"\x00", b"x", b"\r\n" * 20])
def test_docx_with_a_few_bytes_behind_it_is_let_in(tmp_path: Path, rest: bytes) -> None:
    path = files.docx(tmp_path / "a.docx", [TEXT])
    path.write_bytes(path.read_bytes() + rest)
    assert judge(path).accepted


@pytest.mark.parametrize(
    "rest", [files.exe_bytes()[:300], table(), b"%PDF-1.7 ", b"\n<html><script>", b"x" * 3_000, b"Rar!\x1a\x07"]
)
def test_docx_with_a_file_behind_it_is_refused(tmp_path: Path, rest: bytes) -> None:
    path = files.docx(tmp_path / "a.docx", [TEXT])
    path.write_bytes(path.read_bytes() + rest)
    assert not judge(path).accepted


@pytest.mark.parametrize(
    "junk", [b"\n", b"\xef\xbb\xbf", b"\r\n \r\n", b"Content-Type: application/pdf\r\n\r\n", b"\x00" * 3]
)
def test_pdf_with_harmless_bytes_in_front_is_let_in(tmp_path: Path, junk: bytes) -> None:
    path = files.pdf(tmp_path / "a.pdf", [TEXT])
    path.write_bytes(junk + path.read_bytes())
    assert judge(path).kind == FileKind.PDF


@pytest.mark.parametrize(
    "junk", [b"MZ\x90\x00", b"<html>\n", b"PK\x03\x04", b"#!/bin/sh\n", b"GIF89a\x00", b"\x7fELF", b"a\n" * 600]
)
def test_pdf_behind_another_file_is_refused(tmp_path: Path, junk: bytes) -> None:
    path = files.pdf(tmp_path / "a.pdf", [TEXT])
    path.write_bytes(junk + path.read_bytes())
    assert judge(path).kind != FileKind.PDF
