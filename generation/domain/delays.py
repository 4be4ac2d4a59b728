"""What an open job waits for beyond its turn, in plain words: a budget, its owner's limit, models (R-43)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from generation.domain import budgets, outages
from generation.domain.outages import OpenStep, Trouble
from generation.enums import JobState, Wait
from generation.models import Job


def of(job: Job, steps: Sequence[OpenStep], calls: Trouble, *, now: datetime) -> dict[str, Any] | None:
    """What it waits for, since when, until when, and when it ends at the latest, also in words; None while it goes on.

    Times are ISO texts, or None where nobody knows.
    """
    if job.waits_for == Wait.LIMIT and job.waits_since is not None:
        until = budgets.next_day(now)
        words = [
            _("What you may have written in a day is used up."),
            _(
                "Nothing is lost: it goes on by itself when a new day begins, at 00:00 UTC. You do not have to do "
                "anything."
            ),
        ]
        return _told(
            Wait.LIMIT, words, since=job.waits_since, until=until, latest=job.waits_since + settings.LONGEST_HOLD
        )
    if job.waits_for == Wait.BUDGET and job.waits_since is not None:
        hours = int(settings.LONGEST_HOLD.total_seconds() // 3600)
        words = [
            _("What we may spend for now is used up."),
            _(
                "Nothing is lost: it goes on by itself. If it cannot within %(hours)d hours, your money goes back to "
                "you."
            )
            % {"hours": hours},
        ]
        return _told(Wait.BUDGET, words, since=job.waits_since, latest=job.waits_since + settings.LONGEST_HOLD)
    due = outages.next_due(steps, now=now)
    if due is None and not calls.is_outage(now):
        return None
    if calls.since is None and due is not None and any(step.tries for step in steps):
        words = [
            _("Something went wrong on our side; it is tried again by itself at %(time)s.") % {"time": _clock(due)},
            _("Nothing is lost: what is written is kept."),
        ]
        return _told("retry", words, since=_last_claim(steps, now), until=due)
    return _models_away(job, steps, calls, due, now)


def _models_away(
    job: Job, steps: Sequence[OpenStep], calls: Trouble, due: datetime | None, now: datetime
) -> dict[str, Any]:
    """Models that do not answer, or keys that were told to rest."""
    since = calls.since or _last_claim(steps, now)
    words = [_("The writing models have not answered since %(time)s.") % {"time": _clock(since)}]
    if job.state == JobState.QUEUED:
        words.append(_("Your place in the queue is kept: your document is begun as soon as they answer again."))
        return _told("models", words, since=since, until=due)
    if due is None:
        words.append(_("They are being asked again and again."))
    else:
        words.append(_("They are asked again by themselves at %(time)s.") % {"time": _clock(due)})
    latest = outages.ends_by(steps, now=now)
    words.append(_("Nothing is lost: what is written is kept."))
    if latest is not None:
        words.append(_("If none answers until about %(time)s, your money goes back to you.") % {"time": _clock(latest)})
    return _told("models", words, since=since, until=due, latest=latest)


def _last_claim(steps: Sequence[OpenStep], now: datetime) -> datetime:
    return min((step.started_at for step in steps if step.started_at), default=now)


def _told(
    what: str, words: Sequence[str], *, since: datetime, until: datetime | None = None, latest: datetime | None = None
) -> dict[str, Any]:
    return {
        "for": str(what),
        "since": since.isoformat(),
        "until": until.isoformat() if until else None,
        "latest": latest.isoformat() if latest else None,
        "words": " ".join(words),
    }


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
