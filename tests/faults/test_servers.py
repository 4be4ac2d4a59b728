"""Redis comes back empty, PostgreSQL is away for a while: the job goes on by itself (R-12, R-115)."""

import time
from collections.abc import Iterator

import pytest

from documents.models import Document
from generation.enums import Outcome
from generation.models import Attempt
from sandbox.client import Control
from tests.faults.own_servers import OwnServers, speaking_to
from tests.faults.promises import assert_promises_kept, ordered, wait_for_end
from tests.faults.watching import watching
from tests.faults.workers import beat, wait_until, worker

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

SECONDS_AWAY = 5.0


@pytest.fixture(scope="module")
def servers(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServers]:
    """Servers of this module's own, with a worker on them and a beat that nudges: nobody helps from here."""
    folder = tmp_path_factory.mktemp("servers")
    own = OwnServers(folder)
    with worker(folder / "worker.log", environ=own.urls), beat(folder / "beat.log", environ=own.urls):
        yield own
    own.stop()


@pytest.fixture(autouse=True)
def own_database(servers: OwnServers, committed: None) -> Iterator[None]:
    """What the test writes and reads is there, too."""
    with speaking_to(servers.urls["DATABASE_URL"]):
        yield


def in_the_middle_of_writing(control: Control) -> Document:
    """An order in the hands of the worker, waiting for its answers."""
    control.fault("ai", "delay", seconds=3, match="The section to write", times=2)
    document = ordered()
    waiting = Attempt.objects.filter(job__document=document, purpose="write", outcome=Outcome.INTENT)
    wait_until(lambda: waiting.count() == 2, "nobody began to write")
    return document


def test_an_empty_redis_costs_no_more_than_a_nudge(servers: OwnServers, control: Control) -> None:
    with watching() as watch:
        first = in_the_middle_of_writing(control)
        servers.empty_redis()
        # Nobody is told of this one but by beat, through what is there now.
        second = ordered()
        wait_for_end(first, second, nudged=False)
        assert_promises_kept(first, watch)
        assert_promises_kept(second, watch)


def test_postgresql_may_be_away_for_seconds(servers: OwnServers, control: Control) -> None:
    with watching() as watch:
        document = in_the_middle_of_writing(control)
        servers.kill_postgres()
        time.sleep(SECONDS_AWAY)  # the outage itself, not a wait for something
        servers.start_postgres()
        wait_for_end(document, nudged=False)
        assert_promises_kept(document, watch)
