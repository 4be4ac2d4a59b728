"""Fixtures of the writing room; what they make is in `making`."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from documents.models import Document, Section, Source


@pytest.fixture
def student(db: None) -> "User":
    from tests.documents.test_views import student_with_consent

    return student_with_consent()


@pytest.fixture
def browser(student: "User", client: "Client") -> "Client":
    client.force_login(student)
    return client


@pytest.fixture
def document(student: "User") -> "Document":
    from tests.generation.editing.making import finished_document

    return finished_document(student)


@pytest.fixture
def source(document: "Document") -> "Source":
    from tests.generation.editing.making import source_of_lamps

    return source_of_lamps(document)


@pytest.fixture
def section(document: "Document", source: "Source") -> "Section":
    from tests.generation.editing.making import written_section

    return written_section(document, source.passages.get(page=1))
