"""PDFs that are read although something about them is unusual, and those of which is said what is wrong."""

from pathlib import Path

import pikepdf
import pytest

from reading.failures import ExtractionFailed
from reading.protocol import Page
from reading.runner import records
from tests.documents import files
from tests.reading.typeset import pages_of, text, typeset


@pytest.mark.parametrize("junk", [b"\n", b"\r\n\r\n  ", b"\x00", b"Content-Type: application/pdf\r\n\r\n"])
def test_junk_in_front_of_a_pdf_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    path = files.pdf(tmp_path / "a.pdf", ["Bells on the quay"])
    path.write_bytes(junk + path.read_bytes())
    assert [page.text for page in pages_of(path)] == ["Bells on the quay"]


def form(path: Path, **fields: str) -> Path:
    """A form with these text fields filled in and not drawn: the program that shows it draws them."""
    files.pdf(path, ["Your bell"])
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        page = document.pages[0]
        widgets = [
            document.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=name, V=value, F=4,
                    DA="/Helv 10 Tf 0 g", Rect=pikepdf.Array([60, 600 - 30 * at, 500, 620 - 30 * at]),
                )
            )
            for at, (name, value) in enumerate(fields.items())
        ]  # fmt: skip
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )  # fmt: skip
        page.Annots = pikepdf.Array(widgets)
        document.Root.AcroForm = document.make_indirect(
            pikepdf.Dictionary(
                Fields=pikepdf.Array(widgets), DA="/Helv 10 Tf 0 g", NeedAppearances=True,
                DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=helvetica)),
            )
        )  # fmt: skip
        document.save(path)
    return path


def test_what_was_filled_into_a_form_is_read(tmp_path: Path) -> None:
    path = form(tmp_path / "a.pdf", name="Mira Talvik", bell="The small one of the north quay")
    (page,) = pages_of(path)
    assert all(words in page.text for words in ("Your bell", "Mira Talvik", "The small one of the north quay"))


def test_an_empty_form_is_read(tmp_path: Path) -> None:
    assert pages_of(form(tmp_path / "a.pdf", name=""))[0].text.strip() == "Your bell"


def without_unicode_map(path: Path, *, keep_pages: int = 0) -> Path:
    """The file without the tables that say which letters its fonts show, but for the first pages' fonts."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        for page in list(document.pages)[keep_pages:]:
            for font in page.Resources.Font.values():
                if "/ToUnicode" in font:
                    del font.ToUnicode
        document.save(path)
    return path


def test_fonts_that_do_not_say_their_letters_are_named_so(tmp_path: Path) -> None:
    path = without_unicode_map(typeset(tmp_path / "a.pdf", text()))
    with pytest.raises(ExtractionFailed) as caught:
        list(records(path, kind="pdf"))
    assert caught.value.code == "no_letters"


def test_fonts_that_say_their_letters_are_read(tmp_path: Path) -> None:
    assert len(pages_of(typeset(tmp_path / "a.pdf", text()))[0].text) > 500


def test_only_pages_of_pictures_look_scanned(tmp_path: Path) -> None:
    assert [page.is_picture for page in pages_of(files.scanned_pdf(tmp_path / "a.pdf", 2))] == [True, True]
    assert [page.is_picture for page in pages_of(files.pdf(tmp_path / "b.pdf", ["", "A few words"]))] == [False, False]


def test_edges_are_those_of_the_page_whatever_order_the_text_has(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", [files.prose(60)])
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        page = document.pages[0]
        more = b" BT /F1 10 Tf 60 820 Td (Bells at night) Tj ET BT /F1 10 Tf 300 20 Td (214) Tj ET"
        page.Contents = document.make_stream(page.Contents.read_bytes() + more)
        document.save(path)
    (page_read,) = pages_of(path)
    assert isinstance(page_read, Page)
    assert ("Bells at night" in page_read.head, page_read.foot.strip()) == (True, "214")


def test_old_fonts_without_a_map_whose_codes_are_letters_are_read(tmp_path: Path) -> None:
    words = "The bells of the quay were rung by hand and the fog was on the sea for days. " * 4
    path = files.pdf(tmp_path / "a.pdf", [words])
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        font = document.pages[0].Resources.Font.F1
        names = pikepdf.Array([0, *[pikepdf.Name(f"/a{code}") for code in range(256)]])
        font.Encoding = pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=names)
        document.save(path)
    assert pages_of(path)[0].number == 1
