"""What was taken back is never cited: known by any register, at reading, before writing and at each file (R-98)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import mail
from accounts.models import Mail
from documents import tasks
from documents.domain import exporting, manuscripts, requesting, retractions, sources
from documents.enums import (
    CitationCheck,
    DocumentState,
    ExportFormat,
    ExportState,
    SourceOrigin,
    UploadPurpose,
    UploadState,
)
from documents.models import Citation, Document, Export, Rendering, Section, Source, Upload
from documents.sources.found import FoundWork
from privacy.models import AuditEvent
from sandbox.testing import Running
from tesigo.platform import turns
from tests.documents.factories import DocumentFactory, SectionFactory, SourceFactory
from tests.documents.test_exports import Queue
from tests.documents.test_views import student_with_consent
from typesetting import labels

pytestmark = pytest.mark.django_db(transaction=True)

DOI = "10.5555/sandbox.lamps"
TEXT = "The keepers wound the weight by hand, and the lamp burned on through every night of the long winter."


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def source(document: Document, **values: Any) -> Source:
    made: Source = SourceFactory.create(document=document, **{"doi": DOI, "title": "On lamps"} | values)
    sources.add_passages(made, [TEXT], language="en")
    return made


def named(document: Document, csl: dict[str, Any]) -> Source:
    """A source as a bibliography that was handed in brings it."""
    made = Source(document=document, origin=SourceOrigin.BIBLIOGRAPHY)
    with transaction.atomic():
        sources.lock_keys(document_id=document.pk).name(made, csl)
        made.save()
    return made


def cite(section: Section, source: Source) -> None:
    passage = source.passages.get()
    Citation.objects.create(
        document=section.document, section=section, position=0, source=source, passage=passage,
        sentence=f"{TEXT[:-1]} [@{source.key}].", check_result=CitationCheck.VERBATIM,
    )  # fmt: skip


def check(document: Document) -> None:
    async_to_sync(retractions.check)(document_id=document.pk)


def offered(document: Document) -> list[int]:
    return [
        passage.source_id for passage in sources.passages_for(document_id=document.pk, text="lamp keepers", limit=9)
    ]


@pytest.mark.parametrize("service", ["openalex", "crossref"])
def test_one_registers_word_marks_a_source_and_no_writer_is_offered_it(
    document: Document, sandbox: Running, service: str
) -> None:
    gone, other = source(document), source(document, doi="", title="On ships")
    sandbox.control.fault(service, "retracted")
    check(document)
    gone.refresh_from_db()
    assert gone.retracted_at is not None
    assert gone.retracted_by == service
    assert offered(document) == [other.pk]
    assert AuditEvent.objects.filter(action="source.retracted", object_id=str(gone.pk)).count() == 1
    check(document)
    assert AuditEvent.objects.filter(action="source.retracted").count() == 1


def test_a_source_that_stands_is_looked_up_once_a_day(document: Document, sandbox: Running) -> None:
    mine = source(document)
    check(document)
    check(document)
    mine.refresh_from_db()
    assert (mine.retracted_at, mine.looked_up_at is not None) == (None, True)
    assert sandbox.control.calls("crossref")["counts"]["crossref"] == 1
    assert offered(document) == [mine.pk]


def test_a_register_that_is_silent_marks_nothing_and_is_asked_again(document: Document, sandbox: Running) -> None:
    mine = source(document)
    sandbox.control.fault("search", "500")
    check(document)
    mine.refresh_from_db()
    assert (mine.retracted_at, mine.looked_up_at) == (None, None)


def test_one_register_alone_vouches_for_no_work(document: Document, sandbox: Running) -> None:
    mine = source(document)
    sandbox.control.fault("crossref", "500")
    check(document)
    mine.refresh_from_db()
    assert (mine.retracted_at, mine.looked_up_at) == (None, None)
    sandbox.control.clear_faults()
    sandbox.control.fault("crossref", "retracted")
    check(document)
    mine.refresh_from_db()
    assert mine.retracted_by == "crossref"


@pytest.mark.parametrize("mode", ["500", "hang"])
def test_what_one_register_says_is_kept_while_another_is_silent(
    document: Document, sandbox: Running, mode: str
) -> None:
    mine = source(document)
    sandbox.control.fault("crossref", mode, seconds=60)
    sandbox.control.fault("openalex", "retracted")
    async_to_sync(retractions.check)(document_id=document.pk, seconds=5)
    mine.refresh_from_db()
    assert mine.retracted_by == "openalex"


def test_a_register_that_is_silent_for_long_is_left_alone(document: Document, sandbox: Running) -> None:
    mine = source(document)
    sandbox.control.fault("crossref", "500")
    for _ in range(turns.FAILURES + 3):
        check(document)
    counts = sandbox.control.get("")["counts"]
    assert counts["crossref"] == turns.FAILURES
    assert counts["openalex"] == turns.FAILURES + 3, "the other is asked each time"
    mine.refresh_from_db()
    assert mine.looked_up_at is None


def test_cited_works_are_asked_for_first_and_the_others_in_turn(
    document: Document, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retractions, "MOST_SOURCES", 2)
    section = SectionFactory.create(document=document)
    long_ago = timezone.now() - timedelta(days=60)
    asked = source(document, doi="10.5555/sandbox.asked", looked_up_at=long_ago)
    fresh = [source(document, doi=f"10.5555/sandbox.fresh{number}") for number in range(2)]
    cited = source(document, doi="10.5555/sandbox.cited", looked_up_at=long_ago)
    cite(section, cited)

    def waiting() -> set[str]:
        stale = Q(looked_up_at=None) | Q(looked_up_at=long_ago)
        return set(document.sources.filter(stale).values_list("doi", flat=True))

    check(document)
    assert cited.doi not in waiting()
    assert asked.doi in waiting()
    assert len(waiting() & {one.doi for one in fresh}) == 1
    check(document)
    assert waiting() == set()


def test_a_doi_that_no_register_knows_stands(document: Document, sandbox: Running) -> None:
    mine = source(document, doi="10.5555/missing")
    check(document)
    mine.refresh_from_db()
    assert (mine.retracted_at, mine.looked_up_at is not None) == (None, True)


def test_without_registers_nobody_is_asked(document: Document, sandbox: Running, settings: Any) -> None:
    source(document)
    settings.SOURCE_SERVICES = {}
    check(document)
    assert sandbox.control.get("")["counts"] == {}


def test_the_owner_is_told_at_the_file_it_came_with(document: Document, sandbox: Running) -> None:
    upload = Upload.objects.create(
        document=document,
        purpose=UploadPurpose.SOURCE,
        name="a.bib",
        state=UploadState.READY,
        verdict="Read: 2 entries.",
    )
    source(document, upload=upload)
    sandbox.control.fault("crossref", "retracted")
    check(document)
    upload.refresh_from_db()
    assert upload.verdict == "Read: 2 entries. “On lamps” was retracted: it will not be cited."


def test_a_source_marked_later_is_told_to_its_reader(document: Document) -> None:
    mine = source(document)
    assert mine.warnings == []
    retractions.note(
        source_id=mine.pk,
        works=[FoundWork(title="On lamps", notices=(("expression_of_concern", "10.1/e"), ("correction", "10.1/c")))],
        now=timezone.now(),
    )
    mine.refresh_from_db()
    assert mine.notices == [["correction", "10.1/c"], ["expression_of_concern", "10.1/e"]]
    assert len(mine.warnings) == 2
    retractions.mark(source_id=mine.pk, by=["crossref"], now=timezone.now())
    mine.refresh_from_db()
    assert mine.warnings[0].startswith("Retracted")


def cited_in(document: Document) -> str:
    """The bibliography's title of the one source that the text cites."""
    (reference,) = manuscripts.load(document.pk).references
    return str(reference["title"])


