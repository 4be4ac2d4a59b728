"""A finished document of a student's, and a link to it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from accounts.models import User
    from documents.models import Document, ReviewLink, Section


@pytest.fixture
def document(student: "User") -> "Document":
    from tests.documents.comments.making import finished_document

    return finished_document(student)


@pytest.fixture
def section(document: "Document") -> "Section":
    from tests.documents.comments.making import section_of

    return section_of(document)


@pytest.fixture
def opened(document: "Document") -> "tuple[ReviewLink, str]":
    from tests.documents.comments.making import open_link

    return open_link(document)


@pytest.fixture
def link(opened: "tuple[ReviewLink, str]") -> "ReviewLink":
    return opened[0]


@pytest.fixture
def token(opened: "tuple[ReviewLink, str]") -> str:
    return opened[1]
