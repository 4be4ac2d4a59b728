"""One primary for all tests of a module: starting a server takes seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tesigo.platform.processes import free_port
from tests.platform.backup_restoring.primary import Primary


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Primary]:
    server = Primary(tmp_path_factory.mktemp("primary"), free_port(), "a-password-of-a-test")
    server.begin()
    yield server
    server.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a copy lives."""
    place = tmp_path / "copy"
    place.mkdir()
    return place
