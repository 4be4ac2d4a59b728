"""Which search services answer, for staff: the last answer of each, and what one needs that is not asked (R-95)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from documents.models import SearchService
from documents.sources.rules import RULES, lacks

#: Least time between two writes of a row while nothing changes.
RENEWED_AFTER: Final = timedelta(minutes=1)
#: Time without an answer after which staff are shown a service.
SILENT_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Standing:
    """One service. ``needs`` says what it lacks to be asked; ``silent_for`` is set where it is silent for long."""

    name: str
    title: str
    is_set_up: bool
    needs: str = ""
    answered_at: datetime | None = None
    failure: str = ""
    silent_for: timedelta | None = None


def record(*, answered: Collection[str], failed: Mapping[str, str], now: datetime) -> None:
    """Notes who answered and who did not (a word for why), writing only what changed or is a minute old."""
    if not answered and not failed:
        return
    known = SearchService.objects.in_bulk([*answered, *failed])
    fresh = now - RENEWED_AFTER
    rows = []
    for name in answered:
        row = known.get(name)
        if row is None or row.failing_since or row.answered_at is None or row.answered_at < fresh:
            rows.append(SearchService(name=name, asked_at=now, answered_at=now))
    for name, failure in failed.items():
        row = known.get(name)
        if row is None or row.failure != failure or row.asked_at < fresh:
            since = (row.failing_since if row else None) or now
            last = row.answered_at if row else None
            rows.append(
                SearchService(name=name, asked_at=now, answered_at=last, failing_since=since, failure=failure[:20])
            )
    if rows:
        SearchService.objects.bulk_create(
            sorted(rows, key=lambda row: row.name),
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["asked_at", "answered_at", "failing_since", "failure"],
        )


def standing(*, now: datetime) -> list[Standing]:
    """Every service that there is a connector for."""
    known = SearchService.objects.in_bulk()
    found = []
    for name, rule in RULES.items():
        values = settings.SOURCE_SERVICES.get(name, {})
        has_url = bool(values.get("url"))
        needs = (
            lacks(name, key=str(values.get("key") or ""), contact=str(values.get("contact") or "")) if has_url else ""
        )
        row = known.get(name) if has_url and not needs else None
        failing = now - row.failing_since if row and row.failing_since else timedelta(0)
        found.append(
            Standing(
                name=name,
                title=rule.title,
                is_set_up=has_url and not needs,
                needs=needs,
                answered_at=row.answered_at if row else None,
                failure=row.failure if row else "",
                silent_for=failing if failing >= SILENT_AFTER else None,
            )
        )
    return found
