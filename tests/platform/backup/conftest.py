"""What tests of backups share: operators' keys, made once a run."""

from collections.abc import Iterator

import pytest

from tesigo.platform.backup import gpg
from tesigo.platform.backup.gpg import Recipients
from tests.platform.backup.keys import Operator, operator


@pytest.fixture(scope="session")
def _keys() -> Iterator[tuple[Operator, Operator]]:
    with gpg.short_home() as one, gpg.short_home() as two:
        yield operator(one), operator(two, "stranger")


@pytest.fixture(scope="session")
def the_operator(_keys: tuple[Operator, Operator]) -> Operator:
    """Whom backups are encrypted to."""
    return _keys[0]


@pytest.fixture(scope="session")
def stranger(_keys: tuple[Operator, Operator]) -> Operator:
    """Somebody else with a key."""
    return _keys[1]


@pytest.fixture
def to_operator(the_operator: Operator) -> Iterator[Recipients]:
    """The operator's public key, ready for use."""
    with gpg.recipients(the_operator.public) as found:
        yield found
