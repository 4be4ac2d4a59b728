"""A sandbox at the addresses that the settings name, and a database as workers see it."""

import pytest

from sandbox.client import Control
from sandbox.testing import Running


@pytest.fixture
def control(sandbox: Running) -> Control:
    """The sandbox's control endpoint, with no key set aside by an earlier test."""
    from generation.ai import keys  # not before Django is set up

    keys.forget()
    return sandbox.control


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Everything is committed, for drains work in threads and processes of their own."""
