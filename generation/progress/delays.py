"""Why an open job waits, in plain words: a budget, its owner's limit, unavailable models (R-43)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from generation.enums import JobKind, JobState, Wait
from generation.models import Job
from generation.progress import outages
from generation.progress.outages import OpenStep, Trouble
from generation.spending.periods import next_day

#: Words with the moment they name as ``%(time)s``, where they name one.
Sentence = tuple[str, datetime | None]


def of(job: Job, steps: Sequence[OpenStep], calls: Trouble, *, now: datetime) -> dict[str, Any] | None:
    """What it waits for, since when, until when, and when it ends at the latest, also in words; None while it goes on.

    Times are ISO texts, or None where nobody knows. ``words`` name them in UTC; ``html`` says the same with each in a
    ``time`` element, which a page turns to the reader's zone.
    """
    if job.waits_for == Wait.LIMIT and job.waits_since is not None:
        return _limit(job.waits_since, now)
    if job.waits_for == Wait.BUDGET and job.waits_since is not None:
        return _budget(job, job.waits_since)
    due = outages.next_due(steps, now=now)
    if due is None and not calls.is_outage(now):
        return None
    if calls.since is None and due is not None and any(step.tries for step in steps):
        words = [
            (_("Something went wrong on our side; it is tried again by itself at %(time)s."), due),
            (_kept(job), None),
        ]
        return _told("retry", words, since=_last_claim(steps, now), until=due)
    return _models_away(job, steps, calls, due, now)


def _limit(since: datetime, now: datetime) -> dict[str, Any]:
    until = next_day(now)
    words = [
        (_("What you may have written in a day is used up."), None),
        (
            _(
                "Nothing is lost: it goes on by itself when a new day begins, at %(time)s. You do not have to do "
                "anything."
            ),
            until,
        ),
    ]
    return _told(Wait.LIMIT, words, since=since, until=until, latest=since + settings.LONGEST_HOLD)


def _budget(job: Job, since: datetime) -> dict[str, Any]:
    latest = since + settings.LONGEST_HOLD
    words: list[Sentence] = [
        (_("What we may spend for now is used up."), None),
        (_("Nothing is lost: it goes on by itself."), None),
        (_in_vain(job), latest),
    ]
    return _told(Wait.BUDGET, words, since=since, latest=latest)


def _models_away(
    job: Job, steps: Sequence[OpenStep], calls: Trouble, due: datetime | None, now: datetime
) -> dict[str, Any]:
    """Models that do not answer, or keys that were told to rest."""
    since = calls.since or _last_claim(steps, now)
    words: list[Sentence] = [(_("The writing models have not answered since %(time)s."), since)]
    if job.state == JobState.QUEUED and job.kind == JobKind.DOCUMENT:
        words.append((_("Your place in the queue is kept: your document is begun as soon as they answer again."), None))
        return _told("models", words, since=since, until=due)
    if calls.is_barred:
        words.append((_("They refuse us for the moment, which our staff know and see to."), None))
        due = None
    elif due is None:
        words.append((_("They are being asked again and again."), None))
    else:
        words.append((_("They are asked again by themselves at %(time)s."), due))
    latest = outages.ends_by(steps, since=calls.since, now=now)
    words.append((_kept(job), None))
    if latest is not None:
        words.append((_in_vain(job), latest))
    return _told("models", words, since=since, until=due, latest=latest)


def _kept(job: Job) -> str:
    if job.kind == JobKind.OUTLINE:
        return _("Nothing is lost: your description and your files are kept.")
    return _("Nothing is lost: what is written is kept.")


def _in_vain(job: Job) -> str:
    """What comes of a wait that does not end."""
    if job.kind == JobKind.OUTLINE:
        return _("If there is no outline until about %(time)s, this page says so, and you can ask for it again.")
    if job.kind == JobKind.REWRITING:
        return _("If it cannot go on until about %(time)s, this page says so, and it is not counted.")
    return _("If it cannot go on until about %(time)s, your money goes back to you.")


def _last_claim(steps: Sequence[OpenStep], now: datetime) -> datetime:
    return min((step.started_at for step in steps if step.started_at), default=now)


def _told(
    what: str,
    words: Sequence[Sentence],
    *,
    since: datetime,
    until: datetime | None = None,
    latest: datetime | None = None,
) -> dict[str, Any]:
    return {
        "for": str(what),
        "since": since.isoformat(),
        "until": until.isoformat() if until else None,
        "latest": latest.isoformat() if latest else None,
        "words": " ".join(text % {"time": _clock(at)} if at else text for text, at in words),
        "html": mark_safe(" ".join(_marked(text, at) for text, at in words)),  # noqa: S308  # each is escaped
    }


def _marked(text: str, at: datetime | None) -> SafeString:
    escaped = conditional_escape(text)
    if at is None:
        return escaped
    element = format_html(
        '<time datetime="{}" title="{}" data-local="clock">{}</time>',
        at.astimezone(UTC).isoformat(timespec="seconds"), f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", _clock(at),
    )  # fmt: skip
    return mark_safe(escaped % {"time": element})  # noqa: S308  # both are escaped


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
