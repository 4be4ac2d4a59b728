from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformConfig(AppConfig):
    name = "tesigo.platform"
    label = "platform"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from tesigo.platform import alert_mail, alert_telegram, duty, own_conditions, readiness, removals, workers
        from tesigo.platform.backup import runs

        for kind in (alert_mail.ALERTS, alert_telegram.TELEGRAMS, removals.REMOVALS, runs.BACKUPS):
            duty.register(kind)
        own_conditions.register()
        readiness.register_own()
        workers.listen()
