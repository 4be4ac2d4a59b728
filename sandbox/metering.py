"""What calls cost in tokens: how much a model reasons, what it is billed for, and the totals since the last reset."""

from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.models import Model

#: Tokens of reasoning by effort: a floor for each answer, and a share of the tokens of the answer itself. Real models
#: vary from call to call; by a rule that depends on nothing else, two builds can be compared.
REASONING: dict[str, tuple[int, float]] = {
    "": (0, 0.0),
    "none": (0, 0.0),
    "minimal": (64, 0.05),
    "low": (128, 0.15),
    "medium": (320, 0.4),
    "high": (768, 0.9),
    "xhigh": (1_536, 1.6),
    "max": (3_072, 2.5),
}
#: Reasoning is counted in whole blocks.
_BLOCK = 64


def reasoning(effort: str, answer: int) -> int:
    """Tokens that a model reasons at an effort before an answer of ``answer`` tokens."""
    floor, share = REASONING[effort]
    return -int(-(floor + share * answer) // _BLOCK) * _BLOCK


@dataclass(frozen=True)
class Used:
    """What one call is billed for, in tokens. ``input`` excludes what was read from and written to the cache.

    ``output`` includes ``reasoning``. ``written_1h`` is the part of ``written`` that is kept for an hour.
    """

    input: int = 0
    cached: int = 0
    written: int = 0
    written_1h: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def prompt(self) -> int:
        """The whole prompt."""
        return self.input + self.cached + self.written


@dataclass
class Total:
    """The sums for one model. ``long_calls`` had a prompt above the size at which a dearer price begins."""

    calls: int = 0
    long_calls: int = 0
    cut: int = 0
    input: int = 0
    cached: int = 0
    written: int = 0
    written_1h: int = 0
    output: int = 0
    reasoning: int = 0


@dataclass
class Meter:
    """Totals by model, of answers alone: what is refused costs nothing, what is cut or thrown away does."""

    totals: dict[str, Total] = field(default_factory=dict)

    def reset(self) -> None:
        """From nothing again."""
        self.totals.clear()

    def book(self, model: Model, used: Used, *, cut: bool) -> None:
        """One answer."""
        total = self.totals.setdefault(model.id, Total())
        total.calls += 1
        total.cut += cut
        total.long_calls += model.long_prompt is not None and used.prompt > model.long_prompt
        for name, value in asdict(used).items():
            setattr(total, name, getattr(total, name) + value)

    def describe(self) -> dict[str, Any]:
        """The totals as JSON, and their sum over all models."""
        whole = Total()
        for total in self.totals.values():
            for name, value in asdict(total).items():
                setattr(whole, name, getattr(whole, name) + value)
        return {"models": {name: asdict(total) for name, total in sorted(self.totals.items())}, "all": asdict(whole)}
