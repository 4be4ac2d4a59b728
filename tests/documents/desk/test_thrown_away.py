"""A source that is thrown away is off the desk, offered to no writer, and comes back for 30 days (R-89)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.domain import adding, choosing, joining
from documents.domain.desk import Filters, desk
from documents.domain.passages import citable
from documents.enums import DocumentState, SourceOrigin, SourceUse, UploadPurpose, UploadState
from documents.errors import NotEditable, NotJoinable
from documents.models import Citation, Document, Source, Upload
from documents.sources.found import FoundWork
from privacy.domain import retention
from privacy.models import AuditEvent
from tests.api.calling import Program
from tests.documents.desk.making import source_with_text
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db


def post(browser: Client, name: str, source: Source, **said: str) -> str:
    address = reverse(f"documents:{name}", args=[source.document_id, source.pk])
    return words(browser.post(address, said, follow=True))


def on_desk(document: Document) -> list[Source]:
    return [row.source for row in desk(document, Filters()).rows]


def test_it_is_off_the_desk_and_comes_back(browser: Client, document: Document) -> None:
    source, other = source_with_text(document), source_with_text(document)
    assert citable(document_id=document.pk).count() == 2
    page = post(browser, "source-throw-away", source)
    assert f"Bring back: {source.title}" in page
    assert on_desk(document) == [other]
    assert citable(document_id=document.pk).count() == 1
    address = reverse("documents:source", args=[document.pk, source.pk])
    assert browser.get(address).status_code == 404
    post(browser, "source-use", source, use="may")
    assert set(on_desk(document)) == {source, other}
    assert choosing.thrown_away(document) == []
    assert citable(document_id=document.pk).count() == 2
    assert AuditEvent.objects.filter(action="source.thrown_away").count() == 1


def test_what_is_joined_goes_and_comes_back_with_it(document: Document) -> None:
    kept, other = source_with_text(document), source_with_text(document)
    kept = joining.join(source=kept, other_id=other.pk, by=document.owner)
    for _twice in range(2):
        choosing.throw_away(source=kept, by=document.owner)
    assert on_desk(document) == []
    choosing.choose(source=kept, use=SourceUse.MUST, by=document.owner)
    assert on_desk(document) == [kept]


def test_what_is_thrown_away_is_neither_joined_nor_taken_apart(
    browser: Client, program: Program, document: Document
) -> None:
    kept, joined, other = (source_with_text(document, title=title) for title in "abc")
    kept = joining.join(source=kept, other_id=joined.pk, by=document.owner)
    choosing.throw_away(source=kept, by=document.owner)
    for source, with_which in ((other, kept), (kept, other)):
        with pytest.raises(NotJoinable, match="Choose another source"):
            joining.join(source=source, other_id=with_which.pk, by=document.owner)
    with pytest.raises(NotJoinable, match="Choose another source"):
        joining.part(source=joined, by=document.owner)
    for named in (kept.key, str(kept.pk)):
        assert "There is no source of that name here" in post(browser, "source-join", other, **{"with": named})
    address = reverse("documents:source-part", args=[document.pk, joined.pk])
    assert browser.post(address).status_code == 404
    path = f"/api/v1/documents/{document.pk}/works"
    assert [one["id"] for one in program.get(path).json()["results"]] == [other.pk]
    assert program.get(f"{path}/{joined.pk}").status_code == 404
    choosing.choose(source=kept, use=SourceUse.MAY, by=document.owner)
    assert {one["id"] for one in program.get(path).json()["results"]} == {kept.pk, joined.pk, other.pk}
    joining.part(source=joined, by=document.owner)
    assert set(on_desk(document)) == {kept, joined, other}


def test_moving_passes_over_what_is_not_there(document: Document) -> None:
    first, second, third = (source_with_text(document, title=title) for title in "abc")
    choosing.throw_away(source=second, by=document.owner)
    choosing.move(source=third, up=True, by=document.owner)
    assert on_desk(document) == [third, first]


def test_naming_it_again_brings_it_back(document: Document) -> None:
    source = source_with_text(document, doi="10.1000/lamps", title="Lamps of the north")
    work = FoundWork(title="Lamps of the north", doi="10.1000/lamps")
    for is_thrown_away in (True, False):
        if is_thrown_away:
            choosing.throw_away(source=source, by=document.owner)
        with transaction.atomic():
            here = adding._same(document.pk, work)
            assert here is not None
            choosing.want_again(here)
        source.refresh_from_db()
        assert (source.use, source.thrown_away_at) == (SourceUse.MAY, None)


def test_in_a_paid_document_nothing_is_thrown_away(document: Document) -> None:
    source = source_with_text(document)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.QUEUED)
    with pytest.raises(NotEditable):
        choosing.throw_away(source=source, by=document.owner)


def test_programs_do_the_same(program: Program, document: Document) -> None:
    source = source_with_text(document)
    path = f"/api/v1/documents/{document.pk}/works"
    assert program("DELETE", f"{path}/{source.pk}").status_code == 204
    assert program("DELETE", f"{path}/{source.pk}").status_code == 404
    assert program.get(path).json()["results"] == []
    assert [one["title"] for one in program.get(f"{path}/thrown-away").json()] == [source.title]
    assert program("PUT", f"{path}/{source.pk}/use", {"use": "may"}).status_code == 200
    assert len(program.get(path).json()["results"]) == 1


def test_after_thirty_days_it_goes_with_its_file_unless_it_is_cited(document: Document) -> None:
    now = timezone.now()
    upload = Upload.objects.create(
        document=document, purpose=UploadPurpose.SOURCE, name="a.pdf", state=UploadState.READY, stored_as="uploads/x",
    )  # fmt: skip
    gone = source_with_text(document, upload=upload, origin=SourceOrigin.UPLOAD)
    source_with_text(document, joined_to=gone)
    fresh, cited = source_with_text(document), source_with_text(document)
    Citation.objects.create(
        document=document, section=document.sections.filter(children=None)[0], position=0, source=cited,
        passage=cited.passages.get(), sentence="So.", check_result="judged",
    )  # fmt: skip
    for source, days in ((gone, 31), (fresh, 29), (cited, 31)):
        choosing.throw_away(source=source, by=document.owner, now=now - timedelta(days=days))
    retention.apply(now=now)
    assert set(Source.objects.all()) == {fresh, cited}
    assert not Upload.objects.exists()


def test_what_is_thrown_away_is_offered_to_nobody(document: Document) -> None:
    source = source_with_text(document)
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(pk=source.pk).update(thrown_away_at=timezone.now())
