"""Pages and files on the web become sources; what cannot be fetched is told (R-83). Over real sockets."""

from pathlib import Path
from typing import Any

import pytest

from documents.domain import adding, choosing, extraction, web_sources
from documents.domain.added_words import Became
from documents.enums import FieldOrigin, SourceOrigin, SourceUse, Sureness, UploadState
from documents.errors import NotEditable
from documents.models import Document, Source, Upload
from privacy.models import AuditEvent
from sandbox import papers
from sandbox.testing import Running
from tests.documents.factories import DocumentFactory, SourceFactory
from tests.documents.fetching.hosts import Host, answer, serving

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = (
    "The keepers of the lighthouse wound the weight by hand each evening before the lamp was lit, and they wrote down "
    "in their book how much oil the lamp had burned in the night before."
)
PAGE = (
    '<!doctype html><html lang="en"><head><meta property="og:title" content="On lamps"><meta name="author" '
    'content="Lind, Ada"><meta property="og:site_name" content="Lamps today"><meta property="article:published_time" '
    f'content="2021-05-06"></head><body><nav><p>Menu</p></nav><article><p>{TEXT}</p></article></body></html>'
).encode()
ADDRESS = "http://example.org/page"


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def add(document: Document, host: Host, text: str = ADDRESS) -> adding.Added:
    return adding.add(document=document, text=text, by=document.owner, fetcher=host.fetcher())


def one(document: Document, **answers: bytes) -> adding.Outcome:
    with serving(**answers) as host:
        (outcome,) = add(document, host).outcomes
    return outcome


def test_a_page_becomes_a_source_with_what_it_says_of_itself(document: Document) -> None:
    outcome = one(document, page=answer(body=PAGE, Content_Type="text/html; charset=utf-8"))
    assert (outcome.became, outcome.words) == (Became.ADDED, "Added: the page “On lamps”.")
    source = Source.objects.get(document=document)
    accessed = source.csl.pop("accessed")
    assert source.csl == {
        "id": "lind-2021", "type": "webpage", "title": "On lamps", "author": [{"family": "Lind", "given": "Ada"}],
        "container-title": "Lamps today", "issued": {"date-parts": [[2021, 5, 6]]}, "language": "en", "URL": ADDRESS,
    }  # fmt: skip
    assert len(accessed["date-parts"][0]) == 3
    assert (source.origin, source.url) == (SourceOrigin.ADDED, ADDRESS)
    assert source.origins["title"] == [FieldOrigin.PAGE.value, Sureness.LIKELY.value]
    assert [passage.text for passage in source.passages.all()] == [TEXT]
    assert AuditEvent.objects.filter(action="sources.looked_up").count() == 1


def test_a_page_without_a_title_is_called_by_its_site_and_that_is_unsure(document: Document) -> None:
    one(document, page=answer(body=f"<html><body><p>{TEXT}</p></body></html>".encode()))
    source = Source.objects.get(document=document)
    assert (source.title, source.csl.get("language")) == ("example.org", "en")
    assert source.origins["title"] == [FieldOrigin.PAGE.value, Sureness.UNSURE.value]


def test_a_page_that_is_here_is_not_added_again(document: Document) -> None:
    with serving(page=answer(body=PAGE)) as host:
        assert [outcome.became for outcome in add(document, host, f"{ADDRESS}\n{ADDRESS}").outcomes] == [
            Became.ADDED, Became.THERE,
        ]  # fmt: skip
    assert Source.objects.filter(document=document).count() == 1


def test_a_page_that_was_thrown_away_comes_back_with_its_address(document: Document) -> None:
    with serving(page=answer(body=PAGE)) as host:
        add(document, host)
        kept = Source.objects.get(document=document)
        choosing.throw_away(source=kept, by=document.owner)
        (again,) = add(document, host).outcomes
        kept.refresh_from_db()
        assert (again.became, kept.use, kept.thrown_away_at) == (Became.THERE, SourceUse.MAY, None)
        other = SourceFactory.create(document=document)
        Source.objects.filter(pk=kept.pk).update(joined_to=other)
        choosing.throw_away(source=other, by=document.owner)
        (again,) = add(document, host).outcomes
    other.refresh_from_db()
    assert (again.became, other.use, other.thrown_away_at) == (Became.THERE, SourceUse.MAY, None)


