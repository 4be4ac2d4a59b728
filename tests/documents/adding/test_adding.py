"""Sources by number and list: looked up, joined with what is here, never doubled, nothing lost (R-97, R-98)."""

import logging
from typing import Any

import pytest
from django.db import connection

from accounts.errors import QuotaReached
from documents.domain import adding
from documents.domain.added_words import Became
from documents.enums import FieldOrigin, SourceOrigin, SourceUse, Sureness, UploadState
from documents.errors import NotEditable
from documents.models import Document, SearchService, Source, Upload
from documents.sources.found import FoundWork
from documents.sources.identifiers import Given, Number
from documents.sources.lookup import LookedUp
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing.concurrently import at_once
from tests.documents.factories import DocumentFactory, PassageFactory, SourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

DOI = "10.5555/sandbox.lamps"
BIBTEX = "@article{lind2020,\n  author={Lind, Ada},\n  title={On rocks and lamps},\n  journal={Rocks},\n  year=2020\n}"


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def add(document: Document, text: str) -> adding.Added:
    return adding.add(document=document, text=text, by=document.owner)


def one(document: Document, text: str) -> adding.Outcome:
    added = add(document, text)
    (outcome,) = added.outcomes
    assert added.left == ("" if outcome.is_settled else text)
    return outcome


def test_a_doi_becomes_a_source_with_its_text_and_where_each_field_is_from(
    document: Document, sandbox: Running
) -> None:
    outcome = one(document, f"https://doi.org/{DOI}")
    source = Source.objects.get(document=document)
    assert (outcome.became, outcome.source) == (Became.ADDED, source)
    assert outcome.words == f"Added: “{source.title}”."
    assert (source.doi, source.origin, source.key) == (
        DOI,
        SourceOrigin.ADDED,
        f"sandbox-{source.csl['issued']['date-parts'][0][0]}",
    )
    assert source.origins["publisher"] == [FieldOrigin.REGISTER.value, Sureness.SURE.value]
    assert source.passages.count() == 1
    assert source.looked_up_at is not None
    event = AuditEvent.objects.get(action="sources.looked_up")
    assert event.details == {"added": 1, "completed": 0, "there": 0, "reading": 0}
    assert set(SearchService.objects.values_list("name", flat=True)) == {"crossref", "datacite", "openalex"}


def test_every_kind_of_number_becomes_a_source(document: Document, sandbox: Running) -> None:
    added = add(document, "ISBN 978-3-16-148410-0\narXiv:2301.12345v2\nPMID: 123\nhep-th/9901001")
    assert [outcome.became for outcome in added.outcomes] == [Became.ADDED] * 4
    kinds = {source.doi: source.csl["type"] for source in Source.objects.filter(document=document)}
    assert kinds == {
        "10.5555/sandbox.book.9783161484100": "book", "10.48550/arxiv.2301.12345": "article",
        "10.5555/sandbox.pubmed.123": "article-journal", "10.48550/arxiv.hep-th/9901001": "article",
    }  # fmt: skip


def test_the_same_number_twice_is_one_source_and_told(document: Document, sandbox: Running) -> None:
    added = add(document, f"{DOI}\ndoi:{DOI.upper()}")
    assert [outcome.became for outcome in added.outcomes] == [Became.ADDED, Became.THERE]
    assert sandbox.control.calls("crossref")["counts"]["crossref"] == 1
    assert one(document, DOI).became is Became.THERE
    assert Source.objects.filter(document=document).count() == 1


def test_the_same_number_added_twice_at_once_is_one_source(document: Document, sandbox: Running) -> None:
    def add_it() -> Became:
        try:
            return one(Document.objects.get(pk=document.pk), DOI).became
        finally:
            connection.close()

    assert sorted(at_once(3, add_it)) == [Became.ADDED, Became.THERE, Became.THERE]
    assert Source.objects.filter(document=document).count() == 1


def listed(document: Document, **values: Any) -> Source:
    """An entry of a list that is poorer than what registers know."""
    found = one(DocumentFactory.create(), DOI).source
    assert found is not None
    title = values.get("title", found.title)
    csl = {"id": "mine", "type": "article-journal", "title": title, "author": found.csl["author"][:1]}
    usual = {"doi": "", "csl": csl, "key": "mine", "title": title, "origin": SourceOrigin.BIBLIOGRAPHY}
    made: Source = SourceFactory.create(document=document, **usual | values)
    return made


