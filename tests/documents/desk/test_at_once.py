"""Two windows at the source desk at the same moment, each with a connection of its own (R-97)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from documents.domain import choosing, correcting, joining, retractions, uploads
from documents.domain.desk import Filters, desk
from documents.enums import SourceOrigin, SourceUse, UploadPurpose, UploadState
from documents.errors import DocumentError, NotJoinable, StaleSource, TooManyWanted
from documents.models import Document, Source, Upload
from tests.billing.concurrently import at_once
from tests.documents.desk.making import source_with_text
from tests.documents.factories import SourceFactory
from tests.lock_waits import elsewhere, until_somebody_waits
from typesetting.entries import entries

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_corrections_one_is_written_and_the_other_is_told(document: Document, student: User) -> None:
    source = source_with_text(document)
    titles = iter(["From the left", "From the right"])

    def attempt() -> type[DocumentError] | str:
        title = next(titles)
        try:
            correcting.correct(source=source, wanted={"title": title}, version=1, by=student)
        except StaleSource:
            return StaleSource
        return title

    results = at_once(2, attempt)
    assert results.count(StaleSource) == 1
    [written] = [one for one in results if one != StaleSource]
    source.refresh_from_db()
    assert (source.title, source.version) == (written, 2)


def test_no_more_have_to_be_cited_than_there_is_room_for(document: Document, student: User) -> None:
    many = iter([source_with_text(document) for _number in range(choosing.most_wanted(document) + 4)])

    def attempt() -> list[bool]:
        return [demanded(next(many), student) for _number in range(3)]

    results = [one for each in at_once(4, attempt) for one in each]
    assert Counter(results) == {True: choosing.most_wanted(document), False: 4}
    assert Source.objects.filter(use=SourceUse.MUST).count() == choosing.most_wanted(document)


def demanded(source: Source, student: User) -> bool:
    try:
        choosing.choose(source=source, use=SourceUse.MUST, by=student)
    except TooManyWanted:
        return False
    return True


def test_two_are_joined_once(document: Document, student: User) -> None:
    file = source_with_text(document)
    entry = SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY)

    def attempt() -> bool:
        try:
            joining.join(source=entry, other_id=file.pk, by=student)
        except NotJoinable:
            return False
        return True

    assert sorted(at_once(2, attempt)) == [False, True]
    file.refresh_from_db()
    assert file.version == 2


def test_source_that_goes_meanwhile_is_compared_with_none(document: Document) -> None:
    gone = SourceFactory.create(document=document, doi="10.1000/light")
    SourceFactory.create(document=document, doi="10.1000/light", title=gone.title)

    def compare() -> int:
        with transaction.atomic():
            return joining.find_alike(document_id=document.pk)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            gone.delete()
            found = elsewhere(pool, compare)
            until_somebody_waits()
        assert found.result(20) == 0


def test_files_and_sources_are_held_in_one_order(document: Document, student: User) -> None:
    upload = Upload.objects.create(
        document=document, purpose=UploadPurpose.SOURCE, state=UploadState.READY, due_at=None
    )
    kept = source_with_text(document)
    entry = SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY, upload=upload)
    joining.join(source=entry, other_id=kept.pk, by=student)
    word = partial(retractions.mark, source_id=entry.pk, by=["crossref"], now=timezone.now())
    removal = partial(uploads.delete, upload_id=upload.pk, by=student)
    # Who joins holds the document first; who deletes a file holds that before its sources.
    for first, work, then in (
        (Document, word, Upload), (Document, word, Source), (Upload, word, Source), (Document, removal, Upload),
    ):  # fmt: skip
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                list(first._default_manager.select_for_update())
                found = elsewhere(pool, work)
                until_somebody_waits()
                list(then._default_manager.select_for_update(nowait=True))  # raises where the other holds one
            found.result(20)
    assert not Upload.objects.exists()
    kept.refresh_from_db()
    assert kept.retracted_by == "crossref"


def test_places_stay_apart_however_many_move(document: Document, student: User) -> None:
    sources = [source_with_text(document) for _number in range(4)]
    movers = iter(sources)
    at_once(4, lambda: choosing.move(source=next(movers), up=False, by=student))
    assert list(Source.objects.order_by("place").values_list("place", flat=True)) == [1, 2, 3, 4]


def test_no_connection_is_held_while_references_are_set(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    source_with_text(document)
    held: list[bool] = []

    def watched(*args: object, **said: object) -> dict[str, str]:
        held.append(connection.connection is not None)
        return entries(*args, **said)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr("documents.domain.printed.entries", watched)
    assert desk(document, Filters()).rows[0].entry_html
    assert held == [False]
