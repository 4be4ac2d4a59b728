"""A student, the browser in which they are signed in, and their program."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User
    from tests.api.calling import Program


@pytest.fixture
def student() -> "User":
    from tests.documents.test_views import student_with_consent  # needs Django

    return student_with_consent()


@pytest.fixture
def browser(student: "User", client: Client) -> Client:
    client.force_login(student)
    return client


@pytest.fixture
def program(student: "User") -> "Program":
    from tests.api.calling import program_of  # as above

    return program_of(student)
