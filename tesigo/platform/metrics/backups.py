"""How the newest backups of each kind went, and the newest drill (R-120, R-121)."""

from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps
from prometheus_client.core import Metric

from tesigo.platform.metrics import collectors
from tesigo.platform.metrics.definitions import family

_ENDED: Final = ("succeeded", "failed")

last_good = family(
    "backup_last_success_timestamp_seconds", "When the newest backup of a kind ended well (drill: a drill).", "kind"
)
last_state = family(
    "backup_last_state", "1 for how the newest backup or drill of a kind ended (succeeded, failed), else 0.",
    "kind", "state",
)  # fmt: skip
size = family("backup_size_bytes", "Size of the newest good backup of a kind, as sent.", "kind")
size_before = family("backup_previous_size_bytes", "Size of the good backup of the same kind before it.", "kind")


def backups() -> Iterable[Metric]:
    """Three small questions for each kind, by the index of the newest."""
    model: Any = apps.get_model("platform", "BackupRun")
    runs = model._default_manager
    ended, states, sizes, before = [], [], [], []
    for kind in model._meta.get_field("kind").flatchoices:
        of_kind = runs.filter(kind=kind[0])
        good = list(of_kind.filter(state="succeeded").order_by("-ended_at").values_list("ended_at", "size_bytes")[:2])
        newest = of_kind.filter(state__in=_ENDED).order_by("-ended_at").values_list("state", flat=True).first()
        labels = [kind[0]]
        if newest:
            states += [([*labels, state], float(state == newest)) for state in _ENDED]
        if good and good[0][0]:
            ended.append((labels, good[0][0].timestamp()))
        if good and good[0][1] is not None:
            sizes.append((labels, float(good[0][1])))
        if len(good) > 1 and good[1][1] is not None:
            before.append((labels, float(good[1][1])))
    yield last_good.values(ended)
    yield last_state.values(states)
    yield size.values(sizes)
    yield size_before.values(before)


def register() -> None:
    """Has them read at each scrape."""
    collectors.register("backups", backups)
