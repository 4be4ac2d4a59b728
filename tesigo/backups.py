"""Backups, for staff: what they may ask for on the page that lists them (R-120)."""

from typing import Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.staff import acting
from accounts.models import User
from privacy.domain import audit
from tesigo.platform.backup import config, runs
from tesigo.platform.models import BackupKind

_RIGHT: Final = "platform.change_backuprun"


@require_POST
def take_now(request: HttpRequest) -> HttpResponse:
    """Asks for a backup; a worker takes it soon. One of a kind that is asked for already is not asked for twice."""
    user = cast(User, request.user)
    if not user.has_perm(_RIGHT):
        raise PermissionDenied
    kind = request.POST.get("kind", BackupKind.INCREMENTAL)
    if kind not in (BackupKind.FULL, BackupKind.INCREMENTAL):
        raise Http404
    if not config.is_configured():
        messages.error(request, _("Backups are not set up: BACKUP_DESTINATIONS names none."))
        return redirect("admin:platform_backuprun_changelist")
    with acting(by=user, right=_RIGHT):
        row, is_new = runs.ask(kind=BackupKind(kind))
        if is_new:
            audit.record(action="backup.asked_for", subject=row, by=user, details={"kind": str(kind)})
    if is_new:
        messages.success(request, _("Backup %(row)s is taken as soon as a worker is free.") % {"row": row.pk})
    else:
        messages.info(request, _("Nothing to do: backup %(row)s is asked for or under way.") % {"row": row.pk})
    return redirect("admin:platform_backuprun_changelist")
