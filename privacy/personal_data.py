"""What this app holds about people. Consents prove what was allowed and stay as long as the account does."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from privacy import registry
from privacy.registry import DUTY, Holds, PersonalData, Retention


def register() -> None:
    """Declares the fields of consents and of the audit trail, which holds ids only and is never cut."""
    registry.register(
        PersonalData(
            app="privacy",
            fields={
                "Consent": {
                    "id": Holds.PLAIN,
                    "user": Holds.LINK,
                    "kind": Holds.PERSONAL,
                    "granted": Holds.PERSONAL,
                    "answer": Holds.PERSONAL,
                    "policy_version": Holds.PLAIN,
                    "ip": Holds.PERSONAL,
                    "user_agent": Holds.PERSONAL,
                    "created_at": Holds.PLAIN,
                },
                "AuditEvent": {
                    "id": Holds.PLAIN,
                    "at": Holds.PLAIN,
                    "actor_id": Holds.LINK,
                    "action": Holds.PLAIN,
                    "object_type": Holds.PLAIN,
                    "object_id": Holds.LINK,
                    "details": Holds.PLAIN,
                    "correlation_id": Holds.PLAIN,
                    "seal": Holds.PLAIN,
                    "digest": Holds.PLAIN,
                },
            },
        )
    )
    # The ground floor knows no app, so its tables are declared here.
    registry.register(
        PersonalData(
            app="platform",
            fields={
                "Alert": {
                    "id": Holds.PLAIN,
                    "key": Holds.PLAIN,
                    "subject": Holds.PLAIN,
                    "text": Holds.PLAIN,
                    "cool_down": Holds.PLAIN,
                    "created_at": Holds.PLAIN,
                    "sent_at": Holds.PLAIN,
                    **DUTY,
                },
                "Removal": {"id": Holds.PLAIN, "stored_as": Holds.PLAIN, "created_at": Holds.PLAIN, **DUTY},
            },
            retention=(Retention("platform.Alert", _("Alerts that were sent"), timedelta(days=90), since="sent_at"),),
        )
    )
