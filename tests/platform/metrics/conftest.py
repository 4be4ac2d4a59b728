"""A site that tells its metrics, in this process: its values in files of the test's own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import values

from tesigo.platform import cache
from tesigo.platform.metrics import definitions, files
from tesigo.platform.metrics.collectors import readings


def forget() -> None:
    """As in a new process: nothing was counted."""
    for metric in definitions.counted:
        metric.clear()
    cache._counted.cache_clear()
    files._identity._forget()
    readings.forget()


@pytest.fixture
def told(tmp_path: Path, settings: Any) -> Iterator[str]:
    """Metrics are told, for this token."""
    settings.METRICS_TOKEN = "a-token-for-metrics-0123456789abcdef"
    settings.METRICS_DIR = str(tmp_path / "metrics")
    forget()
    files.begin(Path(settings.METRICS_DIR))
    yield settings.METRICS_TOKEN
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR")
    values.ValueClass = values.MutexValue
    forget()
