"""The source desk as a page: what it shows, what can be done there without JavaScript, and whose it is (R-97)."""

from typing import Any

import lxml.html
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from documents.enums import DocumentState, SourceOrigin, SourceUse, UploadPurpose, UploadState
from documents.models import Document, Source, Upload
from tests.documents.desk.making import source_with_text
from tests.documents.factories import SourceFactory, outlined_document
from tests.documents.test_views import student_with_consent, words

pytestmark = pytest.mark.django_db

_ENTRIES = "//ul[contains(@class, 'desk')]//*[@class='desk-entry']"
_CHANGING = "//main//form[@method='post']"
POSTS = ("source-use", "source-move", "source-join", "source-apart", "source-part")


def page_of(browser: Client, document: Document, query: str = "") -> Any:
    response = browser.get(reverse("documents:desk", args=[document.pk]) + query)
    assert response.status_code == 200
    return response


def post(browser: Client, name: str, source: Source, **said: str) -> Any:
    response = browser.post(reverse(f"documents:{name}", args=[source.document_id, source.pk]), said, follow=True)
    assert response.status_code == 200
    return response


def titles(response: HttpResponse) -> list[str]:
    page = lxml.html.document_fromstring(response.content)
    return [" ".join(entry.text_content().split()) for entry in page.xpath(_ENTRIES)]


def test_a_source_stands_there_as_it_will_print_with_where_each_part_comes_from(
    browser: Client,
    document: Document,
) -> None:
    source_with_text(document, origin=SourceOrigin.BIBLIOGRAPHY)
    response = page_of(browser, document)
    assert titles(response) == ["Ellingsen, M. (2019). Keeping the Light."]
    said = words(response)
    assert "a reference list" in said
    assert "likely" in said
    assert "Continue to the price" in said
    assert f'href="{reverse("billing:price", args=[document.pk])}"' in said


def test_an_empty_desk_says_what_to_do(browser: Client, document: Document) -> None:
    assert "No sources yet" in words(page_of(browser, document))


def test_a_source_is_ticked_banned_and_taken_back(browser: Client, document: Document) -> None:
    source = source_with_text(document)
    for use, says in (("must", "has to be cited"), ("banned", "Use it again"), ("may", "Do not use it")):
        assert says in words(post(browser, "source-use", source, use=use))
        source.refresh_from_db()
        assert source.use == use
    post(browser, "source-use", source, use="nonsense")
    source.refresh_from_db()
    assert source.use == SourceUse.MAY


def test_what_cannot_be_cited_says_what_to_do(browser: Client, document: Document) -> None:
    SourceFactory.create(document=document, title="No text of this")
    source_with_text(document, title="Bad", retracted_at=timezone.now(), retracted_by="crossref")
    source_with_text(document, title="[Retracted] Worse", retracted_at=timezone.now(), retracted_by="title")
    said = words(page_of(browser, document))
    assert "Hand in its PDF" in said
    assert "It was retracted, says crossref." in said
    assert "Its own title says that it was retracted." in said


def test_only_own_sources_are_a_choice_of_the_document(browser: Client, document: Document) -> None:
    source_with_text(document, origin=SourceOrigin.SEARCH)
    address = reverse("documents:desk-own", args=[document.pk])
    response = browser.post(address, {"only": "own"}, follow=True)
    assert "It is not cited as long as you want only your own sources" in words(response)
    document.refresh_from_db()
    assert not document.search_for_sources
    browser.post(address, {"only": "no"})
    document.refresh_from_db()
    assert document.search_for_sources


def test_the_order_is_made_by_hand_and_given_up_again(browser: Client, document: Document) -> None:
    first, second, third = [source_with_text(document, title=title) for title in ("Apples", "Boats", "Clouds")]
    post(browser, "source-move", first, to="up")
    post(browser, "source-move", third, to="up")
    assert [title.split()[-1] for title in titles(page_of(browser, document))] == ["Apples.", "Clouds.", "Boats."]
    post(browser, "source-move", first, to="down")
    assert [title.split()[-1] for title in titles(page_of(browser, document))] == ["Clouds.", "Apples.", "Boats."]
    browser.post(reverse("documents:desk-sort", args=[document.pk]))
    assert [title.split()[-1] for title in titles(page_of(browser, document))] == ["Apples.", "Boats.", "Clouds."]
    second.refresh_from_db()
    assert second.place is None


def test_a_correction_is_marked_as_ones_own(browser: Client, document: Document) -> None:
    source = source_with_text(document)
    form = {
        "version": "1",
        "type": "book",
        "title": "Keeping the Lights",
        "author": "Ellingsen, Mara\nLighthouse Board",
    }
    said = words(post(browser, "source", source, **form, back="q=light&page=1&evil=1"))
    assert "Saved." in said
    source.refresh_from_db()
    assert source.title == "Keeping the Lights"
    assert source.csl["author"] == [{"family": "Ellingsen", "given": "Mara"}, {"literal": "Lighthouse Board"}]
    assert source.csl["id"] == source.key
    assert source.origins["title"] == ["you", "sure"]
    assert source.origins["type"] == ["file", "likely"]


