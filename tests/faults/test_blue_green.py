"""A new version takes the place of the one that serves, or does not, and nothing is lost (R-130)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from sandbox.client import Control
from tesigo.platform.paths import ROOT
from tests.faults.blue_green import Server, drill, wait_for_page
from tests.faults.promises import assert_promises_kept, ordered, wait_for_end
from tests.faults.watching import watching
from tests.faults.workers import wait_until, worker

pytestmark = pytest.mark.faults


@pytest.fixture
def server(committed: None, control: Control, tmp_path: Path) -> Iterator[Server]:
    """Blue serves this tree, green is to; between them stands nginx."""
    environ = os.environ | {"TRUSTED_PROXY_COUNT": "1"}
    running = Server(tmp_path, blue=ROOT, green=ROOT, environ=environ, migrates=False)
    try:
        running.start()
        wait_for_page(environ["SITE_URL"])
        yield running
    finally:
        running.stop()


def test_a_change_of_versions_loses_nothing_and_one_that_is_not_ready_is_taken_back(
    server: Server, control: Control
) -> None:
    seen = drill(server, control, documents=2, clients=5, say=print)
    assert seen["lines closed by 1012"] >= 5
    assert server.state() == {"live": "green", "new": "", "step": ""}
    assert (server.runs("web-blue"), server.runs("worker-blue"), server.runs("web-green")) == (False, False, True)
    # Blue as a version whose files cannot be kept: it starts, and is never ready.
    server.redefine_web("blue", MEDIA_ROOT="/proc/nowhere")
    quick = (server.home / "blue_green.toml").read_text().replace("ready_seconds = 60", "ready_seconds = 15")
    (server.home / "blue_green.toml").write_text(quick)
    ended = server.deploy()
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "was not ready within 15 s" in ended.stdout
    assert "Rolled back: green serves, as before; blue was stopped." in ended.stdout
    assert server.state() == {"live": "green", "new": "", "step": ""}
    assert (server.runs("web-blue"), server.runs("web-green"), server.runs("worker-green")) == (False, True, True)
    wait_for_page(server.environ["SITE_URL"])


def test_a_nudge_that_no_version_knows_loses_no_work(committed: None, control: Control, tmp_path: Path) -> None:
    """A worker throws away what it cannot read (Celery does): beat finds the row, whose truth is in the database."""
    with watching() as watch, worker(tmp_path / "worker.log") as running:
        for name, words in (("generation.tasks.of_tomorrow", [1]), ("generation.tasks.drain", [1, 2, 3, 4])):
            current_app.send_task(name, words)
        document = ordered()
        wait_for_end(document)
        assert_promises_kept(document, watch)
        wait_until(lambda: "unregistered task" in running.log.read_text(), "it was not thrown away", seconds=20)
