from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class TesigoConfig(AppConfig):
    name = "tesigo"
    verbose_name = "TesiGo"

    def ready(self) -> None:
        from tesigo import checks  # noqa: F401  # registers the system checks
        from tesigo.celery import app

        # Celery's current app is kept for each thread; requests run in threads that never saw ours.
        app.set_default()


class AdminConfig(DjangoAdminConfig):
    default_site = "tesigo.admin.AdminSite"
