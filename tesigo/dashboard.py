"""Today at a glance, for staff: each figure from the floor it belongs to, as words and as a small drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.failed_signins import failures
from accounts.models import User
from billing.domain import revenue
from documents.domain import search_services
from generation.ai import barred, chains
from generation.ai.chains import ChainTrouble
from generation.editing import disclosing
from generation.engine.queue_statistics import jobs_today, queue_age
from generation.spending import budgets
from generation.spending.budgets import BudgetState
from tesigo import waiting
from tesigo.platform import charts
from tesigo.platform.backup import config
from tesigo.platform.charts import Drawing, Row
from tesigo.platform.duty import Kind
from tesigo.platform.locales import in_euros
from tesigo.platform.models import BackupKind, BackupRun, BackupState, Condition

#: Of what is wrong; when there is more, something else is to be read than a first page.
_CONDITIONS_SHOWN: Final = 10


@dataclass(frozen=True)
class Figure:
    """One figure of the day. ``rows`` are all numbers of its drawing in words; ``address`` is where there is more."""

    name: str
    label: str
    value: str
    note: str
    drawing: Drawing
    rows: list[tuple[str, str]]
    address: str = ""

    @property
    def described(self) -> str:
        """The rows as one text, for those who cannot see the drawing."""
        return "; ".join(f"{label}: {number}" for label, number in self.rows)


def figures(*, user: User | AnonymousUser, now: datetime) -> list[Figure]:
    """Those that ``user`` may see; nothing is asked of the database for the others."""
    found = [figure for permission, ask in _ASKED if user.has_perm(permission) for figure in ask(now)]
    kinds = waiting.seen_by(user)
    return [*found, _waiting(kinds, now)] if kinds else found


def troubles(*, user: User | AnonymousUser) -> list[ChainTrouble]:
    """What keeps documents from being written until staff put it right, for those who may see models."""
    return [*chains.troubles(), *barred.troubles()] if user.has_perm("generation.view_aimodel") else []


def conditions(*, user: User | AnonymousUser) -> list[Condition]:
    """What is wrong with the site now, the newest first, for those who may see it."""
    if not user.has_perm("platform.view_condition"):
        return []
    return list(Condition.objects.filter(resolved_at=None)[:_CONDITIONS_SHOWN])


def _money(now: datetime) -> list[Figure]:
    found = revenue.of_day(now=now)
    count, euros = sum(found.orders), sum(found.euros, Decimal(0))
    address = reverse("admin:billing_booking_changelist")
    note = _("%(amount)s yesterday") % {"amount": in_euros(found.euros_before)}
    if found.back > 0:
        note = _("%(amount)s went back · %(note)s") % {"amount": in_euros(found.back), "note": note}
    return [
        _hourly(
            name="orders",
            label=_("Orders paid"),
            value=f"{count:,}",
            note=_("%(count)s yesterday") % {"count": f"{found.orders_before:,}"},
            values=found.orders,
            now=now,
            address=address,
        ),
        _hourly(
            name="revenue",
            label=_("Revenue"),
            value=in_euros(euros),
            note=note,
            values=found.euros,
            now=now,
            address=address,
            write="€{:,.2f}",
            top="€{:,f}",
        ),
    ]


def _jobs(now: datetime) -> list[Figure]:
    found = jobs_today(now=now)
    counts = [
        (_("waiting"), found.queued, "span-claimed"),
        (_("running"), found.running, "span-done"),
        (_("done today"), found.succeeded, "series-3"),
        (_("failed today"), found.failed, "span-failed"),
    ]
    is_open = found.queued + found.running
    held = ngettext("%(count)d waits for a budget", "%(count)d wait for a budget", found.held) % {"count": found.held}
    return [
        _barred(
            name="jobs",
            label=_("Jobs"),
            value=_("%(count)s open") % {"count": f"{is_open:,}"},
            note=held if found.held else _("outlines and documents"),
            rows=_counted(counts),
            address=reverse("admin:generation_job_changelist"),
        )
    ]


def _spending(now: datetime) -> list[Figure]:
    day, month = budgets.overview(now=now, scopes=budgets.HOUSE)
    rows = [_budget(_("today"), day), _budget(_("this month"), month)]
    reserved = [(_("reserved by calls under way"), in_euros(day.reserved))]
    note = _("no budget is set for the day")
    if day.limit is not None:
        note = _("%(percent)d\N{NO-BREAK SPACE}%% of the day's budget is spent or reserved") % {"percent": day.share}
    return [
        _barred(
            name="spending",
            label=_("AI spending"),
            value=in_euros(day.spent),
            note=note,
            rows=rows,
            more=reserved,
            address=reverse("admin:generation_spending"),
        )
    ]


def _queue(now: datetime) -> list[Figure]:
    found = queue_age(now=now)
    count = sum(found.waiting)
    labels = (_("under a minute"), _("1 to 10 minutes"), _("10 minutes to an hour"), _("over an hour"))
    looks = ("span-done", "span-done", "span-claimed", "span-failed")
    waiting = ngettext("%(count)d step waits for a worker", "%(count)d steps wait for a worker", count)
    return [
        _barred(
            name="queue",
            label=_("Queue age"),
            value=_age(found.oldest) if count else "–",
            note=waiting % {"count": count} if count else _("nothing waits for a worker"),
            rows=_counted(list(zip(labels, found.waiting, looks, strict=True))),
            address=reverse("admin:generation_job_changelist"),
        )
    ]


def _signins(now: datetime) -> list[Figure]:
    found = failures(now=now)
    note = _("wrong passwords at the door for staff")
    if count := found.locked_out:
        note = ngettext("%(count)d was locked out", "%(count)d were locked out", count) % {"count": count}
    return [
        _hourly(
            name="signins",
            label=_("Failed sign-ins"),
            value=f"{sum(found.by_hour):,}",
            note=note,
            values=found.by_hour,
            now=now,
        )
    ]


def _searching(now: datetime) -> list[Figure]:
    """The search services: one that has been silent for long is named, and what one needs that is not asked."""
    found = search_services.standing(now=now)
    set_up = [one for one in found if one.is_set_up]
    silent = [one for one in set_up if one.silent_for is not None]
    answering = [one for one in set_up if one.answered_at is not None and one.silent_for is None]
    lacking = [one for one in found if one.needs]
    note = _("each is asked as its rules say")
    if silent:
        names = ", ".join(one.title for one in silent)
        note = _("silent for long: %(names)s") % {"names": names}
    elif lacking:
        note = _("not asked: %(names)s") % {"names": ", ".join(f"{one.title} ({one.needs})" for one in lacking)}
    elif not set_up:
        note = _("none is set up: only files that were handed in are cited")
    elif not answering:
        note = _("none has answered yet: they are asked with the first document")
    value = _("%(count)d of %(total)d answer") % {"count": len(answering), "total": len(set_up)}
    if not silent and not answering:
        value = _("%(total)d set up") % {"total": len(set_up)}
    return [
        _barred(
            name="searching",
            label=_("Search services"),
            value=value if set_up else "–",
            note=note,
            rows=[_service(one, now) for one in found],
            address=reverse("admin:documents_source_changelist"),
        )
    ]


def _service(one: search_services.Standing, now: datetime) -> Row:
    if one.needs:
        return Row(one.title, _("not asked: needs %(what)s") % {"what": one.needs}, [], look="over")
    if not one.is_set_up:
        return Row(one.title, _("not set up"), [])
    if one.silent_for is not None:
        return Row(one.title, _("silent for %(age)s") % {"age": _age(one.silent_for)}, [(1000, "span-failed")])
    if one.answered_at is None:
        return Row(one.title, _("has not answered yet") if one.failure else _("not asked yet"), [])
    return Row(one.title, _("answered %(age)s ago") % {"age": _age(now - one.answered_at)}, [(1000, "span-done")])


def _backups(now: datetime) -> list[Figure]:
    """When the database was last copied, and by kind how old and large the newest backup is."""
    good = BackupRun.objects.filter(state=BackupState.SUCCEEDED, ended_at__isnull=False)
    newest = {run.kind: run for run in good.order_by("kind", "-ended_at").distinct("kind")}
    of_database = [run for kind, run in newest.items() if kind in (BackupKind.FULL, BackupKind.INCREMENTAL)]
    ages = [now - run.ended_at for run in of_database if run.ended_at]
    note = _("none has been taken yet")
    if not config.is_configured():
        note = _("none are set up")
    elif ages:
        note = _("since the database was last copied")
    return [
        _barred(
            name="backups",
            label=_("Backups"),
            value=_age(min(ages)) if ages else "–",
            note=note,
            rows=[_backup(kind, newest.get(kind), now) for kind in BackupKind],
            address=reverse("admin:platform_backuprun_changelist"),
        )
    ]


def _backup(kind: BackupKind, run: BackupRun | None, now: datetime) -> Row:
    if run is None or run.ended_at is None:
        return Row(str(kind.label), _("none yet"), [])
    words = _("%(age)s ago") % {"age": _age(now - run.ended_at)}
    if run.size_bytes is not None:
        words = f"{words} · {filesizeformat(run.size_bytes)}"
    return Row(str(kind.label), words, [(1000, "span-done")])


def _waiting(kinds: list[Kind[Any]], now: datetime) -> Figure:
    """Of the kinds of work that one may see."""
    found = waiting.counts(kinds, now=now)
    given_up, late = sum(one.given_up for one in found), sum(one.late for one in found)
    counts = [
        (_("waiting"), sum(one.waiting for one in found), "span-claimed"),
        (_("late among these"), late, "near"),
        (_("being worked on"), sum(one.working for one in found), "span-done"),
        (_("given up"), given_up, "span-failed"),
    ]
    return _barred(
        name="waiting",
        label=_("Work that waits"),
        value=_("%(count)s given up") % {"count": f"{given_up:,}"},
        note=_("%(count)s late") % {"count": f"{late:,}"} if late else _("nothing is late"),
        rows=_counted(counts),
        address=reverse("admin:waiting"),
    )


def _disclosed(now: datetime) -> list[Figure]:
    """Documents whose owners complain and let staff look at what changed in them."""
    count, new = disclosing.counts(now)
    note = ngettext("%(count)d was not looked at yet", "%(count)d were not looked at yet", new) % {"count": new}
    return [
        _barred(
            name="disclosed",
            label=capfirst(_("documents shown for a complaint")),
            value=ngettext("%(count)d document", "%(count)d documents", count) % {"count": count},
            note=note if new else _("nothing waits to be looked at"),
            rows=_counted([(_("not looked at yet"), new, "near"), (_("looked at"), count - new, "span-done")]),
            address=reverse("admin:generation_disclosure_changelist"),
        )
    ]


#: What one has to be allowed to see for which figures.
_ASKED: Final[Sequence[tuple[str, Callable[[datetime], list[Figure]]]]] = (
    ("billing.view_booking", _money),
    ("generation.view_job", _jobs),
    ("generation.view_attempt", _spending),
    ("generation.view_job", _queue),
    ("generation.view_disclosure", _disclosed),
    ("documents.view_source", _searching),
    ("axes.view_accessfailurelog", _signins),
    ("platform.view_backuprun", _backups),
)


def _hourly(
    *,
    name: str,
    label: str,
    value: str,
    note: str,
    values: Sequence[Decimal | int],
    now: datetime,
    address: str = "",
    write: str = "{:,}",
    top: str = "{:,f}",
) -> Figure:
    said = [write.format(value) for value in values]
    hour = now.astimezone(UTC).hour
    return Figure(
        name=name,
        label=label,
        value=value,
        note=note,
        drawing=charts.by_hour(values, said=said, top=top, hour=hour),
        rows=[(f"{place:02}:00", said[place]) for place in range(hour + 1)],
        address=address,
    )


def _barred(
    *,
    name: str,
    label: str,
    value: str,
    note: str,
    rows: Sequence[Row],
    address: str,
    more: Sequence[tuple[str, str]] = (),
) -> Figure:
    return Figure(
        name=name,
        label=label,
        value=value,
        note=note,
        drawing=charts.bars(rows),
        rows=[*((row.label, row.number) for row in rows), *more],
        address=address,
    )


def _counted(counts: Sequence[tuple[str, int, str]]) -> list[Row]:
    most = max(count for _label, count, _look in counts)
    return [Row(label, f"{count:,}", [(charts.share(count, most), look)]) for label, count, look in counts]


def _budget(label: str, state: BudgetState) -> Row:
    """On a bar that reaches to 120 %, with a mark at the budget itself."""
    if state.limit is None:
        return Row(label, _("%(spent)s, no limit") % {"spent": in_euros(state.spent)}, [], look="over")
    filled = charts.bar(spent=state.spent, reserved=state.reserved, limit=state.limit)
    level = "over" if state.share >= 100 else "near" if state.share >= 80 else "spent"
    words = _("%(spent)s of %(limit)s") % {"spent": in_euros(state.spent), "limit": in_euros(state.limit)}
    parts = [(filled.spent * 1000 // 120, level), (filled.reserved * 1000 // 120, "reserved")]
    return Row(label, words, parts, marks=(100_000 // 120,))


def _age(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(count)d min") % {"count": minutes}
