"""Which words of sources a manifest publishes once the same work came in two ways (R-18, R-97)."""

import pytest

from accounts.models import User
from documents.domain import joining, manifests
from documents.enums import FullTextState, SourceOrigin, UploadPurpose, UploadState
from documents.models import Document, FullText, Passage, Upload
from tests.documents.factories import PassageFactory, SourceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("origin", [SourceOrigin.UPLOAD, SourceOrigin.BIBLIOGRAPHY, SourceOrigin.ADDED])
def test_an_open_access_work_of_the_same_title_publishes_no_own_words(
    document: Document, student: User, origin: SourceOrigin
) -> None:
    upload = None
    if origin == SourceOrigin.UPLOAD:
        upload = Upload.objects.create(document=document, purpose=UploadPurpose.SOURCE, state=UploadState.READY)
    mine = SourceFactory.create(document=document, origin=origin, upload=upload)
    own = [PassageFactory.create(source=mine, page=page, text="My own words on it.") for page in (0, 1)]
    hit = SourceFactory.create(document=document, origin=SourceOrigin.SEARCH, is_open_access=True)
    abstract = PassageFactory.create(source=hit, page=0, text="What the register has.")
    kept = joining.join(source=mine, other_id=hit.pk, by=student)
    assert (kept.pk, kept.is_open_access) == (mine.pk, True)
    assert [manifests.is_public(one) for one in Passage.objects.filter(source=kept)] == [False, False]
    assert manifests.is_public(abstract)
    # A free copy that was fetched is public, with its pages; not what its owner had.
    FullText.objects.create(source=kept, state=FullTextState.READ)
    expected = [False, origin != SourceOrigin.UPLOAD]
    assert [manifests.is_public(Passage.objects.get(pk=one.pk)) for one in own] == expected


def test_words_of_a_found_work_are_its_owners_once_they_brought_it(document: Document, student: User) -> None:
    hit = SourceFactory.create(document=document, origin=SourceOrigin.SEARCH, is_open_access=True)
    abstract, page = (PassageFactory.create(source=hit, page=page, text="Text.") for page in (0, 1))
    mine = SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY)
    assert joining.join(source=mine, other_id=hit.pk, by=student).pk == hit.pk
    FullText.objects.create(source=hit, state=FullTextState.READ)
    shown = [manifests.is_public(Passage.objects.get(pk=one.pk)) for one in (abstract, page)]
    assert shown == [False, True]