def test_a_file_asked_for_later_names_what_was_taken_back_since(document: Document, sandbox: Running) -> None:
    mine = source(document)
    Section.objects.create(document=document, position=0, title="Lamps", text=f"Lamps burn [@{mine.key}].", pages=1)
    made = requesting.request_export(document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=False)
    before = cited_in(document)
    sandbox.control.fault("openalex", "retracted")
    exporting.make_export(export_id=made.pk)
    assert cited_in(document) == f"{before} [retracted]"
    assert not Export.objects.filter(pk=made.pk).exists(), "it is made of the text as it is now"
    assert Export.objects.get(document=document).fingerprint != made.fingerprint


@pytest.fixture
def queue(_redis_client: redis.Redis) -> Queue:
    return Queue(_redis_client)


@pytest.fixture
def finished() -> Document:
    """A finished document that cites one work with a DOI."""
    document: Document = DocumentFactory.create(
        owner=student_with_consent(), state=DocumentState.READY, title="Lighthouses"
    )
    mine = source(document, looked_up_at=timezone.now())
    section = SectionFactory.create(document=document, title="Nights", text=f"Lamps burn [@{mine.key}].")
    cite(section, mine)
    return document


def ask_for_pdf(document: Document) -> Export:
    return requesting.request_export(
        document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=False, by=document.owner
    )


