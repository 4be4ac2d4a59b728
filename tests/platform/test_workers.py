"""Workers leave a sign of their work, seldom and never at the cost of it (R-112)."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tesigo.platform import workers
from tesigo.platform.models import Worker
from tesigo.platform.paths import ROOT
from tesigo.tasks import nudge_due
from tesigo.version import VERSION

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()


@pytest.fixture(autouse=True)
def first_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_next_sign", 0.0)


def test_one_row_for_a_worker_says_its_version_and_when_it_worked_last() -> None:
    workers.note(node="celery@one", now=NOW)
    workers.note(node="celery@one", now=NOW + timedelta(minutes=1))
    workers.note(node="celery@two", now=NOW)
    assert list(Worker.objects.values_list("node", "version", "worked_at")) == [
        ("celery@one", VERSION, NOW + timedelta(minutes=1)),
        ("celery@two", VERSION, NOW),
    ]
    assert [one.node for one in workers.present(now=NOW + workers.SILENT_AFTER)] == ["celery@one"]


def test_a_sign_that_is_fresh_is_not_written_again_by_another_child() -> None:
    workers.note(node="celery@one", now=NOW)
    workers.note(node="celery@one", now=NOW + timedelta(seconds=1))
    assert Worker.objects.get().worked_at == NOW


def test_workers_of_long_ago_are_forgotten_when_a_new_one_comes() -> None:
    workers.note(node="celery@old", now=NOW - 2 * workers.FORGET_AFTER)
    workers.note(node="celery@new", now=NOW)
    assert [one.node for one in Worker.objects.all()] == ["celery@new"]


def test_within_a_process_a_second_sign_costs_nothing() -> None:
    workers.still_working(node="celery@one")
    with connection.execute_wrapper(lambda *_: pytest.fail("the database was asked")):
        workers.still_working(node="celery@one")
    assert Worker.objects.count() == 1


def test_outside_of_a_worker_no_sign_is_due() -> None:
    assert workers.sign_due() is None
    nudge_due.apply()
    assert not Worker.objects.exists()


def test_a_sign_that_cannot_be_left_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE platform_worker RENAME TO away")
    try:
        workers.still_working(node="celery@one")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO platform_worker")
    assert "no sign of work was left" in caplog.text


def test_within_a_transaction_its_connection_stays() -> None:
    with transaction.atomic():
        workers.still_working(node="celery@one")
        assert Worker.objects.count() == 1


def test_a_real_worker_leaves_its_sign_with_the_first_task() -> None:
    from tesigo.celery import app

    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "tesigo",
        "worker",
        "--concurrency=1",
        "-n",
        "seen@here",
    ]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            app.send_task("tesigo.tasks.nudge_due")
            deadline = time.monotonic() + 90
            while not Worker.objects.filter(node="seen@here").exists():
                assert time.monotonic() < deadline, "no sign of the worker"
                assert run.poll() is None
                time.sleep(0.2)
        finally:
            run.kill()
    assert Worker.objects.get().version == VERSION
