"""What every test may use: real PostgreSQL, real Redis, the sandbox. See `environment.py` for what is behind it."""

import gc
import os
import shutil
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests import environment

# Until all is loaded, see `pytest_collection`.
gc.disable()
# Before pytest-django looks for settings, which need all of it.
environment.prepare()

import pytest  # noqa: E402  # needs the environment
import redis  # noqa: E402  # as above
from django.conf import settings  # noqa: E402  # as above
from django.contrib.auth.hashers import ScryptPasswordHasher  # noqa: E402  # as above

from tests.speed import commits, is_slow, is_slow_place  # noqa: E402  # as above

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

    from sandbox.testing import Running


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Loads the settings; pytest-django sets Django up in the same hook, after us, once it finds them loaded.

    Not in a process that only hands tests to its workers, unless coverage is measured: workers measure only what comes
    after they have loaded everything.
    """
    if config.getoption("numprocesses", None) and not config.getoption("cov_source", None):
        return
    # dj-stripe's forms, at every start.
    warnings.filterwarnings("ignore", message="The default scheme will be changed")
    _ = settings.DATABASES
    # The same hash, but not slow on purpose. Processes that tests start keep the cost of the site.
    ScryptPasswordHasher.work_factor = 2
    from hypothesis import HealthCheck
    from hypothesis import settings as examples

    # How long an example takes says how busy the machine is.
    examples.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    examples.load_profile("busy")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before workers are started: by this name they would load the settings ahead of an environment of their own."""
    if session.config.getoption("numprocesses", None):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Looks for no garbage in what is loaded, neither meanwhile nor afterwards: it stays, and looking takes seconds."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Does not load what `make quick` would leave out."""
    is_left_out = config.getoption("markexpr") == "not slow" and is_slow_place(collection_path, config.rootpath)
    return True if is_left_out else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is slow, for `make quick`."""
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """A database of this process's own, copied from the migrated template; dropped at the end."""
    from django.test import TransactionTestCase

    environment.create_database()
    # Django's own way empties all tables, and then asks for each model whether its rights are there.
    TransactionTestCase._fixture_teardown = lambda _self: environment.restore_database()  # type: ignore[attr-defined]
    yield
    with django_db_blocker.unblock():
        environment.drop_database()


@pytest.fixture(scope="module")
def shared_rows(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: "DjangoDbBlocker"
) -> Iterator[None]:
    """Rows that fixtures of a module make once: each of its tests finds them as they were made.

    A transaction around those of the tests holds them, so that no test of the module may commit.
    """
    from django.db import transaction

    assert not any(commits(item) for item in request.session.items if item.path == request.path)
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def _redis_client() -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client


@pytest.fixture(autouse=True)
def clean_redis(_redis_client: "redis.Redis") -> None:
    """Each test begins with an empty Redis that nobody takes for away.

    A folder whose tests share running processes overrides this.
    """
    from tesigo.platform.enqueue import outbox  # needs Django
    from tesigo.platform.shared_redis import breaker

    outbox.flush(seconds=5)  # what the test before has left on its way
    _redis_client.flushdb()
    # On a busy machine an answer may have been late in the test before; for seconds nothing would be asked.
    breaker(settings.REDIS_URL).forget()


@pytest.fixture(scope="module", autouse=True)
def clean_storage() -> Iterator[None]:
    """What tests of a module have stored is gone after it: an erasure looks into every file, and into PDFs in a child.

    A folder whose tests share running processes overrides this.
    """
    yield
    shutil.rmtree(os.environ["MEDIA_ROOT"], ignore_errors=True)


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator["Running"]:
    """The outside world in a thread, at the addresses that the settings name.

    For a module only: folders that run the whole site as processes start a sandbox of their own there.
    """
    from sandbox.testing import run_in_thread

    with run_in_thread(
        port=int(os.environ["SANDBOX_PORT"]),
        smtp_port=int(os.environ["SANDBOX_SMTP_PORT"]),
        webhook_secret=os.environ["STRIPE_WEBHOOK_SECRET"],
    ) as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: "Running") -> Iterator["Running"]:
    """The outside world as new, and left so."""
    running_sandbox.control.reset()
    yield running_sandbox
    running_sandbox.control.reset()
