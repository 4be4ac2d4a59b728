"""How long consents' circumstances, alerts and the trail itself are kept (R-73, R-77)."""

from datetime import datetime, timedelta
from typing import Final, cast

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from privacy.domain import audit, exports
from privacy.models import AuditEvent
from privacy.registry import Retention


class _Trail(Retention):
    """The beginning of the chain, as far as all of it is old enough: nothing goes from between (decision 0007)."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, in the order of the chain."""
        sealed = AuditEvent.objects.exclude(seal=None).order_by("seal")
        first_to_stay = sealed.filter(at__gt=now - self.keep).values("seal")[:1]
        old = sealed.filter(at__lte=now - self.keep, seal__lt=Coalesce(Subquery(first_to_stay), F("seal") + 1))
        return cast("QuerySet[Model]", old)


def _cut(rows: QuerySet[Model]) -> int:
    return audit.cut(cast("QuerySet[AuditEvent]", rows))


RULES: Final = (
    Retention(
        "privacy.Consent",
        _("The address and the browser from which you allowed something; what you allowed stays"),
        timedelta(days=730),
        empties={"ip": None, "user_agent": ""},
    ),
    # The trigger of the trail lets nothing go that is younger.
    _Trail(
        "privacy.AuditEvent",
        _("The trail of what was done, by ids, without names or addresses"),
        timedelta(days=1461),
        since="at",
        forget=_cut,
        ends=False,
    ),
    Retention(
        "privacy.DataExport",
        _("Exports of your data"),
        timedelta(days=settings.DATA_EXPORT_DAYS),
        since="finished_at",
        only=Q(due_at=None),
        forget=exports.forget,
    ),
)
#: The ground floor knows no app, so its tables are declared by this one.
PLATFORM: Final = (
    Retention("platform.Alert", _("Alerts that were sent"), timedelta(days=90), since="sent_at"),
    Retention("platform.TelegramAlert", _("Alerts that were sent by Telegram"), timedelta(days=90), since="sent_at"),
    Retention(
        "platform.Condition",
        _("What was wrong with the site, once it is over"),
        timedelta(days=365),
        since="resolved_at",
    ),
    Retention("platform.BackupRun", _("When backups were taken"), timedelta(days=400), since="ended_at"),
)