def test_what_makes_no_reference_is_said_at_its_field(browser: Client, document: Document) -> None:
    source = source_with_text(document)
    address = reverse("documents:source", args=[document.pk, source.pk])
    form = {"version": "1", "type": "book", "title": "Light"}
    response = browser.post(address, {**form, "title": "", "DOI": "10/x"})
    assert response.status_code == 422
    assert "A reference needs a title." in words(response)
    assert "This is no DOI." in words(response)
    response = browser.post(address, {**form, "DOI": "10/x", "issued": "2021-02-30"})
    assert response.status_code == 422
    assert "This is no DOI." in words(response)
    assert "Write the year, or the date as 2021-05-17." in words(response)
    assert browser.post(address, {"version": "", "title": "x"}).status_code == 422
    source.refresh_from_db()
    assert source.version == 1


def test_a_second_window_writes_over_nothing_and_shows_both(browser: Client, document: Document) -> None:
    source = source_with_text(document)
    post(browser, "source", source, version="1", type="book", title="From the first window")
    address = reverse("documents:source", args=[document.pk, source.pk])
    response = browser.post(address, {"version": "1", "type": "book", "title": "From the second window"})
    assert response.status_code == 409
    assert "From the first window" in words(response)
    assert "From the second window" in words(response)
    source.refresh_from_db()
    assert source.title == "From the first window"
    post(browser, "source", source, version="2", type="book", title="From the second window")
    source.refresh_from_db()
    assert (source.title, source.version) == ("From the second window", 3)


def test_two_entries_of_one_work_are_joined_and_taken_apart(browser: Client, document: Document) -> None:
    listed = SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY)
    file = source_with_text(document)
    response = browser.post(reverse("documents:desk-look", args=[document.pk]), follow=True)
    assert "1 work is here twice, or looks like it." in words(response)
    assert "Two that look like one work" in words(response)
    assert "Joined with" in words(post(browser, "source-join", file, **{"with": str(listed.pk)}))
    listed.refresh_from_db()
    assert listed.joined_to == file
    assert "Joined with" not in words(post(browser, "source-part", listed))
    browser.post(reverse("documents:desk-look", args=[document.pk]))
    assert "Two that look like one work" not in words(page_of(browser, document)), "that was decided"
    said = words(post(browser, "source-join", file, **{"with": "nobody-1999"}))
    assert "There is no source of that name here." in said
    assert "Joined with" in words(post(browser, "source-join", file, **{"with": listed.key}))
    said = words(post(browser, "source-join", file, **{"with": listed.key}))
    assert "already joined" in said


def test_two_that_look_alike_are_kept(browser: Client, document: Document) -> None:
    source_with_text(document)
    newer = source_with_text(document)
    address = reverse("documents:desk-look", args=[document.pk])
    assert "Keep both" in words(browser.post(address, follow=True))
    assert "Keep both" not in words(post(browser, "source-apart", newer))
    assert "No work is here twice" in words(browser.post(address, follow=True))


def test_filters_show_some(browser: Client, document: Document) -> None:
    old = {"id": "a", "type": "book", "title": "Old boats", "language": "de", "issued": {"date-parts": [[1950]]}}
    source_with_text(document, title="Old boats", key="a", csl=old)
    source_with_text(document, title="New boats", is_peer_reviewed=True, is_open_access=True)
    SourceFactory.create(document=document, title="Without text", use=SourceUse.BANNED, origin=SourceOrigin.SEARCH)
    for query, found in {
        "?q=boats": 2,
        "?q=BOATS&last_year=1960": 1,
        "?first_year=1960": 2,
        "?kind=book": 3,
        "?kind=report": 0,
        "?language=de": 1,
        "?origin=search": 1,
        "?use=banned": 1,
        "?reviewed=on": 1,
        "?open=on": 1,
        "?no_text=on": 1,
        "?first_year=soon&kind=nothing": 3,
        "?page=99": 3,
    }.items():
        assert len(titles(page_of(browser, document, query))) == found, query


def test_a_file_that_is_being_read_is_said_and_not_listed(browser: Client, document: Document) -> None:
    upload = Upload.objects.create(
        document=document, purpose=UploadPurpose.SOURCE, name="a.pdf", state=UploadState.EXTRACTING
    )
    reading = SourceFactory.create(document=document, upload=upload, csl={}, title="a.pdf")
    response = page_of(browser, document)
    assert "1 file is still being read" in words(response)
    assert titles(response) == []
    assert browser.get(reverse("documents:source", args=[document.pk, reading.pk])).status_code == 404