@pytest.mark.parametrize("doi", ["", DOI])
def test_a_work_that_is_here_is_completed_and_keeps_its_key(document: Document, sandbox: Running, doi: str) -> None:
    mine = listed(document, doi=doi)
    outcome = one(document, DOI)
    assert (outcome.became, outcome.source) == (Became.COMPLETED, mine)
    mine.refresh_from_db()
    assert (mine.key, mine.csl["id"], mine.doi, mine.version) == ("mine", "mine", DOI, 2)
    assert mine.csl["container-title"]
    assert mine.passages.count() == 1
    assert Source.objects.filter(document=document).count() == 1


def test_what_somebody_corrected_is_not_written_over(document: Document, sandbox: Running) -> None:
    mine = listed(document, doi=DOI, origins={"author": [FieldOrigin.YOU.value, Sureness.SURE.value]})
    mine.csl["author"] = [{"family": "Mine"}]
    mine.save()
    one(document, DOI)
    mine.refresh_from_db()
    assert mine.csl["author"] == [{"family": "Mine"}]
    assert mine.origins["author"] == [FieldOrigin.YOU.value, Sureness.SURE.value]


def test_text_that_is_here_stays_as_it_is(document: Document, sandbox: Running) -> None:
    mine = listed(document)
    PassageFactory.create(source=mine)
    one(document, DOI)
    assert mine.passages.count() == 1


def test_a_joined_entry_is_completed_in_the_one_that_stands_for_both(document: Document, sandbox: Running) -> None:
    whole = listed(document, key="whole")
    listed(document, doi=DOI, joined_to=whole)
    outcome = one(document, DOI)
    assert outcome.source == whole


def test_a_banned_work_is_told_and_not_touched(document: Document, sandbox: Running) -> None:
    mine = listed(document, use=SourceUse.BANNED)
    outcome = one(document, DOI)
    assert outcome.became is Became.THERE
    assert "you do not want it used" in outcome.words
    mine.refresh_from_db()
    assert mine.version == 1


def test_two_dois_of_one_title_are_two_works(document: Document, sandbox: Running) -> None:
    listed(document, doi="10.1000/preprint")
    assert one(document, DOI).became is Became.ADDED
    assert Source.objects.filter(document=document).count() == 2


def test_an_entry_with_the_doi_of_another_work_is_not_completed_with_it(document: Document, sandbox: Running) -> None:
    listed(document, doi=DOI, title="A catalogue of brass instruments")
    assert one(document, DOI).became is Became.ADDED
    assert Source.objects.filter(document=document).count() == 2


