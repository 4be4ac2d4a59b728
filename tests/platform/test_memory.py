"""What a process loads and never uses is paid for by every server (figures: docs/benchmarks.md)."""

import os
import subprocess
import sys

import pytest

from generation.ai import catalogue
from generation.enums import Provider

#: Of the site and of beat; a worker's parent loads the first two for its children.
NEVER_CALLED = (
    "openai",
    "anthropic",
    "boto3",
    "paramiko",
    "sentry_sdk",
    "opentelemetry.sdk.trace",
    "weasyprint",
    "locust",
)


def loaded_by(program: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{program}\nimport sys; print(*sys.modules)"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tesigo.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    "program",
    ["import tesigo.asgi", "import tesigo.celery; tesigo.celery.app.loader.import_default_modules()"],
    ids=["site", "beat"],
)
def test_a_process_that_calls_no_model_loads_no_sdk(program: str) -> None:
    loaded = loaded_by(f"import django; django.setup()\n{program}")
    assert "django" in loaded
    assert loaded.isdisjoint(NEVER_CALLED)


def test_the_supervisor_loads_no_django() -> None:
    loaded = loaded_by("import local.up")
    assert "local.supervisor" in loaded
    assert "django" not in loaded


def test_what_is_frozen_is_loaded_before_a_worker_forks() -> None:
    program = (
        "import django; django.setup()\nimport gc, tesigo.celery as c; c.share_memory(); assert gc.get_freeze_count()"
    )
    assert {"openai", "anthropic"} <= loaded_by(program)


def test_what_a_parent_holds_when_it_forks_again_is_freed_afterwards() -> None:
    """A worker scales its children up and down all day."""
    loaded_by(
        "import django; django.setup()\nimport gc, weakref, tesigo.celery as c; c.share_memory()\n"
        "class Task: pass\n"
        "frozen = gc.get_freeze_count(); task = Task(); task.myself = task; seen = weakref.ref(task)\n"
        "c.share_memory(); assert gc.get_freeze_count() <= frozen\n"
        "del task; gc.collect(); assert seen() is None"
    )


def test_ends_of_models_are_read_without_the_sdk() -> None:
    """The same table as the SDK's own, which the tests may import."""
    from anthropic.resources.messages.messages import DEPRECATED_MODELS

    found = {name: catalogue.end_in_sdk(Provider.ANTHROPIC, name) for name in DEPRECATED_MODELS}
    assert found
    assert all(found.values())


@pytest.mark.parametrize(
    "source", ["", "DEPRECATED_MODELS = build()", "DEPRECATED_MODELS = {name: day()}", "A = {'a': 1}"]
)
def test_another_table_says_nothing(source: str) -> None:
    assert catalogue.read_anthropic_table(source) == {}
