"""An outlined document of the student."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from accounts.models import User
    from documents.models import Document


@pytest.fixture
def document(student: "User") -> "Document":
    from tests.documents.factories import outlined_document  # needs Django

    return outlined_document(owner=student)