def test_a_file_asked_for_again_much_later_is_made_anew_if_something_was_taken_back(
    finished: Document, sandbox: Running, queue: Queue
) -> None:
    old = ask_for_pdf(finished)
    exporting.make_export(export_id=old.pk)
    check_task = ("documents.tasks.check_sources", f"('{finished.pk}',)")
    assert ask_for_pdf(finished).state == ExportState.READY
    assert check_task not in queue.tasks(), "it was looked up today"
    finished.sources.update(looked_up_at=timezone.now() - timedelta(days=60))
    sandbox.control.fault("crossref", "retracted")
    assert ask_for_pdf(finished).pk == old.pk
    assert queue.tasks().count(check_task) == 1
    tasks.check_sources(str(finished.pk))
    assert ("documents.tasks.renew", f"('{finished.pk}',)") in queue.tasks()
    tasks.renew(str(finished.pk))
    (new,) = finished.exports.filter(state=ExportState.PENDING)
    assert new.fingerprint != old.fingerprint
    assert Rendering.objects.filter(document=finished).exclude(due_at=None).exists(), "the text for the screen, too"
    assert ask_for_pdf(finished).pk == new.pk


def test_nothing_is_renewed_where_nothing_was_taken_back(finished: Document, sandbox: Running, queue: Queue) -> None:
    finished.sources.update(looked_up_at=None)
    exporting.make_export(export_id=ask_for_pdf(finished).pk)
    tasks.check_sources(str(finished.pk))
    assert "documents.tasks.renew" not in {name for name, _arguments in queue.tasks()}
    tasks.renew(str(finished.pk))
    assert finished.exports.get().state == ExportState.READY


def test_an_unfinished_document_has_nothing_to_renew(document: Document) -> None:
    tasks.renew(str(document.pk))
    assert not Export.objects.exists()
    assert not Rendering.objects.exists()


def test_the_owner_of_a_text_that_cites_it_is_told_once(finished: Document, mailoutbox: list[EmailMessage]) -> None:
    mine = finished.sources.get()
    source(finished, doi="", title="Never cited")
    for one in (*finished.sources.all(), mine):
        retractions.mark(source_id=one.pk, by=["crossref"], now=timezone.now())
    told = Mail.objects.get()
    assert (told.once_key, told.user, told.language) == (
        f"retracted:{mine.pk}",
        finished.owner,
        finished.owner.language,
    )
    assert mail.deliver(mail_id=str(told.pk))
    (message,) = mailoutbox
    assert "Lighthouses" in message.subject
    assert "“On lamps”, which “Lighthouses” cites, was retracted." in message.body
    assert f"/documents/{finished.pk}/read/" in message.body


def test_the_page_says_it_at_once_and_where_the_citation_is(finished: Document, client: Client) -> None:
    client.force_login(finished.owner)
    address = reverse("documents:read", args=[finished.pk])
    assert "etracted" not in client.get(address).content.decode()
    retractions.mark(source_id=finished.sources.get().pk, by=["crossref"], now=timezone.now())
    page = client.get(address).content.decode()
    card = page[page.index('id="cite-1"') :]
    assert "Retracted: do not rely on this work." in card
    assert "A work that this text cites was retracted: “On lamps”." in page[: page.index('id="cite-1"')]


