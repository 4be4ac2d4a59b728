"""What files and lists leave open is filled in by registers: fields, abstract, free copy (R-97, R-99)."""

from typing import Any

import httpx
import pytest

from documents import tasks
from documents.domain import completing
from documents.enums import FieldOrigin, SourceOrigin, SourceUse, Sureness
from documents.models import Document, FullText, Source
from documents.sources.found import FoundWork
from sandbox.testing import Running
from tests.documents.factories import DocumentFactory, PassageFactory, SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

DOI = "10.1000/oil"
TITLE = "On the stores of lamp oil"
ABSTRACT = "The keepers wound the weight by hand, and the lamp burned on through every night of the long winter."
WORK = FoundWork(
    title="On the Stores of Lamp Oil: A Study", kind="article-journal", container="Journal of Oil", year=2020, doi=DOI,
    text=ABSTRACT, services=("crossref",), pdf_urls=("http://example.org/copy.pdf",),
)  # fmt: skip


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def listed(document: Document, **values: Any) -> Source:
    csl = {"id": "lind", "type": "article-journal", "title": TITLE, "author": [{"family": "Lind"}]}
    usual = {"key": "lind", "csl": csl, "title": TITLE, "doi": DOI, "origin": SourceOrigin.BIBLIOGRAPHY}
    made: Source = SourceFactory.create(document=document, **usual | values)
    return made


def fill(document: Document, *works: FoundWork) -> int:
    source = Source.objects.get(document=document, key="lind")
    return completing.fill(document_id=document.pk, heard={source.pk: works or (WORK,)})


def test_what_a_list_leaves_open_is_filled_in_and_what_it_says_stays(document: Document) -> None:
    mine = listed(document)
    assert fill(document) == 1
    mine.refresh_from_db()
    assert (mine.csl["title"], mine.csl["container-title"], mine.csl["author"]) == (
        TITLE,
        "Journal of Oil",
        [{"family": "Lind"}],
    )
    assert mine.origins["container-title"] == [FieldOrigin.REGISTER.value, Sureness.SURE.value]
    assert mine.origins["title"] == [FieldOrigin.LIST.value, Sureness.LIKELY.value]
    assert [passage.text for passage in mine.passages.all()] == [ABSTRACT]
    assert FullText.objects.get().source == mine
    assert fill(document) == 0


def test_what_is_unsure_gives_way(document: Document) -> None:
    csl = {"id": "lind", "type": "report", "title": TITLE, "issued": {"date-parts": [[1999]]}}
    origins = {
        "issued": [FieldOrigin.FILE.value, Sureness.UNSURE.value],
        "type": [FieldOrigin.YOU.value, Sureness.SURE.value],
    }
    mine = listed(document, csl=csl, origins=origins)
    fill(document)
    mine.refresh_from_db()
    assert (mine.csl["issued"], mine.csl["type"]) == ({"date-parts": [[2020]]}, "report")


def test_text_that_is_here_stays(document: Document) -> None:
    mine = listed(document)
    PassageFactory.create(source=mine)
    fill(document)
    assert mine.passages.count() == 1


@pytest.mark.parametrize(
    "values", [{"title": "A catalogue of brass instruments"}, {"doi": "10.1000/other"}, {"use": SourceUse.BANNED}]
)
def test_another_work_and_a_banned_one_are_left_alone(document: Document, values: dict[str, Any]) -> None:
    mine = listed(document, **values)
    assert fill(document) == 0
    mine.refresh_from_db()
    assert (mine.version, mine.passages.count()) == (1, 0)


def test_several_registers_are_joined(document: Document) -> None:
    mine = listed(document)
    other = FoundWork(title=TITLE, doi=DOI, volume="3", services=("openalex",))
    fill(document, WORK, other)
    mine.refresh_from_db()
    assert (mine.csl["volume"], mine.csl["container-title"]) == ("3", "Journal of Oil")


def test_once_it_is_paid_for_nothing_changes(document: Document) -> None:
    listed(document)
    Document.objects.filter(pk=document.pk).update(state="queued")
    assert fill(document) == 0


def test_the_task_that_follows_a_file_asks_and_fills_in(document: Document, sandbox: Running) -> None:
    mine = listed(document, doi="10.5555/sandbox.lamps")
    title = sandbox_title(sandbox)
    mine.csl["title"] = title
    mine.title = title
    mine.save()
    tasks.check_sources(str(document.pk))
    mine.refresh_from_db()
    assert mine.csl["container-title"]
    assert mine.passages.count() == 1


def sandbox_title(sandbox: Running) -> str:
    """What registers call the work."""
    said = httpx.get(f"{sandbox.urls['CROSSREF_URL']}/works/10.5555/sandbox.lamps", trust_env=False)
    return str(said.json()["message"]["title"][0])
