"""What is let in and what is refused, by content and not by name (R-81)."""

import gzip
import struct
import zipfile
from pathlib import Path

import pytest

from documents.uploads.inspection import inspect
from documents.uploads.names import display_name, title_words
from documents.uploads.verdict import FileKind, FileVerdict
from tests.documents import files

MAX = 50 * 1024 * 1024
PDF_TEXT = "A line of text that can be read by everyone."


def judge(path: Path, name: str | None = None) -> FileVerdict:
    return inspect(path, name=name or path.name, max_size=MAX)


def judge_bytes(tmp_path: Path, content: bytes, name: str) -> FileVerdict:
    path = tmp_path / "arrived"
    path.write_bytes(content)
    return judge(path, name)


def assert_refused(verdict: FileVerdict, words: str) -> None:
    assert not verdict.accepted
    assert verdict.kind is None
    assert words in str(verdict.reason)
    assert "!" not in str(verdict.reason)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("debian-policy.pdf", FileKind.PDF), ("developers-reference.pdf", FileKind.PDF), ("geotopo-de.pdf", FileKind.PDF),
     ("assignment-en.docx", FileKind.DOCX)],
)  # fmt: skip
def test_real_files_are_let_in_under_any_name(name: str, kind: FileKind) -> None:
    assert judge(files.real_file(name), "holiday.txt") == FileVerdict(accepted=True, kind=kind)


def test_generated_pdf_and_docx_are_let_in(tmp_path: Path) -> None:
    assert judge(files.pdf(tmp_path / "a.pdf", [PDF_TEXT])).kind is FileKind.PDF
    assert judge(files.docx(tmp_path / "a.docx", ["One.", "Two."])).kind is FileKind.DOCX


def test_program_renamed_to_pdf_is_refused(tmp_path: Path) -> None:
    assert_refused(judge_bytes(tmp_path, files.exe_bytes(), "thesis.pdf"), "This is a program")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 64, "program"),
        (b"#!/bin/sh\nrm -rf /\n", "script"),
        (b"<!DOCTYPE html><html><body>Please sign in</body></html>", "web page"),
        (b"\n\n  <svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (b"<?php system('id'); ?>", "web page"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "picture"),
        (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 64, "archive"),
        (gzip.compress(b"text", mtime=0), "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "old Office"),
        (b"{\\rtf1\\ansi Hello}", "RTF"),
        (b"A text\x00with a byte that no text has", "not one that can be read"),
        (b"Escape \x1b[2J codes", "not one that can be read"),
        (b"", "empty"),
        (b" \n\t\n", "empty"),
    ],
)
def test_what_is_no_document_is_refused_in_plain_words(tmp_path: Path, content: bytes, words: str) -> None:
    for name in ("paper.txt", "paper.pdf"):
        assert_refused(judge_bytes(tmp_path, content, name), words)


@pytest.mark.parametrize("name", ["tool.js", "run.bat", "evil.hta", "paper.pdf", "paper.docx", "data.csv.exe"])
def test_text_under_a_name_that_is_no_text_is_refused(tmp_path: Path, name: str) -> None:
    assert_refused(judge_bytes(tmp_path, b"WScript.Echo(1)", name), "says one thing and its content another")


def test_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"a word " * 1000)
    assert_refused(inspect(path, name="big.txt", max_size=100), "larger than 100")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_usual_encodings_is_let_in(tmp_path: Path, encoding: str) -> None:
    content = "Größe, naïve “quotes” – and a dash.\n".encode(encoding)
    assert judge_bytes(tmp_path, content, "notes.txt").kind is FileKind.TXT
    assert judge_bytes(tmp_path, content, "notes.md").kind is FileKind.MARKDOWN


def test_bibliographies_are_known_by_their_structure(tmp_path: Path) -> None:
    bibtex = b"% exported\n@article{rossi2021,\n  title = {On things},\n  year = 2021\n}\n"
    ris = b"TY  - JOUR\r\nTI  - On things\r\nER  - \r\n"
    assert judge_bytes(tmp_path, bibtex, "refs.txt").kind is FileKind.BIBTEX
    assert judge_bytes(tmp_path, bibtex, "refs.bib").kind is FileKind.BIBTEX
    assert judge_bytes(tmp_path, ris, "refs.txt").kind is FileKind.RIS
    assert_refused(judge_bytes(tmp_path, b"only prose\n", "refs.bib"), "no BibTeX entry")
    assert_refused(judge_bytes(tmp_path, b"only prose\n", "refs.ris"), "no RIS entry")