@pytest.mark.parametrize("language", ["cs", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro"])
def test_every_language_has_its_word_for_it(document: Document, language: str) -> None:
    mine = source(document)
    mine.retracted_at = timezone.now()
    word = labels.words(language).retracted
    assert manuscripts.as_cited(mine, language)["title"].endswith(f"[{word}]")
    assert language == "en" or word != "retracted"


def test_a_title_that_says_so_is_enough(document: Document) -> None:
    csl = {"type": "article-journal", "title": "RETRACTED: On CO<sub>2</sub> lamps", "DOI": "10.1/x"}
    made = named(document, csl)
    assert (made.retracted_by, made.title) == ("title", "RETRACTED: On CO2 lamps")
    sources.add_passages(made, [TEXT], language="en")
    assert offered(document) == []


@pytest.mark.parametrize(
    "said",
    [
        {"DOI": f"https://doi.org/{DOI}"}, {"DOI": f"doi:{DOI}"}, {"DOI": f"DOI: {DOI}"}, {"DOI": f"doi.org/{DOI}"},
        {"DOI": f"https://www.doi.org/{DOI}"}, {"DOI": f"http://dx.doi.org/{DOI}"}, {"DOI": DOI.upper()},
        {"URL": f"https://doi.org/{DOI}"}, {"URL": f"http://DX.DOI.ORG/{DOI.upper()}?nosfx=y"},
        {"URL": f"https://www.doi.org/{DOI}", "DOI": "n/a"},
    ],
    ids=lambda said: " ".join(f"{name}={value}" for name, value in said.items()),
)  # fmt: skip
def test_a_doi_is_known_in_every_form_it_is_written_in(
    document: Document, sandbox: Running, said: dict[str, str]
) -> None:
    made = named(document, {"type": "article-journal", "title": "On lamps", **said})
    assert (made.doi, made.csl["DOI"]) == (DOI, DOI)
    sandbox.control.fault("crossref", "retracted", path=f"/works/{DOI}")
    check(document)
    made.refresh_from_db()
    assert made.retracted_by == "crossref"
    again = FoundWork(title="Another title of it", text=TEXT, doi=DOI)
    assert sources.add_found(document_id=document.pk, works=[again]) == []


@pytest.mark.parametrize(
    "said",
    [{"DOI": "n/a"}, {"DOI": "PMC12345"}, {"URL": f"https://example.org/doi/{DOI}/full"}, {"URL": "https://[broken"}],
    ids=lambda said: " ".join(said.values()),
)  # fmt: skip
def test_what_is_no_doi_is_taken_for_none(document: Document, said: dict[str, str]) -> None:
    made = named(document, {"type": "article-journal", "title": "On lamps", **said})
    assert (made.doi, "DOI" in made.csl) == ("", False)


def test_a_doi_kept_before_it_was_made_bare_is_asked_for_all_the_same(document: Document, sandbox: Running) -> None:
    old = source(document, doi=f"https://doi.org/{DOI.upper()}")
    sandbox.control.fault("crossref", "retracted", path=f"/works/{DOI}")
    check(document)
    old.refresh_from_db()
    assert old.retracted_by == "crossref"
    again = FoundWork(title="Another title of it", text=TEXT, doi=DOI)
    assert sources.add_found(document_id=document.pk, works=[again]) == []


@pytest.mark.parametrize("title", ["<b>RETRACTED</b> On lamps", "&lt;i&gt;Retracted&lt;/i&gt;: On lamps"])
def test_marks_within_a_title_hide_nothing(document: Document, title: str) -> None:
    assert named(document, {"type": "article-journal", "title": title}).retracted_by == "title"


def test_found_works_keep_their_corrections_and_retracted_ones_are_not_added(document: Document) -> None:
    good = FoundWork(title="On lamps of old", text=TEXT, doi="10.1/a", notices=(("correction", "10.1/c"),))
    bad = FoundWork(title="On lamps of new", text=TEXT, doi="10.1/b", is_retracted=True)
    (added,) = sources.add_found(document_id=document.pk, works=[good, bad])
    added.refresh_from_db()
    assert added.notices == [["correction", "10.1/c"]]


def test_a_source_removed_while_registers_were_asked_is_passed_over(document: Document) -> None:
    made, other = source(document), source(document, doi="10.1/b")
    gone = made.pk
    made.delete()
    for pk in (gone, other.pk):
        work = FoundWork(title="On lamps", is_retracted=True, services=("crossref",))
        retractions.note(source_id=pk, works=[work], now=timezone.now())
    assert list(Source.objects.exclude(retracted_at=None)) == [other]
    assert AuditEvent.objects.filter(action="source.retracted").count() == 1


@pytest.mark.parametrize(
    ("work", "is_against"),
    [
        (FoundWork(title="Erratum: On lamps", is_notice=True), False),
        (FoundWork(title="Retraction: On lamps", is_notice=True, takes_back=True), True),
    ],
    ids=["correction", "retraction"],
)
def test_a_cited_notice_is_called_retracted_only_where_it_is_one_of_retraction(
    document: Document, work: FoundWork, is_against: bool
) -> None:
    mine = source(document)
    retractions.note(source_id=mine.pk, works=[replace(work, services=("crossref",))], now=timezone.now())
    mine.refresh_from_db()
    assert (mine.retracted_at is not None) == is_against


def test_a_cited_erratum_is_no_retracted_work_by_its_title(document: Document) -> None:
    assert named(document, {"type": "article-journal", "title": "Erratum: On lamps"}).retracted_at is None


def bibliography(document: Document, **values: Any) -> Source:
    csl = {"title": "Of lamps and of those who kept them", "author": [{"family": "Rossi"}],
           "issued": {"date-parts": [[2019]]}}  # fmt: skip
    return named(document, {"type": "article-journal", **csl, **values})


GONE = FoundWork(
    title="Of Lamps, and of Those Who Kept Them",
    authors=((("family", "Rossi"), ("given", "Anna")),),
    year=2020,
    doi=DOI,
    is_retracted=True,
    services=("openalex",),
)
NOTICE = FoundWork(title=GONE.title, year=2024, is_notice=True, takes_back=True, services=("crossref",))


@pytest.mark.parametrize(
    ("said", "handed_in"),
    [
        (GONE, {}), (GONE, {"DOI": DOI, "title": "Another title"}), (NOTICE, {}),
        (replace(NOTICE, retracts=(DOI,), title="Notice of retraction"), {"DOI": DOI}),
        (replace(NOTICE, retracts=(DOI,)), {}),
    ],
    ids=["title", "doi", "notice by title", "notice by doi", "notice without our doi"],
)  # fmt: skip
def test_what_a_search_knows_to_be_taken_back_marks_what_was_handed_in(
    document: Document, said: FoundWork, handed_in: dict[str, str]
) -> None:
    mine, other = bibliography(document, **handed_in), bibliography(DocumentFactory.create(), **handed_in)
    retractions.mark_found(document_id=document.pk, works=[said], now=timezone.now())
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.retracted_by == said.services[0]
    assert other.retracted_at is None


@pytest.mark.parametrize(
    ("said", "handed_in"),
    [
        (GONE, {"DOI": "10.5555/sandbox.other"}), (GONE, {"author": [{"family": "Other"}]}),
        (GONE, {"issued": {"date-parts": [[1990]]}}), (GONE, {"title": "Of lamps and of those who broke them"}),
        (replace(GONE, is_retracted=False), {}), (replace(NOTICE, takes_back=False), {}),
        (replace(NOTICE, retracts=("10.5555/sandbox.other",)), {"DOI": DOI}),
    ],
    ids=["other doi", "other author", "other year", "other title", "stands", "correction", "notice of another"],
)  # fmt: skip
def test_what_only_looks_like_it_stands(document: Document, said: FoundWork, handed_in: dict[str, Any]) -> None:
    mine = bibliography(document, **handed_in)
    retractions.mark_found(document_id=document.pk, works=[said], now=timezone.now())
    mine.refresh_from_db()
    assert mine.retracted_at is None


@pytest.mark.parametrize("service", ["openalex", "crossref"])
def test_a_search_for_a_document_marks_its_own_works(document: Document, sandbox: Running, service: str) -> None:
    first = async_to_sync(sources.search)(["lamps"], language="en")
    cache.clear()
    sandbox.control.fault(service, "retracted")
    left = async_to_sync(sources.search)(["lamps"], language="en")
    gone = next(work for work in first if work.doi not in {one.doi for one in left})
    mine = named(document, {"type": gone.kind, "title": gone.title})
    async_to_sync(sources.search)(["lamps"], language="en", document_id=document.pk)  # as remembered
    mine.refresh_from_db()
    assert service in mine.retracted_by


def test_looking_up_has_an_end(document: Document, sandbox: Running) -> None:
    source(document)
    sandbox.control.fault("search", "hang", seconds=60)

    async def bounded() -> None:
        async with asyncio.timeout(25):
            await retractions.check(document_id=document.pk, seconds=1)

    async_to_sync(bounded)()


def test_an_entry_whose_doi_is_another_works_is_told_until_one_of_them_is_corrected(
    document: Document, sandbox: Running
) -> None:
    mine = source(document, title="A catalogue of brass instruments")
    check(document)
    mine.refresh_from_db()
    assert mine.warnings == ["Its DOI belongs to a work with another title. Correct it at the source desk."]
    right = replace(FoundWork(title=mine.title), doi=DOI)
    retractions.note(source_id=mine.pk, works=[FoundWork(title="On trumpets", doi=DOI), right], now=timezone.now())
    mine.refresh_from_db()
    assert (mine.warnings, mine.notices) == ([], [])
    # A corrected DOI takes the doubt away at once.
    mine.notices = [["doi_of_another", DOI]]
    mine.doi = "10.1000/right"
    assert mine.warnings == []
