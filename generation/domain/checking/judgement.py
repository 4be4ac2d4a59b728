"""What a model says of sentences and their passages, where code cannot decide (R-10).

Many pairs go into one question, several questions at once, and nothing is asked twice in one check. A verdict that is
missing is asked for once more; of two on one pair the worse counts; and each question holds a pair that nobody could
support, so that a judge who was talked into agreeing, by a passage say, is noticed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

from generation.ai.errors import NoAnswer
from generation.domain.checking import at_once
from generation.domain.composing import Ask
from generation.prompts import judging

#: Pairs in one question.
BATCH: Final = 10
#: How often pairs without a verdict are asked for.
_TRIES: Final = 2
#: No passage supports it, whatever it is about.
DECOY: Final = "Not a single word of the passage below was ever written down, printed or read by a human being."

#: A sentence and the text of its passage.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """Whether a passage supports a sentence, and why."""

    is_support: bool
    reason: str = ""


_UNJUDGED: Final = Verdict(False, "it could not be judged")


@dataclass
class Judge:
    """The judge of one check. ``known`` are its verdicts so far."""

    ask: Ask
    known: dict[Pair, Verdict] = field(default_factory=dict)

    async def judge(self, pairs: Iterable[Pair]) -> dict[Pair, Verdict]:
        """A verdict on each pair. Raises NoAnswer in an outage; what nobody will judge is not supported."""
        wanted = list(dict.fromkeys(pairs))
        for _try in range(_TRIES):
            if left := [pair for pair in wanted if pair not in self.known]:
                for verdicts in await at_once.each(_batches(left), self._verdicts):
                    self.known.update(verdicts)
        return {pair: self.known.get(pair, _UNJUDGED) for pair in wanted}

    async def _verdicts(self, batch: Sequence[Pair]) -> dict[Pair, Verdict]:
        """Verdicts on those pairs of a batch that the judge spoke of; one by one where it supports what nobody can."""
        decoy, verdicts = await self._asked(batch)
        if decoy is None or not decoy.is_support:
            return verdicts
        if len(batch) == 1:
            return {batch[0]: Verdict(False, "its judge supports whatever it is shown")}
        alone = [await self._verdicts([pair]) for pair in batch]
        return {pair: verdict for verdicts in alone for pair, verdict in verdicts.items()}

    async def _asked(self, batch: Sequence[Pair]) -> tuple[Verdict | None, dict[Pair, Verdict]]:
        """What was said of the decoy, and of the pairs."""
        place = crc32(batch[0][0].encode()) % (len(batch) + 1)
        shown = [*batch[:place], (DECOY, batch[min(place, len(batch) - 1)][1]), *batch[place:]]
        try:
            answer = await self.ask(judging.question(shown))
        except NoAnswer as failure:
            if failure.is_outage:
                raise
            return None, dict.fromkeys(batch, _UNJUDGED)
        said = _read(answer.value, len(shown))
        rest = [number for number in range(1, len(shown) + 1) if number != place + 1]
        found = {pair: said[number] for number, pair in zip(rest, batch, strict=True) if number in said}
        return said.get(place + 1), found


def _batches(pairs: Sequence[Pair]) -> list[Sequence[Pair]]:
    """Batches of nearly the same size."""
    number = -(-len(pairs) // BATCH)
    size, more = divmod(len(pairs), number)
    ends = [size * at + min(at, more) for at in range(number + 1)]
    return [pairs[start:end] for start, end in pairwise(ends)]


def _read(value: dict[str, Any], count: int) -> dict[int, Verdict]:
    """Verdicts by number, in whatever order they were given; the worse of two, none on what was not asked."""
    said: dict[int, Verdict] = {}
    for one in value["verdicts"]:
        number, verdict = int(one["n"]), Verdict(one["verdict"] == judging.SUPPORTED, str(one["reason"])[:300])
        if 1 <= number <= count and (number not in said or said[number].is_support):
            said[number] = verdict
    return said
