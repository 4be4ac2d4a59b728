"""The same sandbox as in the tests of generation; here the workers are real processes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.generation.conftest import committed, control

if TYPE_CHECKING:
    from tests.faults.watching import Watch

__all__ = ["committed", "control"]


@pytest.fixture
def watch(committed: None) -> "Iterator[Watch]":
    """What the database saw of commits during the test."""
    from tests.faults.watching import watching  # not before Django is set up

    with watching() as seen:
        yield seen
