"""The source desk for programs (R-58, R-97)."""

from typing import Any

import pytest

from documents.domain import choosing
from documents.enums import DocumentState, SourceOrigin, SourceUse
from documents.models import Document, Source
from tests.api.calling import Program, kind_of
from tests.documents.desk.making import source_with_text
from tests.documents.factories import SourceFactory, outlined_document
from tests.documents.test_api import at, tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(document: Document) -> Source:
    return source_with_text(document)


def found(program: Program, document: Document, query: str = "") -> list[Any]:
    answer = program.get(at(document, "works") + query)
    assert answer.status_code == 200, answer.content
    return [work["id"] for work in answer.json()["results"]]


def test_a_work_says_where_each_field_came_from(program: Program, document: Document, source: Source) -> None:
    work = program.get(at(document, "works", source.pk)).json()
    assert work["origins"]["title"] == {"origin": "file", "sureness": "likely"}
    assert (work["use"], work["joined_to"], work["alike"], work["citations"]) == ("may", None, None, 0)


def test_works_are_filtered_as_on_the_page(program: Program, document: Document, source: Source) -> None:
    other = SourceFactory.create(document=document, title="Boats", origin=SourceOrigin.SEARCH, is_open_access=True)
    assert found(program, document) == [other.pk, source.pk]
    for query in ("?q=boat", "?origin=search", "?open=true", "?no_text=on"):
        assert found(program, document, query) == [other.pk], query
    assert found(program, document, "?first_year=2030") == []
    for query in ("?first_year=soon", "?use=", "?open=maybe"):
        answer = program.get(at(document, "works") + query)
        assert (answer.status_code, kind_of(answer)) == (400, "invalid"), query


def test_a_reference_is_corrected_by_who_has_seen_it(program: Program, document: Document, source: Source) -> None:
    path = at(document, "works", source.pk)
    change = {"title": "Keeping the Lights", "author": ["Lind, Ada", "Lighthouse Board"], "volume": "3"}
    assert kind_of(program("PATCH", path, change)) == "if-match-required"
    seen = tag(program, path)
    answer = program("PATCH", path, change, If_Match=seen)
    assert answer.status_code == 200, answer.content
    work = answer.json()
    assert work["csl"]["author"] == [{"family": "Lind", "given": "Ada"}, {"literal": "Lighthouse Board"}]
    assert work["origins"]["volume"] == {"origin": "you", "sureness": "sure"}
    assert (work["key"], work["csl"]["id"]) == (source.key, source.key)
    assert answer.headers["ETag"] == tag(program, path)
    assert kind_of(program("PATCH", path, {"title": "Later"}, If_Match=seen)) == "changed-meanwhile"
    refused = program("PATCH", path, {"title": "", "DOI": "x"}, If_Match=tag(program, path))
    assert refused.status_code == 400
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/title", "/DOI"}
    assert program("PATCH", path, {"type": "poem"}, If_Match=tag(program, path)).status_code == 400
    source.refresh_from_db()
    assert source.title == "Keeping the Lights"


def test_a_work_is_demanded_and_banned(program: Program, document: Document, source: Source) -> None:
    for use in ("must", "banned", "may"):
        assert program("PUT", at(document, "works", source.pk, "use"), {"use": use}).json()["use"] == use
    assert program("PUT", at(document, "works", source.pk, "use"), {"use": "no"}).status_code == 400
    for _number in range(8):
        source_with_text(document, use=SourceUse.MUST)
    answer = program("PUT", at(document, "works", source.pk, "use"), {"use": "must"})
    assert (answer.status_code, kind_of(answer)) == (409, "too-many-wanted")


