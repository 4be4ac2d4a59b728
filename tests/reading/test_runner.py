"""The child process: what it reads, and that it dies of harmful files without harm (R-82)."""

import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from documents.domain.unreadable import WORDS
from reading.failures import CODES, ExtractionFailed
from reading.protocol import Item, Meta, Page
from reading.runner import LIMITS, records
from tesigo.platform.limited_child import ChildLimits
from tests.documents import files

TIGHT = replace(LIMITS, memory_bytes=512 * 1024**2, cpu_seconds=3, wall_seconds=10.0)


def read(path: Path, kind: str, limits: ChildLimits = LIMITS) -> tuple[Meta, list[Page], list[Item]]:
    said = list(records(path, kind=kind, limits=limits))
    assert isinstance(said[0], Meta)
    return said[0], [one for one in said if isinstance(one, Page)], [one for one in said if isinstance(one, Item)]


def test_each_code_has_words_for_the_owner() -> None:
    assert set(WORDS) == set(CODES)


def failure(path: Path, kind: str, limits: ChildLimits = TIGHT) -> str:
    with pytest.raises(ExtractionFailed) as caught:
        list(records(path, kind=kind, limits=limits))
    assert str(WORDS[caught.value.code])
    return caught.value.code


def test_pdf_page_by_page_with_its_printed_numbers(tmp_path: Path) -> None:
    labels = {0: pikepdf.Dictionary(S=pikepdf.Name.r), 2: pikepdf.Dictionary(S=pikepdf.Name.D, St=1)}
    path = files.pdf(
        tmp_path / "a.pdf", ["Preface", "Thanks", "Chapter one", "Chapter two"], labels=labels, Title="On Things",
        Author="Anna Rossi", CreationDate="D:20210304",
    )  # fmt: skip
    meta, pages, _ = read(path, "pdf")
    assert meta == Meta(title="On Things", author="Anna Rossi", date="D:20210304", pages=4)
    assert [(page.number, page.label, page.text) for page in pages] == [
        (1, "i", "Preface"), (2, "ii", "Thanks"), (3, "1", "Chapter one"), (4, "2", "Chapter two"),
    ]  # fmt: skip


def test_null_characters_in_labels_and_metadata_are_dropped(tmp_path: Path) -> None:
    labels = {0: pikepdf.Dictionary(P=pikepdf.String("A\x00-"), S=pikepdf.Name.D)}
    path = files.pdf(tmp_path / "a.pdf", ["Text"], labels=labels, Title="On\x00 Things")
    meta, pages, _ = read(path, "pdf")
    assert "\x00" not in meta.title + pages[0].label
    assert pages[0].label.startswith("A")


