"""What staff were told (R-113), what is wrong and was, workers (R-112), and backups with how they ended (R-120)."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tesigo.platform import flag_admin  # noqa: F401  # registers its pages
from tesigo.platform.models import Alert, BackupKind, BackupRun, Condition, TelegramAlert, Worker
from tesigo.platform.read_only import ReadOnly

#: Signs of an error in a list; the page of the row has all of it.
_ERROR_CHARACTERS: Final = 120


@admin.register(Alert)
class AlertAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Rows as they are; who is told stands in ALERT_EMAILS."""

    list_display = ("subject", "key", "created_at", "standing", "tries")
    list_filter = ("created_at", "sent_at")
    search_fields = ("key", "subject")
    date_hierarchy = "created_at"
    fields = ("subject", "key", "text", "created_at", "standing", "due_at", "tries", "error", "traceback")
    readonly_fields = ("standing", "due_at", "tries", "error", "traceback")

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def standing(self, alert: Alert) -> Any:
        """When it was sent, or why not."""
        if alert.sent_at is not None:
            return alert.sent_at
        return _("given up") if alert.given_up_at is not None else _("waits")


@admin.register(TelegramAlert)
class TelegramAlertAdmin(AlertAdmin):
    """The same by Telegram; the chats stand in TELEGRAM_CHAT_IDS."""


class IsOpen(admin.SimpleListFilter):
    """What is wrong now, or what was."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", _("open")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Condition]) -> QuerySet[Condition]:
        if self.value() in {"open", "over"}:
            return queryset.filter(resolved_at__isnull=self.value() == "open")
        return queryset


@admin.register(Condition)
class ConditionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    """What is wrong with the site, and what was: the open first."""

    list_display = ("subject", "key", "since", "resolved_at", "told_at")
    list_filter = (IsOpen, "since")
    search_fields = ("key", "subject")
    date_hierarchy = "since"
    ordering = (F("resolved_at").desc(nulls_first=True), "-since")
    fields = ("subject", "key", "text", "since", "seen_at", "clear_since", "resolved_at", "told_at", "told_count")


@admin.register(Worker)
class WorkerAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    """Celery workers of the last day."""

    list_display = ("node", "version", "worked_at", "memory_percent")
    fields = ("node", "version", "worked_at", "memory_percent")


@admin.register(BackupRun)
class BackupRunAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Rows as they are; a button above them asks for one more."""

    #: The name says the kind and the begin, so that an error has room without scrolling.
    list_display = ("name", "outcome", "ended_at", "size", "sent_to", "verified_at")
    list_filter = ("kind", "state")
    date_hierarchy = "asked_at"
    fields = (
        "name",
        "kind",
        "state",
        "asked_at",
        "started_at",
        "ended_at",
        "size",
        "parts",
        "sent_to",
        "verified_at",
        "due_at",
        "tries",
        "error",
        "traceback",
    )
    readonly_fields = ("name", "size", "sent_to", "due_at", "tries", "error", "traceback")

    @admin.display(description=gettext_lazy("backup"), ordering="backup_id")
    def name(self, run: BackupRun) -> str:
        """The folder's name at the destinations, once it has one; a drill has that of what it restored."""
        if run.backup_id and run.kind == BackupKind.DRILL:
            return _("drill of %(backup)s") % {"backup": run.backup_id}
        return run.backup_id or str(run)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def outcome(self, run: BackupRun) -> str:
        """How far it is, and what it failed by."""
        state = str(run.get_state_display())
        return f"{state}: {Truncator(run.error).chars(_ERROR_CHARACTERS)}" if run.error else state

    @admin.display(description=gettext_lazy("size"), ordering="size_bytes")
    def size(self, run: BackupRun) -> str:
        """What went to each destination."""
        return "–" if run.size_bytes is None else filesizeformat(run.size_bytes)

    @admin.display(description=gettext_lazy("destinations"))
    def sent_to(self, run: BackupRun) -> str:
        """How far each is; of a drill, where its report lies."""
        if run.kind == BackupKind.DRILL:
            return ", ".join(sorted(run.destinations)) or "–"
        return ", ".join(f"{name}: {state}" for name, state in sorted(run.destinations.items())) or "–"
