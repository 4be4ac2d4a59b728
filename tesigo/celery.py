"""Celery carries nudges; the truth about work is in PostgreSQL (R-40)."""

import gc
import os
from functools import cache
from typing import Any, Final

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, worker_before_create_process, worker_init

from tesigo.platform.processes import give_way

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tesigo.settings")

#: Of workers, and of all that they start.
_NICENESS: Final = 3

app = Celery("tesigo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "nudge-lost-work": {"task": "generation.tasks.nudge_lost_work", "schedule": 5.0, "options": {"expires": 5}},
    "tidy-generation": {"task": "generation.tasks.tidy", "schedule": 600.0, "options": {"expires": 600}},
    # Hourly: it looks itself whether this night's check was made, and a night without workers is caught up.
    "check-models": {
        "task": "generation.tasks.check_models",
        "schedule": crontab(minute=23),
        "options": {"expires": 3_500},
    },
    "settle-open-payments": {
        "task": "billing.tasks.settle_open_payments",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "reconcile": {"task": "billing.tasks.reconcile_yesterday", "schedule": crontab(hour=2, minute=41)},
    "seal-audit": {"task": "privacy.tasks.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
    "nudge-due": {"task": "tesigo.tasks.nudge_due", "schedule": 15.0, "options": {"expires": 15}},
    "read-bounce-mailbox": {
        "task": "accounts.tasks.read_bounce_mailbox",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "tidy-arrivals": {"task": "documents.tasks.tidy_arrivals", "schedule": 3600.0, "options": {"expires": 3600}},
    "tell-of-comments": {
        "task": "documents.tasks.tell_of_comments",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # Before the rules are applied: whoever is due to be told is told first.
    "tell-inactive": {"task": "accounts.tasks.tell_inactive", "schedule": crontab(hour=2, minute=53)},
    # Hourly: which one the night asks for is looked up, and a night on which nothing ran is caught up.
    "ask-backup": {"task": "tesigo.tasks.ask_backup", "schedule": crontab(minute=0), "options": {"expires": 3_500}},
    "ask-file-backup": {
        "task": "tesigo.tasks.ask_file_backup",
        "schedule": crontab(minute=30),
        "options": {"expires": 3_500},
    },
    "ask-drill": {"task": "tesigo.tasks.ask_drill", "schedule": crontab(minute=11), "options": {"expires": 3_500}},
    "ship-wal": {"task": "tesigo.tasks.ship_wal", "schedule": 300.0, "options": {"expires": 300}},
    "watch-backups": {"task": "tesigo.tasks.watch_backups", "schedule": 600.0, "options": {"expires": 600}},
    "prune-backups": {
        "task": "tesigo.tasks.prune_backups",
        "schedule": crontab(hour=4, minute=7),
        "options": {"expires": 40_000},
    },
    "apply-retention": {"task": "privacy.tasks.apply_retention", "schedule": crontab(hour=3, minute=17)},
}


@worker_before_create_process.connect(dispatch_uid="share memory")
def share_memory(**_: object) -> None:
    """Has children share what each of them would load for itself, in the parent just before it forks the first one.

    What is frozen is left alone by the garbage collector, whose marks would copy every page it looks at. Children that
    come later share the same: frozen again, what the parent has under way at that moment would never be freed.
    """
    _load_and_freeze()


@cache
def _load_and_freeze() -> None:
    from generation.ai import providers  # the site imports this module, too, and never calls a model

    providers.load()
    gc.collect()
    gc.freeze()


@worker_init.connect(dispatch_uid="give way")
def _give_way(**_: object) -> None:
    """Pages go first where a machine has both: nobody waits for a job as they wait for a click.

    A little: beside other users' work a document would come to a standstill.
    """
    give_way(_NICENESS)


@worker_init.connect(dispatch_uid="share layout")
def _share_layout(**_: object) -> None:
    """The children that lay out are forked from one process, which begins with the first document."""
    import typesetting  # the site sets receipts only, in another way

    typesetting.share()


@worker_init.connect
@beat_init.connect
def _tell_metrics(**_: Any) -> None:
    """Where a machine has no web server that tells of all its processes, the worker or beat does."""
    from django.conf import settings

    from tesigo.platform.metrics import port

    # What the database knows is told by web servers: a pool's parent must hold no connection when it forks.
    port.serve(settings.METRICS_WORKER_PORT, with_readings=False)
