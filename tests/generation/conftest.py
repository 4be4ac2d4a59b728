"""A sandbox at the addresses that the settings name, and work that is ready to be done."""

import os
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps

from sandbox.client import Control
from sandbox.testing import run_in_thread


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Control]:
    """The outside world, in a thread of this process."""
    ports = {"port": int(os.environ["SANDBOX_PORT"]), "smtp_port": int(os.environ["SANDBOX_SMTP_PORT"])}
    with run_in_thread(**ports) as running:
        yield running.control


@pytest.fixture
def control(sandbox: Control) -> Control:
    """The sandbox's control endpoint; everything ordered by an earlier test is forgotten."""
    from generation.ai import keys  # not before Django is set up

    sandbox.reset()
    keys.forget()
    return sandbox


@pytest.fixture
def committed(transactional_db: None) -> None:
    """A database in which everything is committed, as workers see it, with the rows that migrations bring."""
    for module, model in (
        ("generation.migrations.0003_first_models", "generation.AIModel"),
        ("billing.migrations.0002_first_price_list", "billing.PriceList"),
    ):
        if not apps.get_model(model).objects.exists():
            import_module(module).Migration.operations[0].code(apps, None)