def test_nothing_changes_once_it_is_paid_for(browser: Client, document: Document) -> None:
    source = source_with_text(document)
    other = source_with_text(document)
    other.joined_to, other.join_undo = source, {}
    other.save()
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    before = list(Source.objects.order_by("pk").values())
    response = page_of(browser, document)
    assert "can be looked at, and no longer changed" in words(response)
    assert "not cited" in words(response)
    page = lxml.html.document_fromstring(response.content)
    assert not page.xpath(_CHANGING)
    detail = lxml.html.document_fromstring(
        browser.get(reverse("documents:source", args=[document.pk, source.pk])).content
    )
    assert not detail.xpath(_CHANGING)
    for name in POSTS:
        said = post(browser, name, source, use="banned", to="up", **{"with": other.key})
        assert "can no longer be changed" in words(said), name
    assert "can no longer be changed" in words(post(browser, "source", source, version="1", type="book", title="Other"))
    for name in ("desk-own", "desk-sort", "desk-look"):
        browser.post(reverse(f"documents:{name}", args=[document.pk]), {"only": "own"})
    assert list(Source.objects.order_by("pk").values()) == before
    document.refresh_from_db()
    assert document.search_for_sources


def test_the_desk_of_somebody_else_does_not_exist(browser: Client) -> None:
    theirs = outlined_document()
    source = source_with_text(theirs)
    assert browser.get(reverse("documents:desk", args=[theirs.pk])).status_code == 404
    assert browser.get(reverse("documents:source", args=[theirs.pk, source.pk])).status_code == 404
    for name in (*POSTS, "source"):
        assert browser.post(reverse(f"documents:{name}", args=[theirs.pk, source.pk])).status_code == 404, name
    for name in ("desk-own", "desk-sort", "desk-look"):
        assert browser.post(reverse(f"documents:{name}", args=[theirs.pk])).status_code == 404, name


def test_a_source_of_another_document_does_not_exist(
    browser: Client,
    document: Document,
    student: Any,
) -> None:
    elsewhere = source_with_text(outlined_document(owner=student))
    assert browser.get(reverse("documents:source", args=[document.pk, elsewhere.pk])).status_code == 404
    mine = source_with_text(document)
    said = post(browser, "source-join", mine, **{"with": str(elsewhere.pk)})
    assert "There is no source of that name here." in words(said)


@pytest.mark.parametrize("number", [1, 3, 40])
def test_a_page_costs_the_same_queries_however_many_there_are(
    browser: Client,
    document: Document,
    number: int,
) -> None:
    for place in range(number):
        source_with_text(document, title=f"Number {place:02}")
    page_of(browser, document)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_of(browser, document)
    assert len(queries) == 10, [query["sql"] for query in queries]


def test_the_page_says_that_sources_are_looked_for_and_shows_them_by_itself(
    browser: Client, document: Document, django_capture_on_commit_callbacks: Any
) -> None:
    """Whoever wishes a search, after an outline or here, waits on the page for what it finds."""
    state = reverse("documents:desk-state", args=[document.pk])
    over = browser.get(f"{state}?use=must&x=1")
    assert "The search is over" in words(over)
    assert f'data-hx-get="{reverse("documents:desk", args=[document.pk])}?use=must"' in over.content.decode()
    assert "Sources are being looked for" not in words(page_of(browser, document))
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(reverse("documents:desk-own", args=[document.pk]), {"only": "own"}, follow=True)
    assert "Sources are being looked for" not in words(response), "nothing is searched"
    browser.post(reverse("documents:desk-own", args=[document.pk]), {"only": "no"})
    said = words(page_of(browser, document))
    assert "Sources are being looked for" in said
    assert "No sources yet" not in said
    assert "Sources are being looked for" in words(browser.get(state))
    Document.objects.filter(pk=document.pk).update(state=DocumentState.QUEUED)
    assert "Sources are being looked for" not in words(page_of(browser, document))


def test_nobody_elses_search_is_told_of(client: Client, document: Document) -> None:
    client.force_login(student_with_consent())
    assert client.get(reverse("documents:desk-state", args=[document.pk])).status_code == 404


def test_a_kind_that_nobody_would_choose_stays_as_it_is(browser: Client, document: Document) -> None:
    csl = {"id": "a", "type": "treaty", "title": "On lights"}
    source = source_with_text(document, key="a", title="On lights", csl=csl)
    address = reverse("documents:source", args=[document.pk, source.pk])
    assert '<option value="treaty" selected>' in words(browser.get(address))
    said = words(post(browser, "source", source, version="1", type="treaty", title="On lights"))
    assert "Saved." not in said
    source.refresh_from_db()
    assert (source.csl, source.version) == (csl, 1)


def test_a_source_that_was_joined_in_another_window_is_corrected_where_it_stands_now(
    browser: Client, document: Document
) -> None:
    kept, listed = source_with_text(document), SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY)
    post(browser, "source-join", kept, **{"with": str(listed.pk)})
    listed.refresh_from_db()
    assert listed.joined_to == kept
    response = post(browser, "source", listed, version="1", type="book", title="Lost words")
    assert response.redirect_chain[0][0] == reverse("documents:source", args=[document.pk, kept.pk])
    assert "joined to this one. Correct it here: nothing was written." in words(response)
    listed.refresh_from_db()
    assert listed.title != "Lost words"
