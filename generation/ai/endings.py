"""Checks for models that will be shut down, or have been, and alerts staff (R-25)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.ai import alerts, catalogue, keys
from generation.ai.catalogue import Catalogue, Listed, Unread
from generation.enums import Provider
from generation.models import AIModel
from tesigo.platform.alerts import keep_alert, tell_staff

#: Checks one model, by its id.
CHECK_MODEL: Final = "generation.tasks.check_model"
#: When a night's check is due, in UTC: outside the hours in which people write.
_AT: Final = time(4, 23)
#: Days before an end at which staff are told, and when it is there.
WARNINGS: Final = (60, 30, 7, 0)
#: A list that cannot be read for one night is no news.
_NIGHTS: Final = timedelta(days=3)
_ONCE_A_DAY: Final = timedelta(hours=20)
_ONCE_A_MONTH: Final = timedelta(days=30)


@dataclass(frozen=True)
class Checked:
    """What is known of a model after its provider was asked; ``note`` says what could not be learned.

    ``is_over`` is false where asking again may tell more.
    """

    model: AIModel
    note: str = ""
    is_over: bool = True


def check(*, today: date | None = None) -> list[Checked]:
    """Asks every provider that there is a key of for its models, and keeps what it says of ours. Tells staff."""
    today = today or timezone.now().date()
    checked: list[Checked] = []
    for provider in Provider:
        rows = list(AIModel.objects.filter(provider=provider).order_by("name"))
        if rows and keys.configured(provider):
            checked += _check_provider(provider, rows, today)
        else:
            checked += [_by_the_sdk(row, _("no key"), is_over=True) for row in rows]
    return _done(checked, today)


def check_due(*, now: datetime | None = None) -> list[Checked]:
    """The same once a night, or as soon after it as somebody looks and the lists can be read; else nothing."""
    now = now or timezone.now()
    night = datetime.combine(now.astimezone(UTC).date(), _AT, UTC)
    if night > now:
        night -= timedelta(days=1)
    if not AIModel.objects.filter(Q(checked_at=None) | Q(checked_at__lt=night)).exists():
        return []
    return check(today=now.date())


def check_one(*, model_id: int) -> None:
    """The same for one model, as for one that was just added."""
    today = timezone.now().date()
    model = AIModel.objects.filter(pk=model_id).first()
    if model is not None and keys.configured(model.provider):
        _done(_check_provider(Provider(model.provider), [model], today), today)


def _done(checked: list[Checked], today: date) -> list[Checked]:
    _warn_of_ends((one.model for one in checked), today)
    over = [one.model.pk for one in checked if one.is_over]
    AIModel.objects.filter(pk__in=over).update(checked_at=timezone.now())
    return checked


def mark_gone(model: AIModel) -> None:
    """Leaves a model out of every chain from now on: every key was told that there is none. Staff are told once."""
    with transaction.atomic():
        now = timezone.now()
        if AIModel.objects.filter(pk=model.pk, gone_since=None).update(gone_since=now):
            alerts.model_gone(model, since=now)


def _check_provider(provider: Provider, rows: list[AIModel], today: date) -> list[Checked]:
    found = Catalogue(provider)
    try:
        found.read()
    except Unread as error:
        _unread(provider, today)
        return [_by_the_sdk(row, f"{_('list not read')} at {catalogue.address(provider)}: {error}") for row in rows]
    AIModel.objects.filter(provider=provider).exclude(unread_since=None).update(unread_since=None)
    return [_check_model(row, found) for row in rows]


def _check_model(model: AIModel, found: Catalogue) -> Checked:
    try:
        listed = found.find(model.name)
    except Unread as error:
        return _by_the_sdk(model, f"{_('not asked')}: {error}")
    if listed is None or (listed.has_ended and listed.ends_on is None):
        mark_gone(model)
        model.refresh_from_db()
        return Checked(model)
    _back(model)
    _keep(model, listed)
    return Checked(model)


def _by_the_sdk(model: AIModel, note: str, *, is_over: bool = False) -> Checked:
    _keep(model, Listed(model.name))
    return Checked(model, note, is_over)


def _keep(model: AIModel, listed: Listed) -> None:
    """Keeps what was said of a model; of what nothing was said, what is known stays."""
    values: dict[str, object] = {}
    ends_on = listed.ends_on or catalogue.end_in_sdk(model.provider, model.name)
    if ends_on is not None and ends_on != model.ends_on:
        values |= {"ends_on": ends_on, "end_told_days": None}
    if listed.context_tokens and listed.context_tokens != model.told_context_tokens:
        values["told_context_tokens"] = listed.context_tokens
    if listed.longest_answer and listed.longest_answer != model.told_output_tokens:
        values["told_output_tokens"] = listed.longest_answer
    if values:
        AIModel.objects.filter(pk=model.pk).update(**values)
        model.refresh_from_db()
    if model.max_output_tokens > model.longest_answer or model.context_tokens > model.window:
        _tell_limits(model)


def _back(model: AIModel) -> None:
    """Has a model asked again that was gone."""
    if AIModel.objects.filter(pk=model.pk).exclude(gone_since=None).update(gone_since=None):
        model.refresh_from_db()
        for key in keys.configured(model.provider):
            keys.open_again(key, model.name)


def _unread(provider: Provider, today: date) -> None:
    rows = AIModel.objects.filter(provider=provider)
    rows.filter(unread_since=None).update(unread_since=today)
    if rows.filter(unread_since__lte=today - _NIGHTS).exists():
        facts = {"provider": provider.label, "days": _NIGHTS.days}
        tell_staff(
            key=f"ai-models-unread:{provider}",
            subject=_("The list of models of %(provider)s cannot be read") % facts,
            text=_(
                "For %(days)d days the list of models of %(provider)s could not be read: an end that is announced "
                "there would not be known. “manage.py check_models” says why."
            )
            % facts,
            cool_down=_ONCE_A_DAY,
        )


def _warn_of_ends(models: Iterable[AIModel], today: date) -> None:
    for model in models:
        if model.ends_on is None or not model.enabled or not model.places.exists():
            continue
        left = (model.ends_on - today).days
        level = next((days for days in reversed(WARNINGS) if left <= days), None)
        if level is None:
            continue
        with transaction.atomic():
            news = Q(end_told_days=None) | Q(end_told_days__gt=level)
            if AIModel.objects.filter(news, pk=model.pk).update(end_told_days=level):
                _tell_end(model, left)


def _tell_end(model: AIModel, left: int) -> None:
    facts = {"model": str(model), "day": f"{model.ends_on:%Y-%m-%d}", "days": left}
    if left > 0:
        subject = ngettext("%(model)s ends in %(days)d day", "%(model)s ends in %(days)d days", left) % facts
    else:
        subject = _("%(model)s has ended") % facts
    keep_alert(
        key=f"ai-model-ends:{model.provider}:{model.name}:{facts['day']}:{model.end_told_days}:{left}",
        subject=subject,
        text=_(
            "The end of %(model)s is announced for %(day)s. From that day on it is left out of every chain, and the "
            "models behind it are asked. Give its successor a place in the chains before."
        )
        % facts,
    )


def _tell_limits(model: AIModel) -> None:
    facts = {"model": str(model), "answer": f"{model.longest_answer:,}", "window": f"{model.window:,}"}
    tell_staff(
        key=f"ai-model-limits:{model.provider}:{model.name}:{facts['answer']}:{facts['window']}",
        subject=_("%(model)s gives less than its row says") % facts,
        text=_(
            "By its provider %(model)s answers with %(answer)s tokens at most and holds %(window)s. It is asked for no "
            "more than that, whatever its row says."
        )
        % facts,
        cool_down=_ONCE_A_MONTH,
    )
