"""A student with an outlined document, and their browser."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User
    from documents.models import Document


@pytest.fixture
def student() -> "User":
    from tests.documents.test_views import student_with_consent  # needs Django

    return student_with_consent()


@pytest.fixture
def document(student: "User") -> "Document":
    from tests.documents.factories import outlined_document  # as above

    return outlined_document(owner=student)


@pytest.fixture
def browser(student: "User", client: Client) -> Client:
    client.force_login(student)
    return client
