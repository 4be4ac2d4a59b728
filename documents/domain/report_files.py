"""The citation report as a file: pages to print, and a table for spreadsheets (R-10, R-17)."""

import csv
import io
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from documents.domain.citations import CitationCard, CitationReport, report
from documents.domain.making import Report
from documents.domain.sheet import meeting
from documents.domain.sheet.meeting import SheetReport
from documents.enums import ExportFormat
from documents.models import Document
from tesigo.platform.csv_cells import cell
from typesetting.labels import locale


def load(document_id: UUID, format: ExportFormat) -> Report:
    """The report as it stands, in the document's language."""
    document = Document.objects.get(pk=document_id)
    found = report(document)
    with translation.override(document.language):
        sheet = meeting.report(document)
        return Report(_pages(document, found, sheet) if format == ExportFormat.REPORT_PDF else _table(found, sheet))


def _pages(document: Document, found: CitationReport, sheet: SheetReport) -> str:
    context = {"document": document, "report": found, "sheet": sheet, "language": locale(document.language)}
    return render_to_string("documents/paper/report.html", context)


def _table(found: CitationReport, sheet: SheetReport) -> str:
    """Texts that a spreadsheet would run as a formula are made harmless. Lines end as RFC 4180 has it.

    What the sheet asks is a table of its own below, behind an empty row, filled up to as many cells in a row.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    head = [
        _("No."), _("Section"), _("Heading"), _("Sentence"), _("Source"), _("Author and year"), _("Page"),
        _("Passage"), _("How it was checked"), _("The judge's reason"), _("DOI or address"),
    ]  # fmt: skip
    writer.writerow(head)
    for part in found.sections:
        for card in part.cards:
            writer.writerow([cell(value) for value in (card.number, *_cells(part.section.number, card))])
    for row in _asked(sheet):
        writer.writerow([*map(cell, row), *[""] * (len(head) - len(row))])
    return text.getvalue()


def _asked(sheet: SheetReport) -> Iterator[Sequence[str]]:
    if not sheet.lines:
        return
    yield ()
    yield _("What the sheet asks"), _("The sheet's words"), _("Verdict"), _("What was found"), _("Where it is met")
    for one in sheet.lines:
        asked = f"{one.title}: {one.asked}" if one.asked else one.title
        places = "; ".join(place.said for place in one.found.places)
        yield asked, one.quoted, str(one.found.verdict.label), one.found.said, places


def _cells(section: str, card: CitationCard) -> Iterator[str]:
    citation = card.citation
    yield section
    yield citation.section.title
    yield card.sentence
    yield citation.source.title
    yield card.who_and_when
    yield citation.passage.page_label or str(citation.passage.page or "")
    yield citation.passage.text
    yield citation.get_check_result_display()
    yield citation.check_note
    yield card.address
