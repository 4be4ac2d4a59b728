"""What this app holds about people, and for how long (R-73)."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from privacy import registry
from privacy.registry import DUTY, Holds, PersonalData, Retention


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
                "ApiSignIn": _API_SIGN_IN,
                "ApiToken": _API_TOKEN,
                "ApiCall": _API_CALL,
                "DailyUse": dict.fromkeys(("id", "user", "what", "day", "times"), Holds.LINK),
            },
            retention=(
                Retention("accounts.Mail", _("Mails sent to you"), timedelta(days=90)),
                Retention(
                    "accounts.MailEvent",
                    _("What mail servers report about mails to you"),
                    timedelta(days=90),
                    since="received_at",
                    only=Q(due_at=None),
                ),
                Retention(
                    "accounts.MailStop",
                    _("Notes that an address takes no mails, as a hash"),
                    timedelta(days=730),
                ),
                Retention(
                    "accounts.DailyUse", _("Counts of what is limited by the day"), timedelta(days=7), since="day"
                ),
                Retention(
                    "accounts.ApiSignIn",
                    _("Programs that are no longer signed in"),
                    timedelta(days=30),
                    since="expires_at",
                ),
                Retention(
                    "accounts.ApiSignIn", _("Programs that were signed out"), timedelta(days=30), since="ended_at"
                ),
                Retention("accounts.ApiToken", _("Tokens that are over"), timedelta(days=90), since="expires_at"),
                Retention("accounts.ApiToken", _("Tokens taken back"), timedelta(days=90), since="revoked_at"),
                Retention("accounts.ApiCall", _("Answers to calls of your programs"), timedelta(days=1)),
                Retention("accounts.SignInRequest", _("Requests to sign in"), timedelta(days=30)),
                Retention(
                    "accounts.FormerAddress", _("Addresses that you changed"), timedelta(days=30), since="changed_at"
                ),
                Retention(
                    "accounts.Device",
                    _("Browsers that are no longer signed in"),
                    timedelta(days=1),
                    only=~Q(session_key__in=Session.objects.values("session_key")),
                ),
                Retention("sessions.Session", _("Sessions that are over"), timedelta(0), since="expire_date"),
                Retention("axes.AccessAttempt", _("Wrong passwords"), timedelta(days=30), since="attempt_time"),
                Retention(
                    "axes.AccessFailureLog", _("Log of wrong passwords"), timedelta(days=30), since="attempt_time"
                ),
                Retention("axes.AccessLog", _("Log of signing in and out"), timedelta(days=30), since="attempt_time"),
            ),
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
_API_SIGN_IN = {
    "id": Holds.PLAIN,
    "user": Holds.LINK,
    "token_hash": Holds.SECRET,
    "epoch": Holds.PLAIN,
    "user_agent": Holds.PERSONAL,
    "created_at": Holds.PERSONAL,
    "refreshed_at": Holds.PERSONAL,
    "expires_at": Holds.PLAIN,
    "ended_at": Holds.PLAIN,
    "end": Holds.PLAIN,
}
_API_TOKEN = {
    "id": Holds.PLAIN,
    "user": Holds.LINK,
    "name": Holds.PERSONAL,
    "scopes": Holds.PLAIN,
    "token_hash": Holds.SECRET,
    "prefix": Holds.SECRET,
    "epoch": Holds.PLAIN,
    "has_second_factor": Holds.PLAIN,
    "created_at": Holds.PERSONAL,
    "expires_at": Holds.PLAIN,
    "last_used_on": Holds.PERSONAL,
    "revoked_at": Holds.PLAIN,
}
_API_CALL = {
    "id": Holds.PLAIN,
    "user": Holds.LINK,
    "key": Holds.PERSONAL,
    "fingerprint": Holds.SECRET,
    "turn": Holds.PLAIN,
    "running_until": Holds.PLAIN,
    "status": Holds.PLAIN,
    "body": Holds.PERSONAL,
    "headers": Holds.PERSONAL,
    "created_at": Holds.PLAIN,
}
