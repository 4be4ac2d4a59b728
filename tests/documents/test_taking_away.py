"""Files in every format: asked for on one page, named so that they are told apart, kept when the style changes."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import QuotaReached
from accounts.models import User
from documents.domain import exporting, formats, report_files, requesting, restyling, styles
from documents.domain.sheet import lines
from documents.enums import DELIVERED, CitationCheck, DocumentState, ExportFormat, ExportState
from documents.models import Document, Export, OwnStyle, SheetLine
from privacy.models import AuditEvent
from tests.documents.factories import PassageFactory, SourceFactory, outlined_document
from tests.documents.test_citations import cite
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, tzinfo=UTC)
FORMULA = "=HYPERLINK(1) is a sum"


@pytest.fixture
def document(student: User) -> Document:
    """A finished document that cites one source."""
    document = outlined_document(owner=student, pages=4, language="de")
    source = SourceFactory.create(
        document=document,
        key="light2019",
        title="Keeping the light",
        csl={
            "id": "light2019", "type": "book", "title": "Keeping the light", "author": [{"family": "Lind"}],
            "issued": {"date-parts": [[2019]]},
        },
    )  # fmt: skip
    section = document.sections.filter(children=None).first()
    assert section
    section.text = "The lamp was trimmed [@light2019, S. 3]."
    section.save()
    passage = PassageFactory.create(source=source, text=f"{FORMULA}. The lamp was trimmed.")
    cite(section, passage, sentence="The lamp was trimmed [@light2019].", check_result=CitationCheck.VERBATIM)
    cite(section, passage, position=1, sentence=FORMULA, note="-1 for it")
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, rendered_style="apa", title="Łuk & Öl")
    document.refresh_from_db()
    return document


def made(document: Document, format: ExportFormat, *, with_ai_statement: bool = False) -> Export:
    row = requesting.request_export(document_id=document.pk, format=format, with_ai_statement=with_ai_statement)
    assert exporting.make_export(export_id=row.pk)
    row.refresh_from_db()
    assert row.state == ExportState.READY, row.error
    return row


def content(export: Export) -> bytes:
    with default_storage.open(export.stored_as) as file:
        data: bytes = file.read()
    return data


@pytest.mark.parametrize(
    ("format", "begins"),
    [
        (ExportFormat.MARKDOWN, b"# "),
        (ExportFormat.RIS, b"TY  - BOOK\r\n"),
        (ExportFormat.BIBLATEX, b"@book{light2019,"),
        (ExportFormat.REPORT_PDF, b"%PDF-"),
    ],
)
def test_a_file_is_made_when_somebody_asks_for_it(document: Document, format: ExportFormat, begins: bytes) -> None:
    export = made(document, format)
    assert content(export).startswith(begins)
    assert export.size == len(content(export))
    assert export.stored_as.endswith(f".{formats.KINDS[format].ending}")
    again = requesting.request_export(document_id=document.pk, format=format, with_ai_statement=False)
    assert again.pk == export.pk


def test_the_table_of_citations_is_safe_to_open_and_in_the_documents_language(document: Document) -> None:
    text = content(made(document, ExportFormat.REPORT_CSV))
    assert text.startswith(b"\xef\xbb\xbf")
    head, first, second = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    assert len(head) == len(first) == len(second) == 11
    assert first[0] == "1"
    assert first[3] == "The lamp was trimmed."
    assert second[3] == f"'{FORMULA}"
    assert second[9] == "'-1 for it"
    assert [one[:1] for row in (first, second) for one in row if one[:1] in "=+-@" and one[:1]] == []


def test_reports_end_with_what_the_sheet_asks_in_the_documents_language(document: Document) -> None:
    lines.add(document_id=document.pk, asks="At least 3 sources", by=document.owner)
    lines.add(document_id=document.pk, asks="=Was the lamp trimmed?", by=document.owner)
    SheetLine.objects.filter(what="number").update(words="Use at least 3 sources.")
    text = content(made(document, ExportFormat.REPORT_CSV)).decode("utf-8-sig")
    *_citations, empty, head, first, second = csv.reader(io.StringIO(text))
    assert {len(row) for row in (empty, head, first, second)} == {11}
    assert not any(empty)
    assert (head[0], head[2]) == ("Was das Aufgabenblatt verlangt", "Urteil")
    assert first[:4] == [
        "Anzahl der Quellen: mindestens 3: At least 3 sources", "Use at least 3 sources.", "nicht erfüllt",
        "1 ist zitiert.",
    ]  # fmt: skip
    assert second[0] == "'=Was the lamp trimmed?"
    section = document.sections.exclude(text="").get()
    assert second[4] == f"1 {section.title}: “The lamp was trimmed.”"
    page = report_files.load(document.pk, ExportFormat.REPORT_PDF).content
    assert "<h2>Was das Aufgabenblatt verlangt</h2>" in page
    assert "<strong>Anzahl der Quellen: mindestens 3</strong> · nicht erfüllt" in page
    assert "=Was the lamp trimmed?" in page
    assert f"1 {section.title}: “The lamp was trimmed.”" in page


def test_a_report_is_another_file_once_a_citation_is_another(document: Document) -> None:
    before = made(document, ExportFormat.REPORT_CSV)
    document.citations.filter(position=1).delete()
    assert made(document, ExportFormat.REPORT_CSV).pk != before.pk


def test_lists_and_reports_have_no_statement(document: Document) -> None:
    rows = [
        requesting.request_export(document_id=document.pk, format=one, with_ai_statement=True)
        for one in (ExportFormat.RIS, ExportFormat.REPORT_CSV, ExportFormat.ODT)
    ]
    assert [row.with_ai_statement for row in rows] == [False, False, True]


def test_pages_that_a_pdf_found_are_used_for_the_contents_of_others(document: Document) -> None:
    odt = requesting.request_export(document_id=document.pk, format=ExportFormat.ODT, with_ai_statement=False)
    assert exporting._known_pages(odt) is None
    pdf = made(document, ExportFormat.PDF)
    assert pdf.first_pages["bibliography"] > 3
    assert exporting._known_pages(odt) == pdf.first_pages


def test_all_are_made_by_one_task_for_each_text(browser: Client, document: Document, settings: Any) -> None:
    settings.EXPORTS_PER_DAY = len(formats.KINDS) - 1
    ready = made(document, ExportFormat.PDF)
    address = reverse("documents:take_away", args=[document.pk])
    assert browser.post(address, {"format": "all"}).status_code == 302
    waiting = document.exports.filter(state=ExportState.PENDING).order_by("created_at")
    assert waiting.count() == len(formats.KINDS) - 1
    assert AuditEvent.objects.filter(action="export.requested", actor_id=document.owner_id).count() == waiting.count()
    first = waiting.exclude(format__in=formats.REPORTS).first()
    assert first
    assert exporting.make_export(export_id=first.pk)
    assert set(waiting.values_list("format", flat=True)) == formats.REPORTS
    made_now = document.exports.exclude(pk=ready.pk).filter(state=ExportState.READY)
    assert set(made_now.values_list("tries", flat=True)) == {0, 1}
    for export in document.exports.filter(state=ExportState.READY):
        assert len(content(export)) == export.size > 0
    assert browser.post(address, {"format": "all"}).status_code == 429


def test_asking_for_all_counts_every_file_that_is_made(document: Document, settings: Any) -> None:
    settings.EXPORTS_PER_DAY = len(formats.KINDS) - 1
    with pytest.raises(QuotaReached):
        requesting.request_all(document_id=document.pk, with_ai_statement=True, by=document.owner)
    assert not document.exports.exists()
    settings.EXPORTS_PER_DAY += 1
    requesting.request_all(document_id=document.pk, with_ai_statement=True, by=document.owner)
    assert document.exports.filter(state=ExportState.PENDING).count() == len(formats.KINDS)
    with pytest.raises(QuotaReached):
        requesting.request_export(
            document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=False, by=document.owner
        )


def test_asking_for_all_reads_the_text_twice_at_most(
    document: Document, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(200) as one:
        exporting.prepare(document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=True)
    with django_assert_max_num_queries(200) as every:
        rows = exporting.prepare_all(document_id=document.pk, with_ai_statement=True)
    texts = [query for query in every.captured_queries if 'FROM "documents_titlepage"' in query["sql"]]
    assert (len(one.captured_queries) > 4, len(texts)) == (True, 2)
    assert len({row.fingerprint for row in rows}) == 4  # with the statement, without, and two reports


def test_asking_for_all_looks_for_those_that_are_there(document: Document, settings: Any) -> None:
    ris = made(document, ExportFormat.RIS)
    default_storage.delete(ris.stored_as)
    requesting.request_all(document_id=document.pk, with_ai_statement=False, by=document.owner)
    ris.refresh_from_db()
    assert (ris.state, ris.stored_as) == (ExportState.PENDING, "")


def test_one_that_cannot_be_made_with_the_others_is_made_by_itself(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(citation_style="no-such")
    requesting.request_all(document_id=document.pk, with_ai_statement=False, by=document.owner)
    ris = document.exports.get(format=ExportFormat.RIS)
    assert exporting.make_export(export_id=ris.pk)
    left = document.exports.filter(state=ExportState.PENDING).exclude(format__in=formats.REPORTS)
    assert left.count() == 9
    assert set(left.values_list("nudged_at", flat=True)) == {None}
    one = left.get(format=ExportFormat.HTML)
    Export.objects.filter(pk__in=left).update(nudged_at=one.due_at)
    assert not exporting.make_export(export_id=one.pk)
    one.refresh_from_db()
    assert one.error.startswith("ExportError: There is no citation style")


def test_only_pdf_and_docx_are_made_unasked_when_the_style_changes(document: Document) -> None:
    made(document, ExportFormat.RIS)
    restyling.request(document_id=document.pk, citation_style="ieee", by=document.owner)
    new = document.exports.filter(citation_style="ieee")
    assert set(new.values_list("format", flat=True)) == set(DELIVERED)


def row(format: str, **fields: Any) -> Export:
    values = {"citation_style": "apa", "finished_at": NOW, "format": format}
    return Export(**(values | fields))


def test_names_carry_style_variant_and_day_in_the_documents_language() -> None:
    document = Document(title="Łuk & Öl: d’Alembert/ß", language="en")
    found = [
        formats.file_name(one, document)
        for one in (
            row("pdf"),
            row("docx", citation_style="ieee", with_ai_statement=True),
            row("latex"),
            row("ris"),
            row("report_csv"),
            row("pdf", finished_at=None, created_at=NOW),
        )
    ]
    assert found == [
        "luk-ol-d-alembert-ss-apa-2026-03-04.pdf",
        "luk-ol-d-alembert-ss-ieee-with-statement-of-ai-use-2026-03-04.docx",
        "luk-ol-d-alembert-ss-apa-latex-2026-03-04.zip",
        "luk-ol-d-alembert-ss-sources-2026-03-04.ris",
        "luk-ol-d-alembert-ss-citation-report-2026-03-04.csv",
        "luk-ol-d-alembert-ss-apa-2026-03-04.pdf",
    ]


def test_long_names_break_at_words() -> None:
    document = Document(title="On the " + "maintainers " * 20, language="en")
    name = formats.file_name(row("pdf"), document)
    assert name == f"on-the-{'-'.join(['maintainers'] * 4)}-apa-2026-03-04.pdf"
    document.title = "x" * 99
    assert formats.file_name(row("pdf"), document).startswith(f"{'x' * 60}-apa")
    document.title = "Λόγος"
    assert formats.file_name(row("pdf"), document) == "document-apa-2026-03-04.pdf"


def test_an_own_style_is_named_by_its_title(student: User) -> None:
    own = OwnStyle.objects.create(owner=student, title="My faculty's rules", text="x", digest="x")
    name = formats.file_name(row("pdf", citation_style=styles.name_of(own)), Document(title="T"))
    assert name == "t-my-faculty-s-rules-2026-03-04.pdf"


def test_no_two_formats_of_a_document_have_one_name() -> None:
    names = {formats.file_name(row(one), Document(title="T")) for one, _label in formats.OFFERED}
    assert len(names) == len(formats.OFFERED)


def test_the_page_offers_every_format_by_what_it_is_for(browser: Client, document: Document) -> None:
    page = words(browser.get(reverse("documents:take_away", args=[document.pk])))
    asked = re.findall(r'name="format" value="(\w+)"', page)
    assert asked == ["all", *(value for value, _label in formats.OFFERED)]
    headings = re.findall(r'<h2 id="shelf-\d">([^<]+)</h2>', page)
    assert headings == ["For reading", "For editing", "For LaTeX", "The sources", "As proof"]
    assert page.count('form="make"') == len(formats.OFFERED)
    assert '<form method="post" id="make"' in page


def test_each_is_asked_for_by_its_button_without_a_script(browser: Client, document: Document) -> None:
    address = reverse("documents:take_away", args=[document.pk])
    browser.post(address, {"format": "epub", "with_ai_statement": "1"})
    browser.post(address, {"format": "no-such"})
    export = Export.objects.get()
    assert (export.format, export.with_ai_statement, export.state) == ("epub", True, ExportState.PENDING)
    page = words(browser.get(address))
    assert "Being made" in page
    assert 'data-hx-trigger="every 2s"' in page


def test_files_of_earlier_styles_stay_on_the_page(browser: Client, document: Document) -> None:
    for number, (format, style, state) in enumerate(
        [("pdf", "apa", "ready"), ("docx", "ieee", "ready"), ("pdf", "ieee", "ready"), ("odt", "ieee", "pending"),
         ("ris", "ieee", "ready")]
    ):  # fmt: skip
        Export.objects.create(
            document=document, format=format, citation_style=style, state=state, fingerprint=str(number),
            finished_at=timezone.now(), due_at=timezone.now() if state == "pending" else None, size=1,
        )  # fmt: skip
    page = words(browser.get(reverse("documents:take_away", args=[document.pk])))
    now, _heading, before = page.partition("In earlier citation styles")
    assert "luk-ol-apa" in now
    assert "ieee" not in now
    assert before.count("Download PDF") == before.count("Download DOCX") == 1
    assert "IEEE" in before
    assert "luk-ol-ieee" in before
    assert "Download RIS" not in before
