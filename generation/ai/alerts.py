"""What staff are told of keys and of questions that providers do not take (R-113): by place and id, never by value."""

from django.utils.translation import gettext as _

from generation.ai.keys import Key
from generation.enums import Outcome, Provider
from generation.models import Attempt
from tesigo.platform.alerts import tell_staff


def key_refused(key: Key) -> None:
    """A provider does not take a key any more."""
    facts = {"place": key.place, "provider": Provider(key.provider).label}
    tell_staff(
        key=f"ai-key-refused:{key.name}",
        subject=_("%(provider)s refuses key %(place)d") % facts,
        text=_(
            "Key %(place)d of %(provider)s was refused: it is wrong, was withdrawn, or its account is out of money. It "
            "is set aside for ten minutes at a time; other keys and models go on meanwhile."
        )
        % facts,
    )


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
