"""How long what has to do with people and their way in is kept (R-73, R-77)."""

from datetime import datetime, timedelta
from typing import Final, cast

from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.domain import inactivity
from accounts.models import User
from privacy.registry import Retention


class _Unused(Retention):
    """Accounts whose owners were told a month ago and have not come since."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The people whose time is over, the longest away first."""
        return cast("QuerySet[Model]", inactivity.to_erase(now=now))


def _erase(people: QuerySet[Model]) -> int:
    return inactivity.erase(people=cast("QuerySet[User]", people))


RULES: Final = (
    _Unused(
        "accounts.User",
        _("Accounts that nobody uses; we write to you 30 days before they are erased"),
        inactivity.KEPT,
        forget=_erase,
        ends=False,
    ),
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
    Retention("accounts.DailyUse", _("Counts of what is limited by the day"), timedelta(days=7), since="day"),
    Retention("accounts.ApiSignIn", _("Programs no longer signed in"), timedelta(days=30), since="expires_at"),
    Retention("accounts.ApiSignIn", _("Programs that were signed out"), timedelta(days=30), since="ended_at"),
    Retention("accounts.ApiToken", _("Tokens of programs that are over"), timedelta(days=90), since="expires_at"),
    Retention("accounts.ApiToken", _("Tokens of programs taken back"), timedelta(days=90), since="revoked_at"),
    Retention("accounts.ApiCall", _("Answers to calls of your programs"), timedelta(days=1)),
    Retention("accounts.SignInRequest", _("Requests to sign in"), timedelta(days=30)),
    Retention("accounts.FormerAddress", _("Addresses that you changed"), timedelta(days=30), since="changed_at"),
    Retention(
        "accounts.Device",
        _("Browsers that are no longer signed in"),
        timedelta(days=1),
        only=~Q(session_key__in=Session.objects.values("session_key")),
    ),
    Retention("sessions.Session", _("Sessions that are over"), timedelta(0), since="expire_date"),
    Retention("axes.AccessAttempt", _("Wrong passwords"), timedelta(days=30), since="attempt_time"),
    Retention("axes.AccessFailureLog", _("Log of wrong passwords"), timedelta(days=30), since="attempt_time"),
    Retention("axes.AccessLog", _("Log of signing in and out"), timedelta(days=30), since="attempt_time"),
    Retention(
        "admin.LogEntry", _("The administration's own notes on changes"), timedelta(days=400), since="action_time"
    ),
)
