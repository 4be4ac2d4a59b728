"""What is read of a DOCX: what a reader of the accepted document sees, and no more."""

from pathlib import Path

import pytest

from reading.docx import read_docx
from reading.protocol import Meta, Page
from tests.documents import files

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def paragraph(*runs: str, style: str = "") -> str:
    chosen = f"<w:pPr><w:pStyle w:val='{style}'/></w:pPr>" if style else ""
    return f"<w:p>{chosen}{''.join(runs)}</w:p>"


def pieces(path: Path) -> list[str]:
    return [record.text for record in read_docx(path) if isinstance(record, Page)]


def text(tmp_path: Path, body: str) -> str:
    return "\n\n".join(pieces(files.docx(tmp_path / "a.docx", [], body=body)))


def meta(tmp_path: Path, body: str) -> Meta:
    found = next(iter(read_docx(files.docx(tmp_path / "a.docx", [], body=body))))
    assert isinstance(found, Meta)
    return found


def test_the_body_comes_before_running_heads_and_comments_do_not_come(tmp_path: Path) -> None:
    def part(tag: str, inner: str) -> bytes:
        return f"<w:{tag} {files.W}>{inner}</w:{tag}>".encode()

    path = files.docx(
        tmp_path / "a.docx",
        ["On Bells", "They rang."],
        parts={
            "word/header1.xml": part("hdr", paragraph(run("North Bay College"))),
            "word/comments.xml": part("comments", f"<w:comment>{paragraph(run('Is this so?'))}</w:comment>"),
        },
        types=files.override("/word/header1.xml", "header+xml") + files.override("/word/comments.xml", "comments+xml"),
    )
    assert pieces(path) == ["On Bells\n\nThey rang.", "North Bay College"]


def test_what_moved_is_read_once_at_its_new_place(tmp_path: Path) -> None:
    moved = "The bell was moved. "
    body = paragraph(
        f"<w:moveFrom w:id='1'>{run(moved)}</w:moveFrom>",
        run("It rang. "),
        f"<w:moveTo w:id='2'>{run(moved)}</w:moveTo>",
    )
    assert text(tmp_path, body) == "It rang. The bell was moved."


@pytest.mark.parametrize(
    "gone",
    [
        "<w:del w:id='1'><w:r><w:delText>gone</w:delText></w:r></w:del>",
        f"<w:del w:id='1'>{run('gone')}</w:del>",
        run("gone", "<w:vanish/>"),
        run("gone", "<w:b/><w:vanish w:val='1'/>"),
        f"<w:ruby><w:rt>{run('gone')}</w:rt></w:ruby>",
    ],
)
def test_deleted_and_hidden_text_is_left_out(tmp_path: Path, gone: str) -> None:
    assert text(tmp_path, paragraph(run("Bells "), gone, run("ring."))) == "Bells ring."


@pytest.mark.parametrize(
    "seen",
    [
        run("loud", "<w:vanish w:val='0'/>"),
        run("loud", "<w:webHidden/>"),
        f"<w:ins w:id='1'>{run('loud')}</w:ins>",
        f"<w:hyperlink>{run('loud')}</w:hyperlink>",
    ],
)
def test_what_a_reader_sees_is_read(tmp_path: Path, seen: str) -> None:
    assert text(tmp_path, paragraph(run("Bells are "), seen)) == "Bells are loud"


@pytest.mark.parametrize(
    ("font", "code", "read"),
    [
        ("Symbol", "F0B1", "5 ± 2"), ("Symbol", "F0A3", "5 ≤ 2"), ("symbol", "61", "5 α 2"),
        ("Symbol", "F062", "5 β 2"),
        ("Symbol", "F057", "5 Ω 2"), ("Wingdings", "F0B1", "5 2"), ("Symbol", "none", "5 2"), ("Symbol", "F001", "5 2"),
    ],
)  # fmt: skip
def test_signs_that_word_inserts_from_symbol_are_read(tmp_path: Path, font: str, code: str, read: str) -> None:
    sign = f"<w:r><w:sym w:font='{font}' w:char='{code}'/></w:r>"
    assert text(tmp_path, paragraph(run("Bells rang 5 "), sign, run(" 2"))) == f"Bells rang {read}"


def test_a_hidden_paragraph_mark_hides_no_words(tmp_path: Path) -> None:
    body = f"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{run('Bells ring.')}</w:p>"
    assert text(tmp_path, body) == "Bells ring."


def math(inner: str) -> str:
    return f"<m:oMath {M}>{inner}</m:oMath>"


@pytest.mark.parametrize(
    ("formula", "read"),
    [
        ("<m:r><m:t>E=mc</m:t></m:r>", "E=mc"),
        ("<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>", "x^2"),
        ("<m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f>", "a/b"),
    ],
)
def test_formulas_are_read_in_their_sentence(tmp_path: Path, formula: str, read: str) -> None:
    body = paragraph(run("Where "), math(formula), run(" is the ring."))
    assert text(tmp_path, body) == f"Where {read} is the ring."


def made_field(instruction: str, result: str) -> str:
    def mark(kind: str) -> str:
        return f"<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>"

    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return f"{mark('begin')}{told}{mark('separate')}{result}{mark('end')}"


def test_a_list_of_contents_that_word_made_is_left_out(tmp_path: Path) -> None:
    entry = made_field(" HYPERLINK l ", run("Bells") + made_field("PAGEREF x", run("3")))
    body = paragraph(made_field(r" TOC \o ", entry)) + paragraph(
        run("Bells ring. "), made_field("REF a", run("See 3."))
    )
    assert text(tmp_path, body) == "Bells ring. See 3."


def test_title_authors_and_year_by_their_styles(tmp_path: Path) -> None:
    body = (
        paragraph(run("On Bells"), style="Titel") + paragraph(run("Mira Talvik"), style="Author")
        + paragraph(run("May 2013"), style="Date") + paragraph(run("They rang."))
    )  # fmt: skip
    author = [{"family": "Talvik", "given": "Mira"}]
    assert meta(tmp_path, body).front == {"title": "On Bells", "year": 2013, "author": author}
    plain = paragraph(run("On Bells")) + paragraph(run("Mira Talvik, 2013"))
    assert meta(tmp_path, plain).front == {"title": "On Bells", "year": 2013, "author": author}
    prose = paragraph(run("They rang.")) + paragraph(run("And rang again."))
    assert meta(tmp_path, prose).front == {}
