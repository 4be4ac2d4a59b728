"""The site behind a socket, a document whose owner sends files, and who calls for them."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from documents.models import Document
    from tests.documents.resumable.site import Caller


@pytest.fixture
def site() -> Iterator[None]:
    from documents.uploads import partial  # needs Django
    from tests.documents.resumable.site import serving  # as above

    with serving():
        yield
    shutil.rmtree(partial.path_of(partial.FOLDER), ignore_errors=True)


@pytest.fixture
def document(site: None) -> "Document":
    from tests.documents.factories import outlined_document  # as above
    from tests.documents.test_views import student_with_consent  # as above

    return outlined_document(owner=student_with_consent())


@pytest.fixture
def caller(document: "Document") -> "Caller":
    from tests.documents.resumable.site import Caller  # as above

    return Caller(document)
