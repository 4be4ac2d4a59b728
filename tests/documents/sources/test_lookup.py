"""A work by its number, as all registers know it: over real sockets, whatever one of them does (R-97)."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.conf import settings

from documents.sources.asking import configured
from documents.sources.connectors import crossref, datacite, openalex
from documents.sources.found import FoundWork
from documents.sources.identifiers import read_lines
from documents.sources.lookup import LookedUp, LookUps, look_up_all
from sandbox.testing import Running

DOI = "10.5555/sandbox.lamps"


async def look_up(text: str, *, seconds: float = 12.0) -> LookUps:
    return await look_up_all(read_lines(text, most=9), services=configured(settings.SOURCE_SERVICES), seconds=seconds)


async def one(text: str) -> LookedUp:
    (found,) = (await look_up(text)).found
    return found


async def test_a_doi_is_joined_from_all_that_know_it_field_by_field(sandbox: Running) -> None:
    found = await one(f"https://doi.org/{DOI}")
    assert found.work is not None
    assert found.work.services == ("crossref", "openalex")
    assert found.origins["publisher"] == "crossref"
    assert found.origins["title"] == "crossref"
    assert set(found.origins) == set(found.work.csl())
    assert (found.silent, found.others, found.is_complete) == ([], [], True)
    assert sandbox.control.calls("datacite")["statuses"]["datacite"] == {"404": 1}


async def test_a_preprint_is_known_by_its_arxiv_number(sandbox: Running) -> None:
    found = await one("https://arxiv.org/abs/2301.12345v3")
    assert found.work is not None
    assert (found.work.services, found.work.kind, found.work.publisher) == (
        ("datacite", "openalex"),
        "article",
        "arXiv",
    )
    assert found.work.pdf_urls == ("https://arxiv.org/pdf/2301.12345",)
    assert found.origins["publisher"] == "datacite"


async def test_a_book_is_found_and_none_of_its_chapters(sandbox: Running) -> None:
    found = await one("ISBN 3-16-148410-X")
    assert found.work is not None
    assert (found.work.kind, found.work.isbn, found.work.container) == (
        "book",
        "9783161484100",
        "",
    )
    assert found.work.editors == ((("family", "Sandbox"), ("given", "E.")),)


async def test_a_pubmed_id_is_asked_for_by_its_doi_where_it_is_not_known(sandbox: Running) -> None:
    found = await one("PMID: 123")
    assert found.work is not None
    assert set(found.work.services) == {"crossref", "openalex"}
    assert sandbox.control.calls("openalex")["counts"]["openalex"] == 1


@pytest.mark.parametrize("text", ["10.5555/missing", "PMID: 99123", "979-0-00-000000-1", "10.1000/a,b"])
async def test_what_nobody_knows_is_no_failure(sandbox: Running, text: str) -> None:
    found = await one(text)
    assert (found.work, found.silent, found.is_complete) == (None, [], True)


async def test_openalex_is_not_asked_for_what_it_takes_for_a_list(sandbox: Running) -> None:
    """It answers as to a refused key, and would be left alone for ten minutes."""
    await one("10.5555/a,b&c")
    assert "openalex" not in sandbox.control.calls("openalex")["counts"]


@pytest.mark.parametrize("mode", ["500", "429", "401", "drop", "malformed_body", "empty_body", "html"])
async def test_a_register_that_fails_is_told_and_the_others_are_heard(sandbox: Running, mode: str) -> None:
    sandbox.control.fault("crossref", mode, retry_after=30)
    found = await look_up(DOI)
    (looked_up,) = found.found
    assert looked_up.work is not None
    assert looked_up.work.services == ("openalex",)
    assert (looked_up.silent, looked_up.is_complete) == (["crossref"], False)
    assert set(found.failed) == {"crossref"}
    assert found.answered == {"openalex", "datacite"}


async def test_all_lines_together_take_no_longer_than_the_limit(sandbox: Running) -> None:
    sandbox.control.fault("search", "hang", seconds=30)
    began = time.monotonic()
    found = await look_up(f"{DOI}\n{DOI}2\nPMID: 1", seconds=0.6)
    assert time.monotonic() - began < 3
    assert [(each.work, each.is_complete) for each in found.found] == [(None, False)] * 3


async def test_the_lines_are_asked_at_once(sandbox: Running) -> None:
    sandbox.control.fault("search", "delay", seconds=0.4)
    began = time.monotonic()
    await look_up("\n".join(f"10.5555/sandbox.{number}" for number in range(3)))
    assert time.monotonic() - began < 2
    assert sandbox.control.calls("crossref")["max_concurrency"]["crossref"] > 1


async def test_another_title_under_the_number_is_told_and_not_mixed_in(sandbox: Running) -> None:
    sandbox.control.fault("openalex", "other_work")
    found = await one(DOI)
    assert found.work is not None
    assert found.work.services == ("crossref",)
    assert [other.title for other in found.others] == ["A catalogue of brass instruments"]


async def test_a_number_that_belongs_to_another_work_than_was_described_is_told(sandbox: Running) -> None:
    found = await one(f"Horn, B. (2011). The keeping of bees in towns. Bee Press. https://doi.org/{DOI}")
    assert found.is_other
    right = await one(f"Sandbox, A. (2011). {found.work.title if found.work else ''}. doi:{DOI}")
    assert not right.is_other


async def test_of_two_registers_the_one_is_believed_that_says_what_was_described(sandbox: Running) -> None:
    sandbox.control.fault("crossref", "other_work")
    title = (await one("PMID: 5")).others[0].title
    found = await one(f"Sandbox, A. (2011). {title}. doi:10.5555/sandbox.pubmed.5")
    assert found.work is not None
    assert (found.work.services, found.is_other) == (("openalex",), False)


async def test_what_one_register_answers_is_taken_though_another_has_no_turn_left(sandbox: Running) -> None:
    """Crossref takes two questions a second: a form of forty lines asks it for longer than somebody waits."""
    services = [
        replace(service, per_second=2.0) if service.name == "crossref" else service
        for service in configured(settings.SOURCE_SERVICES)
    ]
    given = read_lines("\n".join(f"10.5555/sandbox.{number}" for number in range(9)), most=9)
    found = (await look_up_all(given, services=services, seconds=2.5)).found
    assert all(one.work is not None for one in found)
    assert [one.is_complete for one in found].count(False) >= 3


async def test_a_retracted_work_is_known_as_such(sandbox: Running) -> None:
    sandbox.control.fault("openalex", "retracted")
    found = await one(DOI)
    assert found.work is not None
    assert found.work.is_retracted


async def test_where_a_free_copy_lies_is_kept(sandbox: Running) -> None:
    """So that it can be read in full (R-99)."""
    sandbox.control.fault("openalex", "open_access")
    found = await one(DOI)
    assert found.work is not None
    assert found.work.pdf_urls[0].endswith(".pdf")


async def test_without_registers_nothing_is_asked() -> None:
    assert [each.work for each in (await look_up_all(read_lines(DOI, most=9), services=[])).found] == [None]


@pytest.mark.parametrize(
    "payload",
    [
        None, [], 7, {}, {"data": []}, {"data": {"attributes": 3}}, {"data": {"attributes": {"titles": [3, {}]}}},
        {"message": {"items": [3, {"type": "book"}]}}, {"message": 3},
    ],
)  # fmt: skip
def test_no_answer_breaks_the_reading_of_it(payload: object) -> None:
    assert [module.parse_one(payload) for module in (crossref, datacite, openalex)] == [None] * 3


def datacites(**attributes: object) -> FoundWork:
    found = datacite.parse_one({"data": {"attributes": {"titles": [{"title": "On data"}], **attributes}}})
    assert found is not None
    return found


def test_what_datacite_says_of_names_publishers_and_titles() -> None:
    creators: Sequence[dict[str, object]] = [
        {"name": "Council of Rocks", "nameType": "Organizational"}, {"name": "Lind, Ada"},
        {"nameType": "Organizational"}, {"name": "Ek, Bo", "familyName": "Ek", "givenName": "Bo"},
        {"familyName": "Voltaire"}, {"name": ""},
    ]  # fmt: skip
    titles = [{"title": "A subtitle", "titleType": "Subtitle"}, {"title": "On data"}]
    container = {"title": "Journal of Data", "volume": "3", "firstPage": "5", "lastPage": "9"}
    found = datacites(creators=creators, titles=titles, publisher={"name": "Data House"}, container=container)
    assert [dict(name) for name in found.authors] == [
        {"literal": "Council of Rocks"}, {"family": "Lind", "given": "Ada"}, {"family": "Ek", "given": "Bo"},
        {"family": "Voltaire"},
    ]  # fmt: skip
    assert (found.title, found.publisher, found.container, found.page) == (
        "On data",
        "Data House",
        "Journal of Data",
        "5-9",
    )
    only = datacites(titles=[{"title": "A subtitle", "titleType": "Subtitle"}], container={"firstPage": "5"})
    assert (only.title, only.page, only.pdf_urls) == ("A subtitle", "5", ())


def test_crossrefs_free_files_need_a_free_licence() -> None:
    link = {"URL": "https://example.org/a.pdf", "content-type": "application/pdf"}
    one = {"title": ["On rocks"], "link": [link, {"URL": "https://example.org/a.xml", "content-type": "text/xml"}]}
    free = one | {"license": [{"URL": "https://creativecommons.org/licenses/by/4.0/"}]}
    said = [crossref.parse_one({"message": work}) for work in (one, free)]
    assert [work.pdf_urls for work in said if work] == [(), ("https://example.org/a.pdf",)]


def test_a_chapter_does_not_carry_the_number_of_its_book() -> None:
    one = {"title": ["On rocks"], "ISBN": ["9783161484100"]}
    said = [crossref.parse_one({"message": one | {"type": kind}}) for kind in ("book-chapter", "monograph")]
    assert [work.isbn for work in said if work] == ["", "9783161484100"]