def test_pages_beyond_the_reopening_are_all_there(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", [f"This is page number {number}" for number in range(1, 252)])
    _meta, pages, _ = read(path, "pdf")
    assert [page.text for page in pages] == [f"This is page number {number}" for number in range(1, 252)]


def test_text_outside_the_page_is_not_read(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", ["Seen by all"])
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        page = document.pages[0]
        page.Contents = document.make_stream(page.Contents.read_bytes() + b" BT /F1 10 Tf 5000 5000 Td (Hidden) Tj ET")
        document.save(path)
    assert [page.text for page in read(path, "pdf")[1]] == ["Seen by all"]


def test_pdf_with_a_broken_table_is_repaired_once(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", ["Text that survives the damage"])
    content = path.read_bytes()
    catalog = content.index(b"/Type /Catalog") if b"/Type /Catalog" in content else content.index(b"/Catalog")
    # Only the pointer to the table is wrong: pdfium may cope or not, the text must come out either way.
    broken = content[:catalog] + content[catalog:].replace(b"startxref", b"startxref\n9", 1)
    path.write_bytes(broken)
    assert [page.text for page in read(path, "pdf")[1]] == ["Text that survives the damage"]


def test_file_that_only_begins_as_a_pdf_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of a PDF follows\n%%EOF\n")
    assert failure(path, "pdf") == "broken"


def test_locked_pdf_is_named_so(tmp_path: Path) -> None:
    assert failure(files.encrypted_pdf(tmp_path / "a.pdf", user="secret"), "pdf") == "encrypted"


def test_pdf_locked_against_printing_only_is_read(tmp_path: Path) -> None:
    path = files.encrypted_pdf(tmp_path / "a.pdf", user="", text="Open to readers")
    assert read(path, "pdf")[1][0].text == "Open to readers"


def test_huge_page_count_is_refused_quickly(tmp_path: Path) -> None:
    path = files.many_pages(tmp_path / "a.pdf", 7)
    started = time.monotonic()
    assert failure(path, "pdf") in {"too_big", "broken"}
    assert time.monotonic() - started < 30


def test_forms_that_multiply_are_stopped_by_a_limit(tmp_path: Path) -> None:
    assert failure(files.form_bomb(tmp_path / "a.pdf"), "pdf") in {"timeout", "crashed", "too_big", "broken"}


def test_stream_that_unpacks_without_end_is_stopped_by_a_limit(tmp_path: Path) -> None:
    path = files.stream_bomb(tmp_path / "a.pdf", 1024**3)
    assert path.stat().st_size < 1024**2
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = ""
    pages: list[Page] = []
    try:
        _meta, pages, _ = read(path, "pdf", TIGHT)
    except ExtractionFailed as failed:
        code = failed.code
    # Either a limit ended the child, or the engine gave up on the stream by itself.
    assert code in {"timeout", "crashed", "too_big", "broken"} or [page.text for page in pages] == [""]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_child_that_hangs_is_ended_by_the_wall_clock(tmp_path: Path) -> None:
    fifo = tmp_path / "never"
    os.mkfifo(fifo)  # opening it waits for a writer who never comes
    started = time.monotonic()
    assert failure(fifo, "txt", replace(TIGHT, cpu_seconds=10, wall_seconds=1.0)) == "timeout"
    assert time.monotonic() - started < 30


def test_child_that_aborts_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "python"
    dying.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'import os; os.abort()'\n")
    dying.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dying))
    assert failure(files.pdf(tmp_path / "a.pdf", ["Text"]), "pdf") == "crashed"


def test_child_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    spy = tmp_path / "python"
    spy.write_text(f"#!/bin/sh\nenv > {seen}\n")
    spy.chmod(0o755)
    monkeypatch.setenv("SECRET_KEY", "do-not-pass-this-on")
    monkeypatch.setattr(sys, "executable", str(spy))
    assert failure(files.pdf(tmp_path / "a.pdf", ["Text"]), "pdf") == "crashed"
    assert "do-not-pass-this-on" not in seen.read_text()


def test_leaving_early_ends_the_child(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", [files.prose(300) for _ in range(400)])
    stream: Any = records(path, kind="pdf")
    assert isinstance(next(stream), Meta)
    assert isinstance(next(stream), Page)
    stream.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# --- DOCX ---------------------------------------------------------------------------------------------


def texts(path: Path, kind: str = "docx") -> str:
    return "\n\n".join(page.text for page in read(path, kind)[1])


def test_docx_with_tables_notes_and_headers(tmp_path: Path) -> None:
    def part(tag: str, inner: str) -> bytes:
        return f"<w:{tag} {files.W}>{inner}</w:{tag}>".encode()

    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    table = f"<w:tbl><w:tr><w:tc>{paragraph('Part')}</w:tc><w:tc>{paragraph('Weight')}</w:tc></w:tr></w:tbl>"
    path = files.docx(
        tmp_path / "a.docx",
        ["First paragraph.", "Second &amp; last."],
        body=table,
        parts={
            "word/footnotes.xml": part("footnotes", f"<w:footnote>{paragraph('A note.')}</w:footnote>"),
            "word/comments.xml": part("comments", f"<w:comment>{paragraph('A remark.')}</w:comment>"),
            "word/header1.xml": part("hdr", paragraph("Running head")),
            "word/header2.xml": part("hdr", paragraph("Running head")),
        },
        types="".join(
            files.override(f"/word/{name}.xml", kind)
            for name, kind in [
                ("footnotes", "footnotes+xml"), ("comments", "comments+xml"), ("header1", "header+xml"),
                ("header2", "header+xml"),
            ]
        ),
    )  # fmt: skip
    text = texts(path)
    assert "First paragraph.\n\nSecond & last.\n\nPart | Weight" in text
    assert "A note." in text
    assert "A remark." not in text
    assert text.count("Running head") == 1


def test_deleted_text_and_drawn_doubles_are_left_out(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:Choice><w:r><w:t> box</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t> box</w:t></w:r></mc:Fallback>"
        "</mc:AlternateContent></w:p>"
    )
    assert texts(files.docx(tmp_path / "a.docx", [], body=body)) == "kept box"


def test_docx_with_a_doctype_is_refused_by_the_reader_too(tmp_path: Path) -> None:
    prolog = "<?xml version='1.0'?><!DOCTYPE w [<!ENTITY a 'aaaaaaaaaa'>]>"
    assert failure(files.docx(tmp_path / "a.docx", ["&a;"], prolog=prolog), "docx") == "forbidden"


def test_docx_that_unpacks_to_more_than_it_says_is_stopped(tmp_path: Path) -> None:
    path = files.docx(tmp_path / "a.docx", ["x"], body="<w:p><w:r><w:t>" + "a " * 280_000_000 + "</w:t></w:r></w:p>")
    assert failure(path, "docx") in {"too_big", "broken", "timeout"}


def test_damaged_docx_is_broken(tmp_path: Path) -> None:
    path = files.docx(tmp_path / "a.docx", [], body="<w:p><w:r>")
    assert failure(path, "docx") == "broken"


def test_long_docx_is_read_in_pieces_on_little_memory(tmp_path: Path) -> None:
    paragraphs = [files.prose(120, start=number * 120) for number in range(4_000)]
    path = files.docx(tmp_path / "a.docx", paragraphs)
    _meta, pages, _ = read(path, "docx", replace(LIMITS, memory_bytes=256 * 1024**2, cpu_seconds=30, wall_seconds=60.0))
    assert max(len(page.text) for page in pages) < 20_000
    assert sum(page.text.count("\n\n") + 1 for page in pages) == 4_000


# --- text and bibliographies ----------------------------------------------------------------------------


def test_markdown_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\nlayout: x\n---\n# On *Things*\n\nA **bold** word\nand [a link](https://example.org).\n"
        "\n![pic](a.png)\n\n> Said.\n"
    )
    meta, pages, _ = read(path, "markdown")
    assert meta.title == "On Things"
    assert pages[0].text == "On Things\n\nA bold word and a link.\n\nSaid."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Größe zählt.\r\nImmer.\r\n\r\nZweiter Absatz.".encode(encoding))
    assert texts(path, "txt") == "Größe zählt. Immer.\n\nZweiter Absatz."


def test_bibtex_entries_become_csl(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text(
        "@string{acm = {ACM Press}}\n"
        '@article{r, author = {Rossi, Anna and M{\\"u}ller, Jan and others}, title = {The {Debian} way \\& more},\n'
        " journal = {Journal of X}, year = 2021, month = mar, pages = {12--34}, doi = {https://doi.org/10.1000/XYZ}}\n"
        "@book{d, author = {{The Debian Project}}, title = {Policy}, publisher = acm, year = {1999}}\n"
        "@misc{broken, title = {x\n"
    )
    items = [item.csl for item in read(path, "bibtex")[2]]
    assert items[0] == {
        "type": "article-journal", "citation-key": "r", "title": "The Debian way & more", "DOI": "10.1000/XYZ",
        "container-title": "Journal of X", "page": "12-34", "issued": {"date-parts": [[2021, 3]]},
        "author": [{"family": "Rossi", "given": "Anna"}, {"family": "Müller", "given": "Jan"}, {"literal": "others"}],
    }  # fmt: skip
    assert items[1]["author"] == [{"literal": "The Debian Project"}]
    assert items[1]["publisher"] == "ACM Press"


def test_ris_entries_become_csl(tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_text(
        "TY  - JOUR\nAU  - van der Berg, Jan\nAU  - World Health Organization\nTI  - A title\nJO  - J. of Y\n"
        "PY  - 2020/03/04/\nSP  - 10\nEP  - 20\nDO  - 10.1000/abc\nAB  - An abstract.\nER  - \n"
        "TY  - GEN\nAU  - Nobody\nER  - \n"
    )
    items = [item.csl for item in read(path, "ris")[2]]
    assert items == [
        {
            "type": "article-journal", "title": "A title", "container-title": "J. of Y", "abstract": "An abstract.",
            "DOI": "10.1000/abc", "issued": {"date-parts": [[2020, 3, 4]]}, "page": "10-20",
            "author": [{"family": "van der Berg", "given": "Jan"}, {"literal": "World Health Organization"}],
        }
    ]  # fmt: skip


def test_bibtex_cannot_read_files_through_latex(tmp_path: Path) -> None:
    secret = tmp_path / "secret.tex"
    secret.write_text("stolen words")
    path = tmp_path / "a.bib"
    path.write_text(f"@book{{a, title = {{Before \\input{{{secret}}} after}}, year = 2020}}\n")
    assert "stolen" not in str(read(path, "bibtex")[2])