def test_a_text_that_mentions_an_entry_stays_a_text(tmp_path: Path) -> None:
    text = b"Write to me @home{sweet, home} = nothing.\n"
    assert judge_bytes(tmp_path, text, "letter.txt").kind is FileKind.TXT


# --- PDF ---------------------------------------------------------------------------------------------


def test_pdf_locked_with_a_password_is_refused(tmp_path: Path) -> None:
    assert_refused(judge(files.encrypted_pdf(tmp_path / "a.pdf", user="secret-word")), "locked with a password")


def test_pdf_that_only_forbids_printing_is_let_in(tmp_path: Path) -> None:
    assert judge(files.encrypted_pdf(tmp_path / "a.pdf", user="")).accepted


@pytest.mark.parametrize(
    "behind", [files.zip_bytes({"a.txt": b"hello"}), files.zip_bytes({"a": b""}) + b"\x00" * 40_000]
)
def test_pdf_with_a_zip_behind_it_is_refused(tmp_path: Path, behind: bytes) -> None:
    path = files.pdf(tmp_path / "a.pdf", [PDF_TEXT])
    assert_refused(judge_bytes(tmp_path, path.read_bytes() + behind, "a.pdf"), "something else at once")


@pytest.mark.parametrize(
    "behind", [files.exe_bytes(), b"<html><script>1</script>", b"Rar!\x1a\x07\x00abc", b"x" * 5000]
)
def test_pdf_with_anything_else_behind_it_is_refused(tmp_path: Path, behind: bytes) -> None:
    path = files.pdf(tmp_path / "a.pdf", [PDF_TEXT])
    assert_refused(judge_bytes(tmp_path, path.read_bytes() + behind, "a.pdf"), "something else at once")


def test_pdf_that_begins_as_a_page_is_refused(tmp_path: Path) -> None:
    content = files.pdf(tmp_path / "a.pdf", [PDF_TEXT]).read_bytes()
    mixed = b"%PDF-1.4\n<html><script>alert(1)</script></html>\n" + content[9:]
    assert_refused(judge_bytes(tmp_path, mixed, "a.pdf"), "something else at once")


def test_pdf_with_zeros_behind_it_is_let_in(tmp_path: Path) -> None:
    content = files.pdf(tmp_path / "a.pdf", [PDF_TEXT]).read_bytes()
    assert judge_bytes(tmp_path, content + b"\r\n" + b"\x00" * 4000, "a.pdf").accepted


