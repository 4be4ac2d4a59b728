"""A sandbox at the addresses that the settings name, and a database as workers see it."""

import pytest

from sandbox.client import Control
from sandbox.testing import Running


@pytest.fixture
def control(sandbox: Running) -> Control:
    """The sandbox's control endpoint, with nothing known of keys from an earlier test, whose Redis is gone too."""
    # Not before Django is set up.
    from generation.ai import breaker, keys, limits, shared
    from tesigo.platform import alerts

    for one in (alerts, breaker, keys, limits, shared):
        one.forget()
    return sandbox.control


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Everything is committed, for drains work in threads and processes of their own."""
