"""What this app holds about people, and for how long (R-73)."""

from accounts import rules
from privacy import registry
from privacy.registry import DUTY, Holds, PersonalData


def register() -> None:
    """Declares users, devices, sign-in requests and mails, and the rows that sessions and django-axes keep for us."""
    registry.register(
        PersonalData(
            app="accounts",
            fields={
                "User": _USER,
                "StaffAccess": {
                    "id": Holds.PLAIN,
                    "user": Holds.LINK,
                    "first_password_until": Holds.PLAIN,
                    "wrong_codes": Holds.PLAIN,
                    "wrong_since": Holds.PLAIN,
                },
                "Device": _DEVICE,
                "SignInRequest": _SIGNIN,
                "FormerAddress": _FORMER_ADDRESS,
                "Mail": _MAIL,
                "MailStop": _MAIL_STOP,
                "MailEvent": _MAIL_EVENT,
                "DailyUse": dict.fromkeys(("id", "user", "what", "day", "times"), Holds.LINK),
            },
            retention=rules.RULES,
        )
    )


_USER = {
    "id": Holds.PLAIN,
    "public_id": Holds.PLAIN,
    "password": Holds.SECRET,
    "last_login": Holds.PERSONAL,
    "is_superuser": Holds.PLAIN,
    "email": Holds.PERSONAL,
    "email_as_typed": Holds.PERSONAL,
    "name": Holds.PERSONAL,
    "language": Holds.PERSONAL,
    "is_active": Holds.PLAIN,
    "is_staff": Holds.PLAIN,
    "is_premium": Holds.PLAIN,
    "session_epoch": Holds.PLAIN,
    "created_at": Holds.PLAIN,
    "mail_refused_at": Holds.PERSONAL,
    "groups": Holds.PLAIN,
    "user_permissions": Holds.PLAIN,
}
_DEVICE = {
    "id": Holds.PLAIN,
    "user": Holds.LINK,
    "session_key": Holds.SECRET,
    "user_agent": Holds.PERSONAL,
    "created_at": Holds.PLAIN,
    "last_seen_at": Holds.PERSONAL,
}
_SIGNIN = {
    "id": Holds.PLAIN,
    "email": Holds.PERSONAL,
    "email_as_typed": Holds.PERSONAL,
    "domain": Holds.PERSONAL,
    "known_browser": Holds.PLAIN,
    "language": Holds.PERSONAL,
    "token_hash": Holds.SECRET,
    "code_hash": Holds.SECRET,
    "browser_hash": Holds.SECRET,
    "wrong_codes": Holds.PLAIN,
    "next_url": Holds.PERSONAL,
    "new_address_of": Holds.LINK,
    "deny_hash": Holds.SECRET,
    "user_agent": Holds.PERSONAL,
    "withheld": Holds.PLAIN,
    "ip": Holds.PERSONAL,
    "created_at": Holds.PLAIN,
    "expires_at": Holds.PLAIN,
    "redeemed_at": Holds.PLAIN,
    "voided_at": Holds.PLAIN,
}
_FORMER_ADDRESS = {
    "id": Holds.PLAIN,
    "user": Holds.LINK,
    "email": Holds.PERSONAL,
    "email_as_typed": Holds.PERSONAL,
    "undo_hash": Holds.SECRET,
    "changed_at": Holds.PLAIN,
    "undone_at": Holds.PLAIN,
}
_MAIL = {
    "id": Holds.PLAIN,
    "user": Holds.LINK,
    "signin": Holds.LINK,
    "to": Holds.PERSONAL,
    "template": Holds.PLAIN,
    "context": Holds.PERSONAL,
    "sealed": Holds.SECRET,
    "once_key": Holds.LINK,
    "language": Holds.PERSONAL,
    "state": Holds.PLAIN,
    "created_at": Holds.PLAIN,
    "sent_at": Holds.PLAIN,
    "delivered_at": Holds.PLAIN,
    "opened_at": Holds.PLAIN,
    "status": Holds.PLAIN,
    **DUTY,
}
_MAIL_STOP = {
    "id": Holds.PLAIN,
    "address_hash": Holds.SECRET,
    "reason": Holds.PERSONAL,
    "status": Holds.PERSONAL,
    "told_by": Holds.PLAIN,
    "user": Holds.LINK,
    "created_at": Holds.PERSONAL,
}
_MAIL_EVENT = {
    "id": Holds.PLAIN,
    "provider": Holds.PLAIN,
    "event_id": Holds.LINK,
    "nonce": Holds.PLAIN,
    "kind": Holds.PLAIN,
    "mail_id": Holds.LINK,
    "status": Holds.PLAIN,
    "confirm_url": Holds.SECRET,
    "happened_at": Holds.PLAIN,
    "received_at": Holds.PLAIN,
    **DUTY,
}
