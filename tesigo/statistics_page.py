"""The page of statistics and its file: what is asked for, drawings with their numbers, tables (R-118)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from documents.enums import DocumentKind, Language
from generation.spending import figures
from privacy.domain import audit
from tesigo.platform import charts
from tesigo.platform.charts import Drawing
from tesigo.platform.csv_cells import cell
from tesigo.statistics import (
    THROWN_AWAY,
    Asked,
    Statistics,
    Sums,
    file_heads,
    file_rows,
    month_before,
    months_known,
    statistics,
)

#: Months that are shown unless others are asked for.
SHOWN_MONTHS: Final = 12


@dataclass(frozen=True)
class Figure:
    """One drawing: a figure by month, its sum, and its numbers in words."""

    name: str
    label: str
    value: str
    note: str
    drawing: Drawing
    rows: list[tuple[str, str]]

    @property
    def described(self) -> str:
        """The numbers as one text, for those who cannot see the drawing."""
        return "; ".join(f"{label}: {number}" for label, number in self.rows)


@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Everything that one may see, for the months, language and kind that the address names."""
    with_money = _sees_money(request)
    now = timezone.now()
    known = months_known(now)
    asked = _asked(request, known)
    found = statistics(asked, with_money=with_money)
    tokens = figures.tokens()
    columns = _columns(with_money)
    context = {
        **admin.site.each_context(request),
        "title": _("Statistics"),
        "now": now,
        "asked": asked,
        "choices": {
            "months": [(f"{month:%Y-%m}", _month(month)) for month in known],
            "languages": Language.choices,
            "kinds": DocumentKind.choices,
        },
        "first": f"{asked.first:%Y-%m}",
        "last": f"{asked.last:%Y-%m}",
        "query": f"from={asked.first:%Y-%m}&to={asked.last:%Y-%m}&language={asked.language}&kind={asked.kind}",
        "is_open": asked.last == known[0],
        "tokens": tokens,
        "figures": _figures(found, with_money=with_money),
        "heads": [label for _name, label in columns],
        "tables": _tables(found, columns, this_month=known[0]),
    }
    return render(request, "admin/statistics.html", context)


@require_safe
def statistics_file(request: HttpRequest) -> HttpResponse:
    """The same as CSV: a row for each month, language and kind."""
    with_money = _sees_money(request)
    asked = _asked(request, months_known(timezone.now()))
    found = statistics(asked, with_money=with_money)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(file_heads(with_money=with_money))
    writer.writerows([cell(value) for value in row] for row in file_rows(found, with_money=with_money))
    audit.record(action="statistics.exported", subject=None, by=cast(User, request.user))
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"statistics-{asked.first:%Y-%m}-{asked.last:%Y-%m}"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _sees_money(request: HttpRequest) -> bool:
    """Whether all of it may be seen; who may see calls to models alone sees what those cost."""
    if request.user.has_perm("billing.view_booking"):
        return True
    if request.user.has_perm("generation.view_attempt"):
        return False
    raise PermissionDenied


def may_see(user: Any) -> bool:
    """Whether the page is there for ``user``."""
    return bool(user.has_perm("billing.view_booking") or user.has_perm("generation.view_attempt"))


def _asked(request: HttpRequest, known: Sequence[date]) -> Asked:
    """What the address asks for, as far as it makes sense: months that are known, from the earlier to the later."""
    by_name = {f"{month:%Y-%m}": month for month in known}
    last = by_name.get(request.GET.get("to", ""), known[0])
    default = last
    for _place in range(SHOWN_MONTHS - 1):
        default = month_before(default)
    first = by_name.get(request.GET.get("from", ""), max(default, known[-1]))
    language, kind = request.GET.get("language", ""), request.GET.get("kind", "")
    return Asked(
        first=min(first, last),
        last=max(first, last),
        language=language if language in Language.values else "",
        kind=kind if kind in DocumentKind.values else "",
    )


def _columns(with_money: bool) -> list[tuple[str, str]]:
    """What columns show: how it is called in `Sums`, and the head."""
    money = [
        ("briefs", _("Briefs")),
        ("conversion_percent", _("Paid of these")),
        ("orders", _("Orders")),
        ("pages", _("Pages")),
        ("gross", _("Revenue")),
        ("refunds", _("Refunds")),
        ("back", _("Went back")),
        ("net", _("Kept")),
    ]
    rest = [("margin", _("Margin")), ("margin_percent", _("Margin of kept"))]
    cost = [("cost", _("AI cost"))]
    return [*money, *cost, *rest, ("tokens", _("Tokens"))] if with_money else [*cost, ("tokens", _("Tokens"))]


