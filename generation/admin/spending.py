"""Admin page for AI spending: cost by day, model and document, budgets, and the state of every key."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from generation.admin import stacks
from generation.ai import controls, keys
from generation.ai.states import KeyState, key_states
from generation.enums import KeyHealth, Provider, Scope
from generation.spending import budgets, credits, overview
from generation.spending.budgets import BudgetState
from generation.spending.credits import Balance
from tesigo.platform import charts


@require_safe
def spending_page(request: HttpRequest) -> HttpResponse:
    """Everything, drawn on the server; the live part renews itself where JavaScript runs."""
    _refuse_others(request)
    now = timezone.now()
    spent = overview.spending(now=now)
    documents = overview.dearest_documents(now=now)
    series = stacks.series_of([model.name for model in spent.models])
    most = max([max(one.euros, one.estimated_euros) for one in documents], default=0)
    context = {
        **admin.site.each_context(request),
        "title": _("AI spending"),
        "spent": spent,
        "day_rows": [
            (day, [day.euros.get(model.name) for model in spent.models]) for day in reversed(spent.days) if day.euros
        ],
        "columns": stacks.columns(spent.days, series),
        "models": [
            (model, series[model.name], charts.share(model.euros, spent.models[0].euros)) for model in spent.models
        ],
        "documents": [
            (one, charts.share(one.estimated_euros, most), charts.share(one.euros, most)) for one in documents
        ],
        **_live(),
    }
    return render(request, "generation/admin/spending.html", context)


@require_safe
def live_part(request: HttpRequest) -> HttpResponse:
    """Budgets and keys as they are now."""
    _refuse_others(request)
    return render(request, "generation/admin/_live.html", _live())


@require_POST
def ask_again(request: HttpRequest, provider: str, place: int) -> HttpResponse:
    """Lets a key be asked at once that was set aside: whoever pays the bill has put it right."""
    if not request.user.has_perm("generation.change_keylimit"):
        raise PermissionDenied
    key = next(
        (key for name in Provider for key in keys.configured(name) if (key.provider, key.place) == (provider, place)),
        None,
    )
    if key is None:
        raise Http404
    controls.ask_again(key=key, by=cast(User, request.user))
    return redirect("admin:generation_spending")


def _refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm("generation.view_attempt"):
        raise PermissionDenied


def _live() -> dict[str, Any]:
    now = timezone.now()
    states = key_states()
    return {
        "now": now,
        "budgets": [_budget(state) for state in budgets.overview(now=now)],
        "credits": [_credit(balance) for balance in credits.balances()],
        "keys": [_key(state) for state in states],
        "is_shared": all(state.is_shared for state in states),
    }


def _budget(state: BudgetState) -> dict[str, Any]:
    def words(amount: Any) -> str:
        return f"€{amount:,.2f}" if state.unit == "euros" else f"{amount:,.0f}"

    return {
        "state": state,
        "job_id": state.subject if state.scope == Scope.JOB else "",
        "bar": charts.bar(spent=state.spent, reserved=state.reserved, limit=state.limit),
        "spent": words(state.spent),
        "reserved": words(state.reserved),
        "limit": "" if state.limit is None else words(state.limit),
        "level": "over" if state.share >= 100 else "near" if state.share >= 80 else "well",
    }


def _credit(balance: Balance) -> dict[str, Any]:
    used = balance.used_percent
    return {
        "balance": balance,
        "provider": balance.provider.label,
        "used": charts.share(balance.basis - balance.left, balance.basis),
        "left_percent": max(0, 100 - used),
        "level": "over" if used >= 100 else "near" if used >= 80 else "well",
    }


def _key(state: KeyState) -> dict[str, Any]:
    return {
        "state": state,
        "provider": state.provider.label,
        "health": state.state.label,
        "may_be_forgiven": state.state in {KeyHealth.ASIDE, KeyHealth.RESTING},
        "requests": charts.share(state.requests, state.requests_limit),
        "tokens": charts.share(state.tokens, state.tokens_limit),
    }
