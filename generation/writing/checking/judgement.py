"""Asks a model whether passages support sentences, where code cannot decide (R-10).

One question has up to ``sizes.CLAIMS`` pairs, and no pair is asked twice in one check. Missing verdicts are asked for
once more. Of two verdicts on one pair, the worse counts. Among every few pairs is one that nothing supports: a model
that accepts it, because a passage talked it into agreeing for example, is noticed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from generation.ai.errors import NoAnswer
from generation.engine.work import each_at_once
from generation.writing.composing import Ask
from generation.writing.prompts import judging, sizes

#: Pairs for each decoy that stands among them.
DECOY_EVERY: Final = 10
#: How often pairs without a verdict are asked for.
_TRIES: Final = 2
#: No passage supports it, whatever it is about.
DECOY: Final = "Not a single word of the passage named here was ever written down, printed or read by a human being."

#: A sentence and the text of its passage.
Pair = tuple[str, str]


@dataclass(frozen=True)
class ClaimVerdict:
    """Whether a passage supports a sentence, and why."""

    is_support: bool
    reason: str = ""


_UNJUDGED: Final = ClaimVerdict(False, "it could not be judged")


@dataclass
class Judge:
    """The judge of one check. ``known`` are its verdicts so far."""

    ask: Ask
    known: dict[Pair, ClaimVerdict] = field(default_factory=dict)

    async def judge(self, pairs: Iterable[Pair]) -> dict[Pair, ClaimVerdict]:
        """A verdict on each pair. Raises NoAnswer in an outage; what nobody will judge is not supported."""
        wanted = list(dict.fromkeys(pairs))
        for _try in range(_TRIES):
            if left := [pair for pair in wanted if pair not in self.known]:
                for verdicts in await each_at_once(list(_questions(left)), self._verdicts):
                    self.known.update(verdicts)
        return {pair: self.known.get(pair, _UNJUDGED) for pair in wanted}

    async def _verdicts(self, batch: Sequence[Pair]) -> dict[Pair, ClaimVerdict]:
        """Verdicts on those pairs of a batch that the judge spoke of; in halves where it supports what nobody can."""
        was_talked_round, verdicts = await self._asked(batch)
        if not was_talked_round:
            return verdicts
        if len(batch) == 1:
            return {batch[0]: ClaimVerdict(False, "its judge supports whatever it is shown")}
        middle = len(batch) // 2
        halves = [await self._verdicts(half) for half in (batch[:middle], batch[middle:])]
        return {pair: verdict for verdicts in halves for pair, verdict in verdicts.items()}

    async def _asked(self, batch: Sequence[Pair]) -> tuple[bool, dict[Pair, ClaimVerdict]]:
        """Whether any decoy was supported, and what was said of the pairs."""
        asked = _with_decoys(batch)
        try:
            answer = await self.ask(judging.question(asked))
        except NoAnswer as failure:
            if failure.is_outage:
                raise
            return False, dict.fromkeys(batch, _UNJUDGED)
        said = judging.read(answer.value, count=len(asked))
        numbered = list(enumerate(asked, start=1))
        was_talked_round = any(said[n][0] for n, pair in numbered if pair[0] == DECOY and n in said)
        return was_talked_round, {
            pair: ClaimVerdict(*said[n]) for n, pair in numbered if pair[0] != DECOY and n in said
        }


def _questions(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """The pairs, at least one, in as few questions as hold them, those that share a passage beside each other."""
    first_at = {passage: at for at, (_sentence, passage) in reversed(list(enumerate(pairs)))}
    batch: list[Pair] = []
    size = 0
    for pair in sorted(pairs, key=lambda pair: first_at[pair[1]]):
        is_shown = bool(batch) and batch[-1][1] == pair[1]
        more = len(pair[0]) + judging.AROUND_CHARACTERS + (0 if is_shown else len(pair[1]) + judging.AROUND_CHARACTERS)
        if batch and (len(batch) == sizes.CLAIMS or size + more > sizes.JUDGED_CHARACTERS):
            yield batch
            batch, size, more = [], 0, len(pair[0]) + len(pair[1]) + 2 * judging.AROUND_CHARACTERS
        batch.append(pair)
        size += more
    yield batch


def _with_decoys(batch: Sequence[Pair]) -> list[Pair]:
    """The pairs with a decoy among every few of them, about a passage that is shown anyway, where no judge knows it."""
    shown: list[Pair] = []
    for start in range(0, len(batch), DECOY_EVERY):
        few = batch[start : start + DECOY_EVERY]
        place = crc32(few[0][0].encode()) % (len(few) + 1)
        decoy = (DECOY, few[min(place, len(few) - 1)][1])
        shown += [*few[:place], decoy, *few[place:]]
    return shown
