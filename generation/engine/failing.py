"""Reasons why a step failed for good: plain words for the student, details for staff."""

from django.db.models import Count
from django.utils.translation import gettext as _

from documents.domain.exporting import ExportError
from documents.models import Section
from generation.ai.errors import NoAnswer
from generation.engine.queue import Claim
from generation.models import Attempt


def words_for(claim: Claim, error: Exception) -> str:
    """What the student is told: which section it was, where it was one, and why."""
    reason = _reason(error)
    section = Section.objects.filter(pk=claim.section_id).only("title").first() if claim.section_id else None
    if section is None:
        return reason
    return _("The section “%(title)s” could not be written: %(reason)s") % {"title": section.title, "reason": reason}


def facts_for(claim: Claim, error: Exception) -> str:
    """What staff see: the error, and what became of the calls that were made for the step, by model."""
    facts = f"{type(error).__name__}: {error}"
    if not isinstance(error, NoAnswer):
        return facts
    asked = Attempt.objects.filter(step_id=claim.step_id).values_list("model_name", "outcome")
    counted = asked.annotate(times=Count("pk")).order_by("model_name", "outcome")
    return " · ".join([facts, *(f"{model} {outcome} × {times}" for model, outcome, times in counted)])


def _reason(error: Exception) -> str:
    if isinstance(error, NoAnswer):
        if error.is_outage:
            return _("The writing models could not be reached for a long time.")
        return _("The writing models gave no usable answer.")
    if isinstance(error, ExportError):
        return _("The text could not be laid out: %(reason)s") % {"reason": error}
    return _("Something went wrong on our side, several times over.")