def test_two_entries_are_joined_and_taken_apart(program: Program, document: Document, source: Source) -> None:
    entry = SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY)
    joined = program("PUT", at(document, "works", entry.pk, "joined"), {"work": source.pk})
    assert (joined.status_code, joined.json()["id"]) == (200, source.pk)
    assert program.get(at(document, "works", entry.pk)).json()["joined_to"] == source.pk
    again = program("PUT", at(document, "works", entry.pk, "joined"), {"work": source.pk})
    assert (again.status_code, kind_of(again)) == (409, "not-joinable")
    apart = program("DELETE", at(document, "works", entry.pk, "joined"))
    assert (apart.status_code, apart.json()["joined_to"], apart.json()["alike"]) == (200, None, None)
    assert kind_of(program("DELETE", at(document, "works", entry.pk, "joined"))) == "not-joinable"
    assert program("PUT", at(document, "works", entry.pk, "joined"), {"work": 10**30}).status_code in {400, 404}


def test_two_that_look_alike_are_kept(program: Program, document: Document, source: Source) -> None:
    other = source_with_text(document, alike=source)
    path = at(document, "works", other.pk)
    assert program.get(path).json()["alike"] == source.pk
    choosing.throw_away(source=source, by=document.owner)
    assert program.get(path).json()["alike"] is None
    choosing.choose(source=source, use=SourceUse.MAY, by=document.owner)
    assert program.get(path).json()["alike"] == source.pk
    assert program("DELETE", f"{path}/alike").json()["alike"] is None
    other.refresh_from_db()
    assert other.is_apart


def test_works_are_ordered_by_hand_and_as_usual_again(program: Program, document: Document, source: Source) -> None:
    other = source_with_text(document)
    path = at(document, "works", other.pk)
    assert program.get(path).json()["place"] is None
    places = [program("PUT", f"{path}/place", {"to": to}).json()["place"] for to in ("up", "down", "down")]
    assert places == [1, 2, 2]
    assert program.get(at(document, "works", source.pk)).json()["place"] == 1
    assert program("PUT", f"{path}/place", {"to": "left"}).status_code == 400
    assert [program("DELETE", at(document, "works", "order")).status_code for _ in range(2)] == [204, 204]
    assert program.get(path).json()["place"] is None


def test_works_that_are_here_twice_are_looked_for(program: Program, document: Document, source: Source) -> None:
    assert program.post(at(document, "works", "alike"), {}).json() == {"found": 0}
    twin = source_with_text(document, csl=source.csl, title=source.title, doi=source.doi)
    assert program.post(at(document, "works", "alike"), {}).json() == {"found": 1}
    twin.refresh_from_db()
    source.refresh_from_db()
    assert (twin.alike_id or twin.joined_to_id or source.alike_id or source.joined_to_id) is not None


def test_nothing_of_a_paid_document_is_changed(program: Program, document: Document, source: Source) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    path = at(document, "works", source.pk)
    for answer in (
        program("PATCH", path, {"title": "Other"}, If_Match=tag(program, path)),
        program("PUT", f"{path}/use", {"use": "must"}),
        program("PUT", f"{path}/joined", {"work": source.pk}),
        program("PUT", f"{path}/place", {"to": "up"}),
        program("DELETE", at(document, "works", "order")),
        program.post(at(document, "works", "alike"), {}),
        program("DELETE", f"{path}/joined"),
        program("DELETE", f"{path}/alike"),
    ):
        assert (answer.status_code, kind_of(answer)) == (409, "not-editable")


def test_somebody_elses_work_does_not_exist(program: Program, document: Document) -> None:
    theirs = outlined_document()
    source = source_with_text(theirs)
    for place in (theirs, document):
        path = at(place, "works", source.pk)
        for answer in (
            program.get(path),
            program("PATCH", path, {"title": "Mine"}, If_Match="*"),
            program("PUT", f"{path}/use", {"use": "banned"}),
            program("PUT", f"{path}/joined", {"work": source.pk}),
            program("DELETE", f"{path}/joined"),
            program("DELETE", f"{path}/alike"),
        ):
            assert answer.status_code == 404
    assert program.get(at(document, "works", 10**30)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_one_work_costs_the_same_however_many_there_are(
    program: Program, document: Document, source: Source, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        source_with_text(document)
    with django_assert_num_queries(5):
        program.get(at(document, "works", source.pk))
