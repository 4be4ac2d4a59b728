"""Alerts to staff about keys and refused questions (R-113). They name a key by its place, never by its value."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from generation.ai.errors import Trouble
from generation.ai.keys import Key
from generation.enums import Outcome, Provider
from generation.models import AIModel, Attempt
from tesigo.platform.alerts import keep_alert, tell_staff

P = ParamSpec("P")


def _for_staff(tell: Callable[P, None]) -> Callable[P, None]:
    """They come up in steps, which speak the languages of documents' owners."""

    @wraps(tell)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            tell(*args, **kwargs)

    return told


@_for_staff
def key_refused(key: Key, trouble: Trouble | None = None) -> None:
    """A provider does not take a key any more, or not now, for what is wrong with its account."""
    facts = {"place": key.place, "provider": Provider(key.provider).label}
    if trouble is None:
        subject = _("%(provider)s refuses key %(place)d")
        text = _(
            "Key %(place)d of %(provider)s was refused: it is wrong or was withdrawn. It is set aside for ten minutes "
            "at a time; other keys and models go on meanwhile."
        )
    else:
        subject, cause = {
            Trouble.LIMIT: (
                _("%(provider)s: the spending limit behind key %(place)d is reached"),
                _("The account behind key %(place)d of %(provider)s has reached its spending limit for this month."),
            ),
            Trouble.CREDIT: (
                _("%(provider)s: the account of key %(place)d is out of money"),
                _("The account behind key %(place)d of %(provider)s has no credit left."),
            ),
            Trouble.HOLD: (
                _("%(provider)s: the account of key %(place)d is on hold"),
                _("%(provider)s has put the account behind key %(place)d on hold."),
            ),
        }[trouble]
        text = " ".join(
            (
                cause,
                _(
                    "Its keys are set aside for four hours at a time; other providers go on meanwhile. Once that is "
                    "put right, “Ask again now” on the page of AI spending has them asked at once."
                ),
            )
        )
    tell_staff(key=f"ai-key-refused:{key.name}:{trouble or ''}", subject=subject % facts, text=text % facts)


@_for_staff
def model_refused(key: Key, model: str) -> None:
    """A key may not ask one model; its other models go on."""
    facts = {"place": key.place, "provider": Provider(key.provider).label, "model": model}
    tell_staff(
        key=f"ai-model-refused:{key.name}:{model}",
        subject=_("%(provider)s does not let key %(place)d ask %(model)s") % facts,
        text=_(
            "%(provider)s says that there is no model %(model)s for key %(place)d. The model is left out for this key "
            "for an hour at a time; the key's other models go on."
        )
        % facts,
    )


@_for_staff
def model_gone(model: AIModel, *, since: datetime) -> None:
    """No key of its provider finds a model any more (R-25). In one transaction with the mark that says so."""
    facts = {"model": model.name, "provider": Provider(model.provider).label}
    keep_alert(
        key=f"ai-model-gone:{model.provider}:{model.name}:{since.isoformat()}",
        subject=_("%(provider)s has no model %(model)s any more") % facts,
        text=_(
            "%(provider)s says that there is no model %(model)s. It is left out of every chain, without a call; the "
            "models behind it are asked. Give another model its place. Should it be there again, “check_models”, "
            "which also runs every night, brings it back."
        )
        % facts,
    )


@_for_staff
def key_failing(key: Key) -> None:
    """Calls with a key fail so often that they are not made for a while (R-31)."""
    facts = {"place": key.place, "provider": Provider(key.provider).label}
    tell_staff(
        key=f"ai-key-failing:{key.name}",
        subject=_("%(provider)s does not answer key %(place)d") % facts,
        text=_(
            "Calls to %(provider)s with key %(place)d failed several times in a row. One call at a time tries whether "
            "it answers again; other keys and models go on meanwhile."
        )
        % facts,
    )


@_for_staff
def question_refused(*, attempt: Attempt, outcome: Outcome) -> None:
    """A provider would not take a question, or a model would not answer it (R-30)."""
    facts = {
        "model": attempt.model_name,
        "purpose": attempt.purpose,
        "outcome": outcome.label,
        "attempt": attempt.pk,
    }
    tell_staff(
        key=f"ai-question-refused:{attempt.model_name}:{attempt.purpose}:{outcome}",
        subject=_("%(model)s: %(outcome)s") % facts,
        text=_(
            "The model %(model)s was asked for “%(purpose)s”; how it ended: %(outcome)s. The next model of the chain "
            "was asked instead. Attempt %(attempt)s in the admin says more."
        )
        % facts,
    )
