from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        from privacy import personal_data
        from privacy.domain import exports
        from tesigo.platform import duty

        personal_data.register()
        duty.register(exports.EXPORTS)
