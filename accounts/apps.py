from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import api_schema, personal_data, receivers, staff_trail  # noqa: F401  # connect themselves
        from accounts.domain import mail, mail_events
        from tesigo.platform import duty

        personal_data.register()
        duty.register(mail.MAILS)
        duty.register(mail_events.EVENTS)
