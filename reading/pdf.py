"""PDF by pdfium: reopened every 100 pages, because an open document keeps what each page has loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
from pypdfium2 import raw

from reading.errors import BrokenError, EncryptedError, TooBigError
from reading.protocol import MAX_PAGE_CHARACTERS, MAX_PAGES, MAX_TEXT_CHARACTERS, Meta, Page

_REOPEN_AFTER_PAGES: Final = 100


def read_pdf(path: Path, scratch: Path) -> Iterator[Meta | Page]:
    """The metadata, then each page; one repair, written to ``scratch``, on the first parse error.

    Raises:
        EncryptedError, BrokenError, TooBigError
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
    yield _meta(document, count)
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
    try:
        text_page = page.get_textpage()
        try:
            # Bounded: what lies outside the page's box is not on the page anyone sees.
            text = text_page.get_text_bounded(errors="ignore")
        finally:
            text_page.close()
    finally:
        page.close()
    return Page(
        number=index + 1,
        label=(document.get_page_label(index) or "")[:32],
        text=text[:MAX_PAGE_CHARACTERS],
    )


def _page_or_nothing(document: pypdfium2.PdfDocument, index: int) -> Page:
    try:
        return _page(document, index)
    except (pypdfium2.PdfiumError, IndexError):
        return Page(number=index + 1, label="", text="")


def _meta(document: pypdfium2.PdfDocument, count: int) -> Meta:
    values = document.get_metadata_dict(skip_empty=True)
    return Meta(
        title=values.get("Title", "")[:500],
        author=values.get("Author", "")[:500],
        date=values.get("CreationDate", "")[:40],
        pages=count,
    )


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
