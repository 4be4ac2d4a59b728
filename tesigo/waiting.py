"""Work that waits, for staff: by kind how much there is, what was given up and why, and another try (R-116)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.staff import acting
from accounts.models import User
from privacy.domain import audit
from tesigo.platform import duty
from tesigo.platform.duty import Kind

ROWS_PER_PAGE: Final = 50
_GIVEN_UP: Final = Q(given_up_at__isnull=False)
#: Claimed: a claim empties ``error``, and what is put off carries one.
_CLAIMED: Final = Q(tries__gt=0, error="")


@dataclass(frozen=True)
class Counts:
    """How many rows of a kind wait, are late among these, are being worked on, and were given up."""

    kind: Kind[Any]
    waiting: int
    late: int
    working: int
    given_up: int


def seen_by(user: User | AnonymousUser) -> list[Kind[Any]]:
    """The kinds whose rows ``user`` may see."""
    return [kind for kind in duty.kinds() if user.has_perm(_permission("view", kind))]


def counts(kinds: Iterable[Kind[Any]], *, now: datetime) -> list[Counts]:
    """One question to the database for each kind, which its two small indexes answer."""
    return [_count(kind, now) for kind in kinds]


@require_safe
def waiting_page(request: HttpRequest, name: str = "") -> HttpResponse:
    """All kinds that one may see, and the rows of one: the named, else the first that needs somebody."""
    seen = seen_by(cast(User, request.user))
    if not seen or (name and name not in {kind.name for kind in seen}):
        raise Http404
    now = timezone.now()
    found = counts(seen, now=now)
    chosen = next((one for one in found if one.kind.name == name), None) or _first(found)
    page = request.GET.get("page")
    context = {
        **admin.site.each_context(request),
        "title": _("Work that waits"),
        "now": now,
        "counts": found,
        "chosen": chosen,
        "rows": _with_links(Paginator(_rows(chosen.kind, now), ROWS_PER_PAGE).get_page(page), chosen.kind),
        "may_change": request.user.has_perm(_permission("change", chosen.kind)),
    }
    return render(request, "admin/waiting.html", context)


@require_POST
def try_again(request: HttpRequest, name: str, pk: str) -> HttpResponse:
    """Makes one row due at once that was given up or put off; of two clicks one does it."""
    user = cast(User, request.user)
    kind = next((kind for kind in seen_by(user) if kind.name == name), None)
    if kind is None or not user.has_perm(_permission("change", kind)):
        raise Http404
    row = _row(kind, pk)
    with acting(by=user, right=_permission("change", kind)):
        is_due = duty.try_again(kind, row.pk)
        if is_due:
            audit.record(action="duty.tried_again", subject=row, by=user, details={"kind": kind.name})
    if is_due:
        messages.success(request, _("%(row)s is tried again now.") % {"row": row.pk})
    else:
        messages.info(request, _("Nothing to do: %(row)s is due, being worked on or done.") % {"row": row.pk})
    return redirect("admin:waiting_kind", name=kind.name)


def _permission(what: str, kind: Kind[Any]) -> str:
    return f"{kind.model._meta.app_label}.{what}_{kind.model._meta.model_name}"


def _count(kind: Kind[Any], now: datetime) -> Counts:
    is_claimed = Q(due_at__gt=now) & _CLAIMED
    found = _unsettled(kind).aggregate(
        given_up=Count("pk", filter=_GIVEN_UP),
        working=Count("pk", filter=is_claimed),
        waiting=Count("pk", filter=Q(due_at__lte=now) | Q(due_at__gt=now) & ~_CLAIMED),
        late=Count("pk", filter=Q(due_at__lt=now - kind.late_after)),
    )
    return Counts(kind, **found)


def _unsettled(kind: Kind[Any]) -> Any:
    is_unsettled = _GIVEN_UP | Q(due_at__isnull=False) & kind.is_open
    return kind.model._default_manager.filter(is_unsettled)


def _rows(kind: Kind[Any], now: datetime) -> Any:
    """What staff may see of each, whatever else its model holds: those given up last first, then the longest due."""
    may_try = ExpressionWrapper(duty.may_try_again(kind, now=now), output_field=BooleanField())
    about = F(kind.about) if kind.about else Value("")
    rows = _unsettled(kind).annotate(may_try=may_try, about=about)
    order = (F("given_up_at").desc(nulls_last=True), "due_at", "pk")
    shown = ("about", "due_at", "tries", "given_up_at", "error", "traceback", "may_try")
    hangs_on = ("document_id",) if _hangs_on_document(kind) else ()
    return rows.order_by(*order).values("pk", *shown, *hangs_on)


def _with_links(rows: Page[dict[str, Any]], kind: Kind[Any]) -> Page[dict[str, Any]]:
    """Each row with the page of it, or of the document that it hangs on (R-117)."""
    for row in rows.object_list:
        row["address"] = _address(kind, row)
    return rows


def _address(kind: Kind[Any], row: dict[str, Any]) -> str:
    if admin.site.is_registered(kind.model):
        meta = kind.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row["pk"]])
    document = row.get("document_id")
    return reverse("admin:documents_document_change", args=[document]) if document else ""


def _hangs_on_document(kind: Kind[Any]) -> bool:
    return any(field.name == "document" for field in kind.model._meta.concrete_fields)


def _first(found: list[Counts]) -> Counts:
    return max(found, key=lambda one: (one.given_up > 0, one.late > 0, one.waiting + one.working > 0))


def _row(kind: Kind[Any], pk: str) -> duty.Duty:
    try:
        row = kind.model._default_manager.only("pk").filter(pk=kind.model._meta.pk.to_python(pk)).first()
    except ValidationError:
        row = None
    if row is None:
        raise Http404
    return cast(duty.Duty, row)