def test_pdf_that_breaks_off_is_refused(tmp_path: Path) -> None:
    content = files.pdf(tmp_path / "a.pdf", [PDF_TEXT]).read_bytes()
    assert_refused(judge_bytes(tmp_path, content[: len(content) // 2], "a.pdf"), "breaks off")


def test_pdf_behind_something_else_is_refused(tmp_path: Path) -> None:
    content = files.pdf(tmp_path / "a.pdf", [PDF_TEXT]).read_bytes()
    assert not judge_bytes(tmp_path, b"GIF89a\x00\x00" + content, "a.pdf").accepted
    assert_refused(judge_bytes(tmp_path, b"junk\x00\x00" + content, "a.pdf"), "in front of this PDF")


# --- DOCX --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, "macros"),
        ({"word/activeX/activeX1.xml": b"<a/>"}, "macros"),
        ({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}, "another file inside"),
        ({"word/media/image1.png": files.zip_bytes({"a": b"b"})}, "another file inside"),
        ({"word/inner.zip": b"harmless"}, "another file inside"),
        ({"word/media/image1.png": files.exe_bytes()}, "another file inside"),
        ({"../../etc/cron.d/job": b"x"}, "lead out of it"),
        ({"/etc/passwd": b"x"}, "lead out of it"),
        ({"word/..%2f..%2fsecret": b"x"}, "lead out of it"),
        ({"word/%252e%252e%252fsecret": b"x"}, "lead out of it"),
        ({"word\\..\\secret": b"x"}, "lead out of it"),
        ({"C:/secret": b"x"}, "lead out of it"),
    ],
)
def test_docx_that_carries_more_than_text_is_refused(tmp_path: Path, parts: dict[str, bytes], words: str) -> None:
    assert_refused(judge(files.docx(tmp_path / "a.docx", ["Text"], parts=parts)), words)


def test_docx_with_a_null_byte_in_a_name_is_refused(tmp_path: Path) -> None:
    path = files.docx(tmp_path / "a.docx", ["Text"], parts={"word/mediaXimage": b"x"})
    path.write_bytes(path.read_bytes().replace(b"word/mediaXimage", b"word/media\x00image"))
    assert_refused(judge(path), "lead out of it")


def test_macro_document_is_refused_whatever_its_name(tmp_path: Path) -> None:
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert_refused(judge(files.docx(tmp_path / "a.docx", ["Text"], main=macro)), "macros")
    declared = '<Override PartName="/word/v.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    assert_refused(judge(files.docx(tmp_path / "b.docx", ["Text"], types=declared)), "macros")


def test_other_office_files_and_archives_are_refused(tmp_path: Path) -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert_refused(judge(files.docx(tmp_path / "a.docx", ["Text"], main=sheet)), "not a Word document")
    assert_refused(judge_bytes(tmp_path, files.zip_bytes({"a.txt": b"text"}), "a.docx"), "not a Word document")


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = files.docx(tmp_path / "a.docx", ["Text"], parts={"word/media/image1.bmp": b"\x00" * 20_000_000})
    assert_refused(judge(path), "more than a hundredfold")


def test_zip_with_overlapping_parts_is_refused(tmp_path: Path) -> None:
    """Fifield's bomb: many directory entries for one stretch of packed bytes."""
    path = files.docx(tmp_path / "a.docx", ["Text"], parts={"word/media/a": files.prose(500).encode()})
    content = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        size_of_directory = len(content) - package.start_dir - 22
        directory = content[package.start_dir : package.start_dir + size_of_directory]
        entry = directory[directory.rfind(b"PK\x01\x02") :]
    copies = b"".join(entry.replace(b"word/media/a", b"word/media/%c" % letter) for letter in b"bcdef")
    count = struct.pack("<HH", 8, 8)
    end = (
        b"PK\x05\x06\x00\x00\x00\x00"
        + count
        + struct.pack("<LLH", len(directory + copies), len(content) - 22 - len(directory), 0)
    )
    assert_refused(
        judge_bytes(tmp_path, content[: -22 - len(directory)] + directory + copies + end, "a.docx"), "hundredfold"
    )


def test_docx_with_too_many_parts_is_refused(tmp_path: Path) -> None:
    parts = {f"word/media/{number}": b"x" for number in range(5_001)}
    assert_refused(judge(files.docx(tmp_path / "a.docx", ["Text"], parts=parts)), "more than can be read")


def test_docx_with_bytes_in_front_or_behind_is_refused(tmp_path: Path) -> None:
    content = files.docx(tmp_path / "a.docx", ["Text"]).read_bytes()
    assert not judge_bytes(tmp_path, b"#!/bin/sh\n" + content, "a.docx").accepted
    assert_refused(judge_bytes(tmp_path, content + b"<html>", "a.docx"), "something else at once")
    assert_refused(judge_bytes(tmp_path, content + content, "a.docx"), "something else at once")


def test_docx_that_breaks_off_is_refused(tmp_path: Path) -> None:
    content = files.docx(tmp_path / "a.docx", ["Text"]).read_bytes()
    assert_refused(judge_bytes(tmp_path, content[:-40], "a.docx"), "damaged")


@pytest.mark.parametrize("part", ["word/document.xml", "docProps/core.xml", "word/_rels/document.xml.rels"])
def test_docx_with_a_doctype_in_any_part_is_refused(tmp_path: Path, part: str) -> None:
    bomb = "<?xml version='1.0'?>" + " " * 9000 + "<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
    if part == "word/document.xml":
        path = files.docx(tmp_path / "a.docx", ["Text"], prolog=bomb)
    else:
        path = files.docx(tmp_path / "a.docx", ["Text"], parts={part: (bomb + "<x>&b;</x>").encode()})
    assert_refused(judge(path), "definitions that no word processor writes")


def test_doctype_in_another_encoding_is_refused(tmp_path: Path) -> None:
    part = "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE x><x/>".encode("utf-16")
    assert_refused(judge(files.docx(tmp_path / "a.docx", ["T"], parts={"word/styles.xml": part})), "definitions")


# --- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Thesis.pdf", "Thesis.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
        ("<img src=x>.pdf", "<img src=x>.pdf"),
    ],
)
def test_names_are_shown_without_tricks(given: str, shown: str) -> None:
    assert display_name(given) == shown


def test_title_from_a_file_name() -> None:
    assert title_words("Rossi_2021-final%20version.v2.pdf") == "Rossi 2021 final version v2"
