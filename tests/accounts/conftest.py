"""Signing in against a real inbox: mails leave by SMTP and are read in the sandbox."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sandbox.testing import Running

if TYPE_CHECKING:  # pytest reads this before Django is set up
    from pytest_django import Settings

    from tests.accounts.journey import Post


@pytest.fixture
def sandbox(running_sandbox: Running, settings: "Settings") -> Iterator[Running]:
    """The sandbox as new; mails really leave (pytest-django would keep them in memory)."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    running_sandbox.control.reset()
    yield running_sandbox
    running_sandbox.control.reset()


@pytest.fixture
def post(sandbox: Running, db: None) -> "Post":
    """Sends what waits and reads what arrived."""
    from tests.accounts.journey import Post

    return Post(sandbox)
