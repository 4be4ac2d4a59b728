"""What of an ODT is read, and what its readers do not see."""

from pathlib import Path

import pytest

from reading.errors import BrokenError, ForbiddenError, TooBigError
from reading.odt import read_odt
from reading.protocol import Meta, Page
from tests.documents import files

HIDDEN = (
    '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="P1" style:parent-style-name="Title"/>'
)


def text_of(path: Path) -> str:
    return "\n\n".join(one.text for one in read_odt(path) if isinstance(one, Page))


def meta_of(path: Path) -> Meta:
    meta = next(read_odt(path))
    assert isinstance(meta, Meta)
    return meta


def test_paragraphs_tables_and_notes_in_the_order_of_a_reader(tmp_path: Path) -> None:
    body = (
        "<text:h>Bells</text:h>"
        "<text:p>They rang<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>In fog.</text:p>"
        "</text:note-body></text:note> at<text:s/>night<text:tab/>and <text:span>by day</text:span>.</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Quay</text:p><text:p>north</text:p></table:table-cell>"
        "<table:table-cell><text:p>12</text:p></table:table-cell></table:table-row><table:table-row/></table:table>"
        "<text:p/>"
    )
    said = text_of(files.odt(tmp_path / "a.odt", body))
    assert said == "Bells\n\nThey rang at night and by day.\n\nIn fog.\n\nQuay north | 12"


@pytest.mark.parametrize(
    "left_out",
    [
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>",
        "<text:table-of-content><text:index-body><text:p>Gone 3</text:p></text:index-body></text:table-of-content>",
        "<text:p><office:annotation><text:p>Gone</text:p></office:annotation></text:p>",
        '<text:p><text:span text:style-name="T1">Gone</text:span></text:p>',
    ],
    ids=["deleted", "contents", "comment", "hidden"],
)
def test_what_a_reader_does_not_see(tmp_path: Path, left_out: str) -> None:
    path = files.odt(tmp_path / "a.odt", f"<text:p>Before.</text:p>{left_out}<text:p>After.</text:p>", styles=HIDDEN)
    assert text_of(path) == "Before.\n\nAfter."


def test_title_by_style_and_what_the_file_says_of_itself(tmp_path: Path) -> None:
    about = (
        f'<office:document-meta {files.ODF} xmlns:dc="urn:dc" xmlns:meta="urn:meta"><dc:title>ms.odt</dc:title>'
        "<meta:initial-creator>Mira Talvik</meta:initial-creator><meta:creation-date>2014-05-03</meta:creation-date>"
        "</office:document-meta>"
    )
    body = '<text:p text:style-name="P1">Bells at Night</text:p><text:p text:style-name="Author">Mira Talvik</text:p>'
    meta = meta_of(files.odt(tmp_path / "a.odt", body, styles=HIDDEN, parts={"meta.xml": about.encode()}))
    assert (meta.title, meta.author, meta.date, meta.pages) == ("ms.odt", "Mira Talvik", "2014-05-03", 0)
    assert meta.front == {"title": "Bells at Night", "author": [{"family": "Talvik", "given": "Mira"}]}


def test_running_heads_come_last_and_once(tmp_path: Path) -> None:
    heads = f"<office:document-styles {files.ODF}>" + "<text:p>Bells</text:p><text:p>12</text:p>" * 2
    parts = {"styles.xml": f"{heads}</office:document-styles>".encode()}
    assert text_of(files.odt(tmp_path / "a.odt", "<text:p>Fog.</text:p>", parts=parts)) == "Fog.\n\nBells"


def test_harmful_and_damaged_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(ForbiddenError):
        text_of(files.odt(tmp_path / "a.odt", "<text:p>&b;</text:p>", prolog=entity))
    with pytest.raises(BrokenError):
        text_of(files.odt(tmp_path / "b.odt", "<text:p>"))
    monkeypatch.setattr("reading.odt.MAX_BYTES", 1_000)
    with pytest.raises(TooBigError):
        text_of(files.odt(tmp_path / "c.odt", f"<text:p>{'fog ' * 1_000}</text:p>"))
