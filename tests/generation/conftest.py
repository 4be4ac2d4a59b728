"""A sandbox at the addresses that the settings name, and a database as workers see it."""

import socket
from collections.abc import Iterator

import pytest
import redis

from sandbox.client import Control
from sandbox.testing import Running


@pytest.fixture
def control(sandbox: Running) -> Control:
    """The sandbox's control endpoint, with nothing known of keys from an earlier test, whose Redis is gone too."""
    # Not before Django is set up.
    from generation.ai import breaker, key_limits, keys

    for one in (breaker, key_limits, keys):
        one.forget()
    return sandbox.control


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Everything is committed, for drains work in threads and processes of their own."""


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def redis_client(_redis_client: redis.Redis) -> redis.Redis:
    """What the processes share, as somebody sees it who looks into it."""
    return _redis_client
