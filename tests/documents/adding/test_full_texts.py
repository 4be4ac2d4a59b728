"""A free copy of a work is fetched and read with its pages; the abstract stays where nothing comes of it (R-99)."""

from dataclasses import replace

import httpcore
import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from documents import tasks
from documents.domain import adding, full_texts, sources
from documents.enums import CitationCheck, FullTextState, SourceOrigin
from documents.fetching.fetcher import Fetcher
from documents.fetching.network import CheckedNetwork
from documents.models import Citation, Document, FullText, Source
from documents.sources.found import FoundWork
from privacy.models import AuditEvent
from sandbox import papers
from sandbox.testing import Running
from tesigo.platform import duty
from tests.documents.factories import DocumentFactory, SectionFactory, SourceFactory
from tests.documents.fetching.hosts import PUBLIC, answer, serving

pytestmark = pytest.mark.django_db(transaction=True)

DOI = "10.5555/sandbox.lamps"
TITLE = "On the stores of lamp oil"
ABSTRACT = "The keepers wound the weight by hand, and the lamp burned on through every night of the long winter."


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def work(*urls: str, **values: object) -> FoundWork:
    addresses = urls or ("http://example.org/copy",)
    return FoundWork(title=TITLE, text=ABSTRACT, doi="10.1000/oil", services=("openalex",), pdf_urls=addresses)


def found(document: Document, *urls: str) -> FullText:
    sources.add_found(document_id=document.pk, works=[work(*urls)])
    return FullText.objects.get(source__document=document)


def read(row: FullText, **answers: bytes) -> FullText:
    with serving(**answers) as host:
        full_texts.read(full_text_id=row.pk, fetcher=host.fetcher())
    row.refresh_from_db()
    return row


def test_a_copy_is_read_with_its_pages_in_the_place_of_the_abstract(document: Document) -> None:
    row = found(document)
    assert row.source.is_abstract_only
    row = read(row, copy=answer(body=papers.pdf("one", TITLE)))
    assert (row.state, row.due_at) == (FullTextState.READ, None)
    source = Source.objects.get(pk=row.source_id)
    assert (source.page_count, source.is_open_access, source.is_abstract_only) == (3, True, False)
    assert set(source.passages.values_list("page", "page_label")) == {(1, "1"), (2, "2"), (3, "3")}
    assert sources.passages_for(document_id=document.pk, text="stores were too small", limit=1)[0].page == 3
    assert AuditEvent.objects.filter(action="source.read_in_full").count() == 1


def test_while_somebody_may_write_from_it_the_abstract_stays_beside_the_pages(document: Document) -> None:
    row = found(document)
    Document.objects.filter(pk=document.pk).update(state="writing")
    read(row, copy=answer(body=papers.pdf("one", TITLE)))
    assert set(row.source.passages.values_list("page", flat=True)) == {0, 1, 2, 3}


def test_an_abstract_that_is_cited_stays(document: Document) -> None:
    row = found(document)
    Citation.objects.create(
        document=document, section=SectionFactory.create(document=document), position=0, source=row.source,
        passage=row.source.passages.get(), sentence="x", check_result=CitationCheck.VERBATIM,
    )  # fmt: skip
    read(row, copy=answer(body=papers.pdf("one", TITLE)))
    assert row.source.passages.filter(page=0).count() == 1


@pytest.mark.parametrize(
    "said",
    [
        answer(body=b"<html><p>Sign in</p></html>", Content_Type="application/pdf"), answer("404 Not Found"),
        answer("403 Forbidden"), answer(body=papers.pdf("one", "A catalogue of brass instruments")),
        answer(body=papers.pdf("one", TITLE)[:300]), answer(body=b"\x89PNG\r\n\x1a\n"), answer(body=b""),
    ],
)  # fmt: skip
def test_what_is_no_copy_of_the_work_leaves_the_abstract(document: Document, said: bytes) -> None:
    row = read(found(document), copy=said)
    assert (row.state, row.due_at) == (FullTextState.NONE, None)
    source = Source.objects.get(pk=row.source_id)
    assert source.is_abstract_only
    assert [passage.text for passage in source.passages.all()] == [ABSTRACT]


@pytest.mark.parametrize(("author", "state"), [("Keepers", FullTextState.READ), ("Lind", FullTextState.NONE)])
def test_of_a_short_title_the_author_has_to_stand_there_as_well(
    document: Document, author: str, state: FullTextState
) -> None:
    short = replace(work(), title="The Lamp", authors=((("family", author),),))
    sources.add_found(document_id=document.pk, works=[short])
    assert read(FullText.objects.get(), copy=answer(body=papers.pdf("one"))).state == state


def test_the_next_address_is_tried(document: Document) -> None:
    row = found(document, "http://example.org/page", "http://127.0.0.1/x", "http://example.org/copy")
    row = read(row, page=answer(body=b"<html>"), copy=answer(body=papers.pdf("one", TITLE)))
    assert row.state == FullTextState.READ


def test_a_host_that_is_away_is_asked_three_times_and_nobody_is_alarmed(document: Document) -> None:
    row = read(found(document), copy=answer("503 Away"))
    assert (row.state, row.error) == (FullTextState.WANTED, "No address gave the copy.")
    assert row.due_at is not None
    for _ in range(2):
        FullText.objects.update(due_at=timezone.now())
        row = read(row, copy=answer("503 Away"))
    assert (row.state, row.given_up_at, row.due_at) == (FullTextState.NONE, None, None)