def test_a_pdf_is_handed_in_and_read_with_its_pages(document: Document) -> None:
    file = answer(body=papers.pdf("one"), Content_Type="application/octet-stream")
    with serving(**{"papers/My%20paper.pdf": file}) as host:
        (outcome,) = add(document, host, "http://example.org/papers/My%20paper.pdf").outcomes
    assert outcome.became is Became.READING
    assert "“My paper.pdf” was fetched" in outcome.words
    upload = Upload.objects.get(document=document)
    assert (upload.state, upload.name) == (UploadState.EXTRACTING, "My paper.pdf")
    extraction.extract(upload_id=upload.pk)
    pages = Source.objects.get(document=document).passages.values_list("page", flat=True)
    assert set(pages) == {1, 2, 3}


def test_a_redirect_to_no_address_is_told(document: Document) -> None:
    outcome = one(document, page=answer("302 Found", Location="http://["))
    assert (outcome.became, "no address of a page" in outcome.words) == (Became.NOT_FETCHED, True)


def test_a_page_that_a_search_found_and_its_owner_adds_is_their_own(document: Document) -> None:
    with serving(page=answer(body=PAGE, Content_Type="text/html")) as host:
        add(document, host)
        Source.objects.update(origin=SourceOrigin.SEARCH)
        (again,) = add(document, host).outcomes
    assert (again.became, Source.objects.get().origin) == (Became.THERE, SourceOrigin.ADDED)


def test_a_pdf_that_is_here_already_is_told(document: Document) -> None:
    with serving(page=answer(body=papers.pdf("one"))) as host:
        add(document, host)
        (again,) = add(document, host).outcomes
    assert (again.became, Upload.objects.filter(document=document).count()) == (Became.NOT_FETCHED, 1)
    assert "here already" in again.words


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Neither a page nor a PDF"), (b"PK\x03\x04\x00\x00", "Neither a page nor a PDF"),
        (b"just words", "Neither a page nor a PDF"), (b"", "Neither a page nor a PDF"),
        (b"<html>\x00</html>", "Neither a page nor a PDF"),
        (b"<html><body><p>Short</p></body></html>", "too little text"), (b"%PDF-1.4\n", "breaks off"),
        (b"<!---->", "damaged"),
    ],
)  # fmt: skip
def test_what_is_neither_page_nor_pdf_is_refused_in_words(document: Document, body: bytes, said: str) -> None:
    outcome = one(document, page=answer(body=body, Content_Type="text/html"))
    assert outcome.became is Became.NOT_FETCHED
    assert said in outcome.words
    assert not Upload.objects.filter(document=document).exists()
    assert not Source.objects.filter(document=document).exists()


def test_what_is_announced_as_a_page_may_begin_with_words(document: Document) -> None:
    body = f"Words before. <p>{TEXT}</p>".encode()
    assert one(document, page=answer(body=body, Content_Type="text/plain")).became is Became.NOT_FETCHED
    assert one(document, page=answer(body=body, Content_Type="text/html")).became is Became.ADDED


def test_an_address_that_is_not_public_is_refused_by_the_real_fetcher(document: Document) -> None:
    (outcome,) = adding.add(document=document, text="http://127.0.0.1/admin/", by=document.owner).outcomes
    assert outcome.became is Became.NOT_FETCHED
    assert "not on the public web" in outcome.words


def test_numbers_and_addresses_go_together_and_only_so_many_are_fetched(document: Document, sandbox: Running) -> None:
    pages = {f"p{number}": answer(body=PAGE.replace(b"On lamps", b"On lamps %d" % number)) for number in range(7)}
    lines = [f"http://example.org/p{number}" for number in range(7)]
    with serving(**pages) as host:
        added = add(document, host, "\n".join(["10.5555/sandbox.lamps", *lines]))
    became = [outcome.became for outcome in added.outcomes]
    assert became == [Became.ADDED] * (1 + adding.MAX_ADDRESSES) + [Became.LEFT] * 2
    assert added.left == "\n".join(lines[adding.MAX_ADDRESSES :])


def test_after_payment_a_page_is_not_kept(document: Document) -> None:
    page = web_sources.WebPage(ADDRESS, text=TEXT)
    Document.objects.filter(pk=document.pk).update(state="queued")
    with pytest.raises(NotEditable):
        web_sources.keep(document=document, page=page, by=document.owner)
    assert not Source.objects.filter(document=document).exists()


def test_a_full_disk_is_told_as_no_answer(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_all: Any) -> None:
        raise OSError

    monkeypatch.setattr("shutil.copyfileobj", full)
    outcome = one(document, page=answer(body=papers.pdf("one")))
    assert outcome.became is Became.NOT_FETCHED


def test_nothing_of_what_was_fetched_stays_behind(
    document: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one(document, page=answer(body=PAGE))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("tesigo-fetch", "tesigo-pages"))] == []
