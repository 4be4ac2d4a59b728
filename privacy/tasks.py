"""Work of privacy that beat asks for."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from privacy.domain import audit, erasure, exports, retention


@shared_task(name="privacy.tasks.seal_audit", ignore_result=True)
def seal_audit() -> None:
    """Links new rows of the audit trail (R-74); every minute."""
    audit.seal_new()


@shared_task(name="privacy.tasks.apply_retention", ignore_result=True)
def apply_retention() -> None:
    """Lets go of what has been kept long enough (R-73); every night."""
    retention.apply(now=timezone.now())


@shared_task(name="privacy.tasks.make_data_export", ignore_result=True)
def make_data_export(export_id: str) -> None:
    """Puts all that is kept about a person into one file (R-71); why it failed stands in its row."""
    exports.make(export_id=UUID(export_id))


@shared_task(name="privacy.tasks.erase", ignore_result=True)
def erase(erasure_id: str) -> None:
    """Erases one person whose time has come (R-72)."""
    erasure.work(erasure_id=int(erasure_id))