@pytest.mark.parametrize("values", [{"retracted_at": timezone.now()}, {"page_count": 9}])
def test_what_was_taken_back_or_read_meanwhile_is_left_alone(document: Document, values: dict[str, object]) -> None:
    row = found(document)
    Source.objects.filter(pk=row.source_id).update(**values)
    assert read(row, copy=answer(body=papers.pdf("one", TITLE))).state == FullTextState.NONE
    assert row.source.passages.count() == 1


def test_a_copy_whose_row_is_in_other_hands_changes_nothing(document: Document) -> None:
    row = found(document)

    def slow() -> list[bytes]:
        FullText.objects.update(due_at=timezone.now())
        return [answer(body=papers.pdf("one", TITLE))]

    with serving(copy=slow) as host:
        full_texts.read(full_text_id=row.pk, fetcher=host.fetcher())
    assert row.source.passages.count() == 1


def test_two_copies_are_fetched_at_once_and_one_follows_another(document: Document) -> None:
    """Mails go by the same workers, and a search finds twenty works at slow hosts."""
    works = [replace(work(), title=f"{TITLE}, part {number}", doi=f"10.1000/{number}") for number in range(4)]
    sources.add_found(document_id=document.pk, works=works)

    def begun() -> int:
        return FullText.objects.exclude(nudged_at=None).count()

    first, second, third, _fourth = FullText.objects.order_by("pk")
    assert begun() == 2
    read(first, copy=answer("404 Not Found"))
    assert begun() == 3
    assert duty.claim(full_texts.FULL_TEXTS, third.pk) is not None
    read(second, copy=answer("503 Away"))
    assert begun() == 4
    full_texts.read(full_text_id=0)
    assert begun() == 4


def test_a_document_has_room_for_so_many_copies(document: Document, settings: object) -> None:
    settings.FULL_TEXTS_PER_DOCUMENT = 1  # type: ignore[attr-defined]  # the fixture is an object to the checker
    found(document)
    other = SourceFactory.create(document=document)
    assert not full_texts.ask_for(other, work())
    assert not full_texts.ask_for(FullText.objects.get().source, work())


def test_a_file_a_retracted_work_and_one_without_address_are_not_asked_for(document: Document) -> None:
    for values in ({"page_count": 3}, {"retracted_at": timezone.now()}):
        assert not full_texts.ask_for(SourceFactory.create(document=document, **values), work())
    assert not full_texts.ask_for(SourceFactory.create(document=document), FoundWork(title=TITLE))


def test_a_work_added_by_number_is_read_in_full(document: Document, sandbox: Running) -> None:
    """From the register's word of a copy to its pages, by the task that the worker runs, over real sockets."""
    sandbox.control.fault("openalex", "open_access")
    (outcome,) = adding.add(document=document, text=DOI, by=document.owner).outcomes
    assert "A free copy of it is being fetched" in outcome.words
    row = FullText.objects.get()
    host, _, port = sandbox.base_url.removeprefix("http://").partition(":")

    class Here(httpcore.SyncBackend):
        def connect_tcp(  # type: ignore[override]  # by name, as it is called
            self, address: str, asked: int, **options: object
        ) -> httpcore.NetworkStream:
            assert address == PUBLIC
            return super().connect_tcp(host, int(port))

    row.urls = [url.replace(f":{port}", "") for url in row.urls]
    row.save()
    fetcher = Fetcher(network=lambda clock: CheckedNetwork(clock, resolve=lambda _h, _p: [PUBLIC], inner=Here()))
    full_texts.read(full_text_id=row.pk, fetcher=fetcher)
    row.refresh_from_db()
    assert row.state == FullTextState.READ
    assert outcome.source is not None
    assert outcome.source.passages.filter(page=2).exists()


def test_the_task_fetches_from_public_hosts_only(document: Document) -> None:
    row = found(document, "http://127.0.0.1:8080/copy.pdf")
    tasks.read_full_text(str(row.pk))
    row.refresh_from_db()
    assert row.state == FullTextState.NONE
    assert duty.claim(full_texts.FULL_TEXTS, row.pk) is None


def test_the_card_says_where_only_the_abstract_was_read() -> None:
    made = [render_to_string("components/citation_card.html", {"id": "a", "abstract": said}) for said in (True, False)]
    assert ["Abstract only" in html for html in made] == [True, False]


@pytest.mark.parametrize(
    ("values", "is_only"),
    [
        ({"origin": SourceOrigin.SEARCH}, True), ({"origin": SourceOrigin.ADDED}, True),
        ({"origin": SourceOrigin.BIBLIOGRAPHY}, True), ({"origin": SourceOrigin.UPLOAD}, False),
        ({"origin": SourceOrigin.SEARCH, "page_count": 3}, False),
        ({"origin": SourceOrigin.ADDED, "csl": {"type": "webpage"}}, False),
    ],
)  # fmt: skip
def test_files_and_pages_of_the_web_are_read_whole(values: dict[str, object], is_only: bool) -> None:
    assert Source(**{"csl": {}, **values}).is_abstract_only is is_only
