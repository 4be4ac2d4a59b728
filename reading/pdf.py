"""PDF by pdfium: reopened every 100 pages, because an open document keeps what each page has loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
from pypdfium2 import raw

from reading.errors import BrokenError, EncryptedError, NoLettersError, TooBigError
from reading.language import language_of
from reading.pdf_front import meta_of
from reading.protocol import MAX_PAGE_CHARACTERS, MAX_PAGES, MAX_TEXT_CHARACTERS, Meta, Page

_REOPEN_AFTER_PAGES: Final = 100
#: Share of a page's height in which running heads and page numbers stand.
_EDGE_SHARE: Final = 0.11
_EDGE_MAX_CHARACTERS: Final = 400
#: A page with fewer characters may be a scan: only then it is worth asking for pictures.
_HARDLY_ANY_CHARACTERS: Final = 40
#: Pages with text on which letters are tried for a Unicode map, and letters tried on each.
_TRIED_PAGES: Final = 3
_TRIED_LETTERS: Final = 300


def read_pdf(path: Path, scratch: Path) -> Iterator[Meta | Page]:
    """The metadata, then each page; one repair, written to ``scratch``, on the first parse error.

    Raises:
        EncryptedError, BrokenError, NoLettersError, TooBigError
    """
    repaired = False
    try:
        document = open_pdf(path)
    except BrokenError:
        path = _repair(path, scratch)
        repaired = True
        document = open_pdf(path)
    count = len(document)
    if count > MAX_PAGES:
        raise TooBigError(f"{count} pages")
    if document.get_formtype() != raw.FORMTYPE_NONE and (filled := _with_fields(path, scratch)) is not None:
        document.close()
        path, repaired = filled, True
        document = open_pdf(path)
    _refuse_without_letters(document)
    yield meta_of(document, path)
    total = 0
    for index in range(count):
        if index and index % _REOPEN_AFTER_PAGES == 0:
            document.close()
            document = open_pdf(path)
        try:
            page = _page(document, index)
        except pypdfium2.PdfiumError:
            if repaired:
                # The rest of the file is worth more than a page that no engine can show.
                page = Page(number=index + 1, label="", text="")
            else:
                document.close()
                path = _repair(path, scratch)
                repaired = True
                document = open_pdf(path)
                page = _page_or_nothing(document, index)
        total += len(page.text)
        if total > MAX_TEXT_CHARACTERS:
            raise TooBigError(f"{total} characters")
        yield page
    document.close()


def open_pdf(path: Path) -> pypdfium2.PdfDocument:
    """The open document, with at least one page.

    Raises:
        EncryptedError: when it asks for a password.
        BrokenError: when it cannot be parsed.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise EncryptedError from error
        raise BrokenError from error
    if len(document) == 0:
        document.close()
        raise BrokenError("no pages")
    return document


def _page(document: pypdfium2.PdfDocument, index: int) -> Page:
    page = document[index]
    head = foot = ""
    is_picture = False
    try:
        text_page = page.get_textpage()
        try:
            # Bounded: what lies outside the page's box is not on the page anyone sees.
            text = text_page.get_text_bounded(errors="ignore")
            if len(text) < _HARDLY_ANY_CHARACTERS:
                is_picture = any(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
            if text:
                _left, bottom, _right, top = page.get_bbox()
                strip = (top - bottom) * _EDGE_SHARE
                # A line end says that the strips were looked at and are empty.
                head = text_page.get_text_bounded(bottom=top - strip, errors="ignore")[:_EDGE_MAX_CHARACTERS] or "\n"
                foot = text_page.get_text_bounded(top=bottom + strip, errors="ignore")[-_EDGE_MAX_CHARACTERS:]
        finally:
            text_page.close()
    finally:
        page.close()
    return Page(
        number=index + 1,
        label=(document.get_page_label(index) or "")[:32],
        text=text[:MAX_PAGE_CHARACTERS],
        head=head,
        foot=foot,
        is_picture=is_picture,
    )


def _page_or_nothing(document: pypdfium2.PdfDocument, index: int) -> Page:
    try:
        return _page(document, index)
    except (pypdfium2.PdfiumError, IndexError):
        return Page(number=index + 1, label="", text="")


def _refuse_without_letters(document: pypdfium2.PdfDocument) -> None:
    """Fonts without a Unicode map show shapes and say no letters: what is copied from them is nonsense.

    Raises:
        NoLettersError: when that is most of the first pages with text.
    """
    tried = unknown = pages = 0
    sample = ""
    for index in range(min(len(document), _TRIED_PAGES * 3)):
        try:
            page = document[index]
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError:
            return
        count = min(text_page.count_chars(), _TRIED_LETTERS)
        if count > _HARDLY_ANY_CHARACTERS:
            pages += 1
            sample += text_page.get_text_range(0, count, errors="ignore")
            tried += count
            unknown += sum(raw.FPDFText_HasUnicodeMapError(text_page, at) == 1 for at in range(count))
        text_page.close()
        page.close()
        if pages == _TRIED_PAGES:
            break
    # Old TeX fonts have no map either, but their codes are letters: then the words are those of a language.
    if tried and unknown * 2 > tried and not language_of(sample):
        raise NoLettersError(f"{unknown} of {tried}")


def _with_fields(path: Path, scratch: Path) -> Path | None:
    """A copy in which what was filled into a form is text of its pages; None where that fails."""
    import pikepdf  # only here: most files have no form

    target = scratch / "filled.pdf"
    try:
        with pikepdf.open(path) as document:
            document.generate_appearance_streams()
            document.flatten_annotations("screen")
            document.save(target)
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return None
    return target


def _repair(path: Path, scratch: Path) -> Path:
    """Re-saved by qpdf, which rebuilds the cross-reference table."""
    import pikepdf  # only here: most files need no repair, and loading it takes longer than reading fifty pages

    target = scratch / "repaired.pdf"
    try:
        with pikepdf.open(path) as document:
            document.save(target)
    except pikepdf.PasswordError as error:
        raise EncryptedError from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise BrokenError from error
    return target
