"""The title page as data: what it says, what is refused, and what is printed anew."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import QuotaReached
from documents.domain import manuscripts, printing, title_pages
from documents.domain.title_pages import flaws
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export, TitlePage
from documents.models.document import without_full_stop
from privacy.models import AuditEvent
from tests.documents.factories import DocumentFactory, outlined_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    document = outlined_document(pages=4, author_name="Ada")
    document.sections.filter(children=None).update(text="The lamp was trimmed at every change of the watch.")
    return document


def change(document: Document, **said: Any) -> bool:
    return printing.change_title_page(document_id=document.pk, by=document.owner, **said)


def test_an_untouched_page_says_what_the_outline_says(document: Document) -> None:
    manuscript = manuscripts.load(document.pk)
    assert (manuscript.title, manuscript.kind, manuscript.topic) == ("Lighthouses", "Seminar paper", "")
    assert manuscript.date == timezone.now().date()
    assert manuscript.front == title_pages.front_matter(TitlePage())


def test_what_is_said_reaches_the_typesetter(document: Document) -> None:
    assert change(
        document,
        own_title="Keeping the Light",
        author_name="Ada Lind",
        subtitle="A study",
        kind_words="Term paper",
        supervisors="Prof. Shelley\n\n Dr. Austen ",
        keywords="lamps; lenses, ",
        abbreviations="IALA = a society\nLED\tlight-emitting diode",
        handed_in_on=date(2026, 12, 1),
        has_declaration=True,
    )
    manuscript = manuscripts.load(document.pk)
    assert (manuscript.title, manuscript.kind, manuscript.topic) == ("Keeping the Light", "Term paper", "A study")
    assert (manuscript.author, manuscript.date) == ("Ada Lind", date(2026, 12, 1))
    assert manuscript.front.supervisors == ("Prof. Shelley", "Dr. Austen")
    assert manuscript.front.keywords == ("lamps", "lenses")
    assert manuscript.front.abbreviations == (("IALA", "a society"), ("LED", "light-emitting diode"))
    assert manuscript.front.is_dated
    assert AuditEvent.objects.filter(action="document.title_page_changed").count() == 1
    document.refresh_from_db()
    assert str(document) == "Keeping the Light"
    assert Document.objects.get(pk=document.pk).title == "Lighthouses", "the outline keeps its own"


def test_saying_the_same_again_changes_nothing(document: Document) -> None:
    assert change(document, university="Nowhere")
    assert not change(document, university="Nowhere", own_title="")
    assert AuditEvent.objects.filter(action="document.title_page_changed").count() == 1


def test_whoever_knew_another_page_writes_nothing(document: Document) -> None:
    def refuse(_locked: Document) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        change(document, university="Nowhere", expects=refuse)
    assert not TitlePage.objects.exists()


def test_a_draft_gets_no_files(document: Document) -> None:
    change(document, university="Nowhere")
    assert not Export.objects.exists()


def test_a_finished_document_is_printed_anew_in_every_file_it_has(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    for format, statement in ((ExportFormat.PDF, False), (ExportFormat.DOCX, True)):
        Export.objects.create(
            document=document, format=format, with_ai_statement=statement, citation_style="apa", fingerprint="old",
            state=ExportState.READY, due_at=None,
        )  # fmt: skip
    change(document, university="Nowhere")
    waiting = Export.objects.filter(state=ExportState.PENDING).values_list("format", "with_ai_statement")
    assert sorted(waiting) == [("docx", False), ("docx", True), ("pdf", False)]
    change(document, handed_in_on=date(2026, 12, 1))
    assert Export.objects.filter(state=ExportState.PENDING).count() == 6, "a chosen date is another file"


def test_printing_anew_counts_as_another_style_does(document: Document, settings: Any) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    settings.RESTYLES_PER_DAY = 1
    change(document, university="Nowhere")
    with pytest.raises(QuotaReached):
        change(document, university="Elsewhere")
    assert title_pages.of(document).university == "Nowhere"


def test_what_changed_while_it_was_written_is_printed_once_it_is_ready(document: Document) -> None:
    began = timezone.now()
    change(document, university="Nowhere")
    printing.settle(document_id=document.pk, since=timezone.now() + timedelta(seconds=1))
    assert not Export.objects.exists()
    printing.settle(document_id=document.pk, since=began)
    assert Export.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("supervisors", "A\nB\nC\nD\nE", "At most 4 supervisors"),
        ("supervisors", "A" * 121, "at most 120 characters"),
        ("keywords", ",".join("abcdefghijklm"), "at most 12 keywords"),
        ("keywords", "a" * 61, "at most 60 characters"),
        ("abbreviations", "API = one\nHTML", "no “=” between an abbreviation and what it stands for: HTML"),
        ("abbreviations", "= nothing", "no “=”"),
        ("abbreviations", "API =", "no “=”"),
        ("abbreviations", "API = one\nAPI = two", "there twice: API"),
        ("abbreviations", f"{'A' * 31} = one", "at most 30 characters"),
        ("abbreviations", "\n".join(f"A{number} = one" for number in range(201)), "at most 200 abbreviations"),
        ("second_language", "en", "the language of the document"),
    ],
)
def test_a_flaw_is_told_at_its_field(field: str, typed: str, words: str) -> None:
    found = flaws({field: typed}, language="en")
    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize("said", [{"second_abstract": "Wort."}, {"second_keywords": "Wort"}])
def test_a_second_abstract_says_its_language(said: dict[str, str]) -> None:
    assert "in which language" in flaws(said, language="en")["second_language"]
    assert flaws({**said, "second_language": "de"}, language="en") == {}


@pytest.mark.parametrize(
    ("topic", "title"), [("Lamps at sea.", "Lamps at sea"), ("Lamps …", "Lamps …"), ("Lamps...", "Lamps..."), ("", "")]
)
def test_a_full_stop_is_no_part_of_a_title(topic: str, title: str) -> None:
    assert without_full_stop(topic) == title


def test_a_document_without_outline_is_called_by_its_topic() -> None:
    document = DocumentFactory.build(topic="How lamps were kept.")
    assert str(document) == "How lamps were kept"
    document.own_title = "Lamps, etc."
    assert str(document) == "Lamps, etc."
