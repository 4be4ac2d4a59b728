from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformConfig(AppConfig):
    name = "tesigo.platform"
    label = "platform"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from tesigo.platform import alert_mail, duty, removals
        from tesigo.platform.backup import runs

        for kind in (alert_mail.ALERTS, removals.REMOVALS, runs.BACKUPS):
            duty.register(kind)
