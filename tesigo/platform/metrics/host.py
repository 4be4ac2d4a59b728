"""The machine that a web server runs on, its disks, and the certificate that browsers are shown (R-113)."""

import time
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.utils import timezone
from prometheus_client.core import Metric

from tesigo.platform import certificate, machine, workers
from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import family

_CERTIFICATE_EVERY_SECONDS: Final = 600.0

memory_used = family("memory_used_bytes", "Memory in use, of the tightest limit that holds for the web server.")
memory_limit = family("memory_limit_bytes", "That limit: of the control group or the machine.")
disk_free = family("disk_free_bytes", "Free bytes of a file system that we write to, by what lies there first.", "disk")
disk_size = family("disk_size_bytes", "Size of that file system.", "disk")
worker_nodes = family("workers", "Celery workers that worked on something within the last two minutes.")
certificate_ends = family(
    "certificate_expires_timestamp_seconds", "When the certificate that browsers are shown ends; 0 where it is broken."
)


def host() -> Iterable[Metric]:
    """Memory and disks."""
    memory = machine.memory()
    yield memory_used.value(memory.used)
    yield memory_limit.value(memory.limit)
    disks = machine.disks()
    yield disk_free.values([([disk.names[0]], disk.free) for disk in disks])
    yield disk_size.values([([disk.names[0]], disk.total) for disk in disks])


def present_workers() -> Iterable[Metric]:
    """How many workers are there: one question."""
    yield worker_nodes.value(len(workers.present(now=timezone.now())))


class CertificateReading:
    """The certificate, looked at every ten minutes; a site without https has none."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._ends: float | None = None

    def __call__(self) -> Iterable[Metric]:
        """Raises OSError where nobody answers."""
        if time.monotonic() - self._looked_at > _CERTIFICATE_EVERY_SECONDS:
            found = certificate.look(settings.SITE_URL)
            self._ends = None if found is None else found.good_until.timestamp() if found.good_until else 0.0
            self._looked_at = time.monotonic()
        yield certificate_ends.values([] if self._ends is None else [((), self._ends)])


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("host", host, asks_database=False)
    collectors.register("workers", present_workers)
    # Last: it may take seconds where a name server does not answer.
    collectors.register("certificate", CertificateReading(), asks_database=False)
