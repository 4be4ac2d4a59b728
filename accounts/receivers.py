"""What happens when somebody has signed in, and when an export or an erasure of their data moves on."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone, translation

from accounts.domain import client, devices, mail, session_life
from accounts.models import User
from privacy.enums import ExportState
from privacy.models import DataExport, Erasure
from privacy.signals import erasure_asked, erasure_cancelled, export_ended
from tesigo.platform import locales


@receiver(user_logged_in)
def note_device(request: HttpRequest, user: User, **_: Any) -> None:
    """Starts the clocks of the session, and lists the browser on the account page."""
    now = timezone.now()
    session_life.begin(request.session, user=user, now=now)
    # Where another user's session was emptied first, the new one has no key before it is saved.
    request.session.save()
    devices.remember(
        user=user,
        session_key=str(request.session.session_key),
        user_agent=client.user_agent(request),
        now=now,
    )


@receiver(export_ended)
def tell_of_export(export_id: UUID, **_: Any) -> None:
    """A mail to the person: where their data is, or that it could not be put together (R-71)."""
    export = DataExport.objects.get(pk=export_id)
    is_ready = export.state == ExportState.READY
    mail.send_mail(
        user=User.objects.get(pk=export.user_id),
        template="data_export_ready" if is_ready else "data_export_failed",
        context={"by_staff": export.actor_id != export.user_id, "days": settings.DATA_EXPORT_DAYS},
    )


@receiver(erasure_asked)
def mail_that_it_was_asked(user_id: int, erasure_id: int, **_: Any) -> None:
    """Shows on their pages and in a mail until when they can cancel, in case somebody else asked for it."""
    due = Erasure.objects.get(pk=erasure_id).due_at
    User.objects.filter(pk=user_id).update(erasure_due_at=due)
    user = User.objects.get(pk=user_id)
    with translation.override(user.language):
        day = locales.day(due) if due else ""
    mail.send_mail(user=user, template="erasure_asked", context={"day": day}, once_key=f"erasure:{erasure_id}")


@receiver(erasure_cancelled)
def mail_that_it_was_taken_back(user_id: int, erasure_id: int, **_: Any) -> None:
    """Says that all stays as it was."""
    User.objects.filter(pk=user_id).update(erasure_due_at=None)
    user = User.objects.get(pk=user_id)
    mail.send_mail(user=user, template="erasure_cancelled", context={}, once_key=f"erasure-back:{erasure_id}")