def test_a_retracted_work_is_added_marked_and_never_offered(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("crossref", "retracted")
    outcome = one(document, DOI)
    assert "It was retracted: it will not be cited." in outcome.words
    source = Source.objects.get(document=document)
    assert source.retracted_at is not None
    assert source.retracted_by
    assert list(Source.objects.filter(document=document).citable()) == []


def test_a_source_that_was_here_is_marked_when_a_register_takes_it_back(document: Document, sandbox: Running) -> None:
    mine = listed(document)
    sandbox.control.fault("openalex", "retracted")
    one(document, DOI)
    mine.refresh_from_db()
    assert mine.retracted_by == "openalex"


@pytest.mark.parametrize(
    ("text", "became", "said"),
    [
        ("10.5555/missing", Became.UNKNOWN, "No register knows this DOI"),
        ("PMID 99123", Became.UNKNOWN, "No register knows this PubMed id"),
        ("979-0-00-000000-1", Became.UNKNOWN, "No register knows this ISBN"),
        ("9783161484101", Became.WRONG, "does not fit the others"),
        ("ISBN 978-3-16", Became.WRONG, "10 or 13 digits"),
        ("doi:abc", Became.WRONG, "not whole"),
        ("On rocks", Became.WRONG, "no number that works are known by"),
        ("ftp://example.org/a", Became.WRONG, "no address of a page"),
    ],
)
def test_what_is_wrong_is_said_and_stays_to_be_corrected(
    document: Document, sandbox: Running, text: str, became: Became, said: str
) -> None:
    outcome = one(document, text)
    assert outcome.became is became
    assert said in outcome.words
    assert not Source.objects.filter(document=document).exists()


def test_good_lines_are_added_and_only_the_others_stay(document: Document, sandbox: Running) -> None:
    added = add(document, f"{DOI}\n9783161484101\n\nPMID: 7")
    assert [(outcome.line, outcome.became) for outcome in added.outcomes] == [
        (1, Became.ADDED), (2, Became.WRONG), (4, Became.ADDED),
    ]  # fmt: skip
    assert added.left == "9783161484101"


def test_a_number_of_another_work_than_the_line_describes_adds_nothing(document: Document, sandbox: Running) -> None:
    outcome = one(document, f"Horn, B. (2011). The keeping of bees in towns. Bee Press. doi:{DOI}")
    assert outcome.became is Became.OTHER_WORK
    assert "belongs to “" in outcome.words
    assert not Source.objects.filter(document=document).exists()


def test_another_work_that_one_register_has_under_the_number_is_told(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("openalex", "other_work")
    outcome = one(document, DOI)
    assert "OpenAlex has another work under this number, “A catalogue of brass instruments”" in outcome.words
    assert "brass" not in Source.objects.get(document=document).title


def test_the_notice_of_a_retraction_is_no_work(document: Document, sandbox: Running) -> None:
    """The sandbox gives it no address of its own, so the title has to say it."""
    notice = LookedUp(Given(1, "", Number.DOI, DOI))
    notice.work = FoundWork(title="On rocks", is_notice=True)
    assert adding._is_refused(notice)
    line = adding._Line(notice.given, looked_up=notice)
    assert "is a notice about another work" in adding._unsettled(line).words


def test_registers_that_are_silent_are_named_and_the_line_stays(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("search", "500")
    outcome = one(document, DOI)
    assert outcome.became is Became.SILENT
    assert outcome.words.startswith("Crossref, DataCite, OpenAlex did not answer, and no other")


def test_a_register_that_is_silent_stops_nothing(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("crossref", "500")
    assert one(document, DOI).became is Became.ADDED
    assert Source.objects.get(document=document).looked_up_at is None  # asked again another day


def test_without_registers_it_is_said(document: Document, settings: Any) -> None:
    settings.SOURCE_SERVICES = {}
    assert one(document, DOI).became is Became.SILENT


def test_a_work_without_text_is_told(document: Document, sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.domain.sources.passage_texts", lambda _text: [])
    assert "hand in its PDF" in one(document, DOI).words


@pytest.mark.parametrize("text", [BIBTEX, "TY  - JOUR\nAU  - Lind, Ada\nTI  - On rocks and lamps\nER  - \n"])
def test_a_pasted_list_is_read_as_a_file_of_it(document: Document, text: str) -> None:
    outcome = one(document, text)
    assert outcome.became is Became.READING
    upload = Upload.objects.get(document=document)
    assert (upload.state, upload.name) == (UploadState.EXTRACTING, "Pasted list.txt")


def test_a_list_that_is_here_already_is_told_and_stays(document: Document) -> None:
    one(document, BIBTEX)
    again = one(document, BIBTEX)
    assert (again.became, Upload.objects.filter(document=document).count()) == (Became.WRONG, 1)
    assert "here already" in again.words


def test_more_lines_than_are_looked_up_at_once_stay_for_the_next_time(document: Document, sandbox: Running) -> None:
    text = "\n".join(["9783161484101"] * adding.MAX_LINES + [DOI, "PMID: 7"])
    added = add(document, text)
    assert added.outcomes[-1].words == "2 more lines were left for the next time: press the button again."
    assert added.left == text
    assert not Source.objects.filter(document=document).exists()


def test_after_payment_nothing_is_added(document: Document, sandbox: Running) -> None:
    stale = Document.objects.get(pk=document.pk)
    Document.objects.filter(pk=document.pk).update(state="queued")
    for mine in (stale, Document.objects.get(pk=document.pk)):
        with pytest.raises(NotEditable):
            add(mine, DOI)
    assert not Source.objects.filter(document=document).exists()


def test_a_day_has_its_limit_and_slips_cost_nothing(document: Document, sandbox: Running, settings: Any) -> None:
    settings.LOOKUPS_PER_DAY = 1
    one(document, "9783161484101")
    one(document, DOI)
    one(document, "9783161484101")
    with pytest.raises(QuotaReached):
        add(document, "PMID: 7")


def test_neither_numbers_nor_titles_nor_keys_are_logged(
    document: Document, sandbox: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sandbox.control.fault("openalex", "500")
        one(document, DOI)
    told = " ".join(record.getMessage() for record in caplog.records if record.name.startswith(("documents", "tesigo")))
    source = Source.objects.get(document=document)
    assert DOI not in told
    assert source.title not in told
    assert "api_key" not in told


def test_what_a_search_found_and_its_owner_adds_is_their_own(document: Document, sandbox: Running) -> None:
    found = listed(document, doi=DOI, origin=SourceOrigin.SEARCH)
    assert one(document, DOI).source == found
    found.refresh_from_db()
    assert found.origin == SourceOrigin.ADDED