def _said(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name.endswith("_percent"):
        return f"{value:.1f}\N{NO-BREAK SPACE}%".replace("-", "−")
    if isinstance(value, Decimal):
        return f"{'−' if value < 0 else ''}€{abs(value):,.2f}"
    return f"{value:,}".replace("-", "−")


def _tables(found: Statistics, columns: list[tuple[str, str]], *, this_month: date) -> list[dict[str, Any]]:
    def cells(sums: Sums) -> list[str]:
        return [_said(name, getattr(sums, name)) for name, _label in columns]

    months = [
        (_month(month) + (f" ({_('so far')})" if month == this_month else ""), cells(sums))
        for month, sums in reversed(found.by_month)
    ]
    tables: list[dict[str, Any]] = [{"name": "months", "title": _("By month"), "head": _("Month"), "rows": months}]
    parts: tuple[tuple[str, str, str, int, dict[str, Any]], ...] = (
        ("languages", _("By language"), _("Language"), 1, dict(Language.choices)),
        ("kinds", _("By kind"), _("Kind"), 2, dict(DocumentKind.choices)),
    )
    for name, title, head, place, labels in parts:
        sums = found.by(itemgetter(place))
        order = sorted(sums.items(), key=lambda item: (-item[1].gross, -item[1].cost, str(item[0])))
        rows = [(str(labels.get(str(key), THROWN_AWAY)), cells(one)) for key, one in order]
        tables.append({"name": name, "title": title, "head": head, "rows": rows})
    total = (_("Together"), cells(found.total))
    return [table | {"total": total} for table in tables]


def _figures(found: Statistics, *, with_money: bool) -> list[Figure]:
    names = [("cost", _("AI cost")), ("tokens", _("Tokens"))]
    if with_money:
        names = [
            ("gross", _("Revenue")),
            ("orders", _("Orders paid")),
            ("conversion_percent", _("From brief to paid")),
            ("back", _("Went back")),
            ("pages", _("Pages ordered")),
            ("cost", _("AI cost")),
            ("margin", _("Margin")),
        ]
    return [_figure(name, label, found) for name, label in names]


def _figure(name: str, label: str, found: Statistics) -> Figure:
    months = found.by_month
    values = [getattr(sums, name) for _month_, sums in months]
    said = [_said(name, value) for value in values]
    labels = [_month(month) for month, _sums in months]
    unit = "{:,f}\N{NO-BREAK SPACE}%" if name.endswith("_percent") else "€{:,f}"
    is_count = isinstance(getattr(Sums(), name), int)
    drawing = charts.by_month(
        [value or 0 for value in values], said=said, months=labels, top="{:,f}" if is_count else unit
    )
    rows = list(zip(labels, said, strict=True))
    return Figure(name, label, _said(name, getattr(found.total, name)), _note(name, found.total), drawing, rows)


def _note(name: str, total: Sums) -> str:
    """What a figure's sum means, or what it is made of."""
    notes = {
        "gross": _("%(amount)s kept after what went back") % {"amount": _said("net", total.net)},
        "orders": _("%(amount)s each") % {"amount": _said("gross", _each(total.ordered_gross, total.orders))},
        "conversion_percent": _("%(paid)s of %(briefs)s briefs begun in these months")
        % {"paid": _said("paid", total.paid), "briefs": _said("briefs", total.briefs)},
        "back": _("%(count)s refunds, and disputes") % {"count": _said("refunds", total.refunds)},
        "pages": _("%(amount)s each") % {"amount": _said("gross", _each(total.ordered_gross, total.pages))},
        "cost": _("%(count)s tokens") % {"count": _said("tokens", total.tokens)},
        "margin": _("%(percent)s of what was kept, before fees")
        % {"percent": _said("margin_percent", total.margin_percent)},
        "tokens": _("input and output"),
    }
    return notes[name]


def _each(amount: Decimal, count: int) -> Decimal | None:
    return amount / count if count else None


def _month(month: date) -> str:
    return date_format(datetime(month.year, month.month, 1, tzinfo=UTC), "M Y")
