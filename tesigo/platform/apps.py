from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PlatformConfig(AppConfig):
    name = "tesigo.platform"
    label = "platform"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from tesigo.platform import (
            alert_mail,
            alert_telegram,
            debug_panel,  # noqa: F401  # registers its check
            duty,
            own_conditions,
            readiness,
            removals,
            task_trail,  # noqa: F401  # hears of tasks
            workers,
        )
        from tesigo.platform.backup import runs
        from tesigo.platform.models import BackupKind

        for kind in (alert_mail.ALERTS, alert_telegram.TELEGRAMS, removals.REMOVALS, runs.BACKUPS):
            duty.register(kind)
        for backup in (BackupKind.FULL, BackupKind.INCREMENTAL, BackupKind.FILES):
            runs.register(backup, f"tesigo.platform.backup.makers.{backup.value}")
        runs.register(BackupKind.DRILL, "tesigo.platform.backup.drill.for_run")
        own_conditions.register()
        readiness.register_own()
        workers.listen()
        self._measure()
        if settings.TRACING:
            from tesigo.platform import tracing

            tracing.switch_on()
        if settings.SENTRY_DSN:
            from tesigo.platform import error_reports

            error_reports.switch_on()

    def _measure(self) -> None:
        from tesigo.platform.metrics import backups, breakers, duties, files, host, servers, tasks  # noqa: F401

        # Before anything has a value: what is counted earlier is this process's own, and nobody is told of it.
        if settings.METRICS_ARE_TOLD:
            files.begin(Path(settings.METRICS_DIR))
        servers.register()
        backups.register()
        host.register()
        duties.register()
        breakers.listen()
