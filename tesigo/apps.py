from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class TesigoConfig(AppConfig):
    name = "tesigo"
    verbose_name = "TesiGo"

    def ready(self) -> None:
        from tesigo import checks, metrics, watch  # noqa: F401  # registers the system checks, listens for beat
        from tesigo.celery import app

        metrics.register()

        # Celery's current app is kept for each thread; requests run in threads that never saw ours.
        app.set_default()


class AdminConfig(DjangoAdminConfig):
    default_site = "tesigo.admin.AdminSite"

    def ready(self) -> None:
        """All pages of the administration but those for schedules."""
        super().ready()
        # When tasks run stands in tesigo.celery and is put back at each start; the pages' scripts break our policy.
        for schedule in apps.get_app_config("django_celery_beat").get_models():
            if admin.site.is_registered(schedule):
                admin.site.unregister(schedule)
