"""What runs here, for whoever compares figures before and after an update (R-111)."""

import platform
from collections.abc import Iterable

import django
from prometheus_client.core import Metric

from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import family
from tesigo.version import VERSION

build = family("build_info", "Always 1; its labels say which versions run.", "version", "python", "django")


def versions() -> Iterable[Metric]:
    """One value under the versions."""
    yield build.values([([VERSION, platform.python_version(), django.get_version()], 1.0)])


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("build", versions, asks_database=False)
