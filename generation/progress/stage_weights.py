"""Stages shown to students: their weights, and how much of each is done (R-43)."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from generation.enums import Stage
from generation.progress.step_counts import Tallies, Tally


@dataclass(frozen=True)
class VisibleStage:
    """What a person sees as one stage; ``weight`` is its share of the whole in percent."""

    key: str
    stages: tuple[Stage, ...]
    weight: int


STAGES: Final = (
    VisibleStage("research", (Stage.RESEARCH,), 6),
    VisibleStage("write", (Stage.WRITE,), 54),
    VisibleStage("check", (Stage.CHECK,), 14),
    VisibleStage("fit", (Stage.MEASURE, Stage.REVISE, Stage.RECHECK), 16),
    VisibleStage("assemble", (Stage.ASSEMBLE,), 4),
    VisibleStage("export", (Stage.EXPORT,), 6),
)


def of(visible: VisibleStage, tallies: Tallies) -> Tally:
    """All steps of what is seen as one stage."""
    return sum((tallies.get(stage, Tally()) for stage in visible.stages), Tally())


def share(visible: VisibleStage, tallies: Tallies) -> float:
    """How much of a stage is done, 0 to 1. A stage is over as soon as a later one has begun."""
    later = STAGES[STAGES.index(visible) + 1 :]
    if any(stage in tallies for after in later for stage in after.stages):
        return 1.0
    steps = of(visible, tallies)
    if not steps.steps:
        return 0.0
    # Fitting may call for another round when it seems done, so it is full only once the next stage begins.
    whole = steps.steps + 1 if visible.key == "fit" else steps.steps
    return (steps.done + steps.partly / 100) / whole


def percent(tallies: Tallies) -> int:
    """How much of the whole is done."""
    return int(sum(visible.weight * share(visible, tallies) for visible in STAGES))


def rows(tallies: Tallies, *, is_ready: bool) -> list[dict[str, object]]:
    """Every stage with its words, its state (waiting, now, done, failed) and its share in percent."""
    labels = _labels()
    answer: list[dict[str, object]] = []
    for visible in STAGES:
        part = 1.0 if is_ready else share(visible, tallies)
        steps = of(visible, tallies)
        if steps.failed:
            state = "failed"
        elif part >= 1:
            state = "done"
        else:
            state = "now" if steps.steps else "waiting"
        answer.append({"stage": visible.key, "label": labels[visible.key], "state": state, "share": int(part * 100)})
    return answer


def _labels() -> dict[str, str]:
    return {
        "research": _("Gathering the sources"),
        "write": _("Writing the sections"),
        "check": _("Checking every citation"),
        "fit": _("Fitting the pages"),
        "assemble": _("Putting it together"),
        "export": _("Making PDF and DOCX"),
    }
