"""Has the versions of sections compared in a process of its own, under limits: a task on input, an answer on output."""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from generation.editing.comparing import Change
from generation.editing.tracing import Counts, Stretch, counts, traced
from generation.errors import ComparingTooLong
from tesigo.platform import limited_child
from tesigo.platform.limited_child import ChildLimits, TooSlow, Work

logger = logging.getLogger(__name__)
#: Of all sections together: who shows them takes some seconds for each hundred thousand.
MOST_STRETCHES: Final = 60_000
_LIMITS: Final = ChildLimits(memory_bytes=1024**3, cpu_seconds=30, wall_seconds=45.0)


@dataclass(frozen=True)
class Traced:
    """What changed between the first and the last text of a section, and how much that is."""

    paragraphs: Sequence[Sequence[Stretch]]
    counts: Counts


def compare(sections: Sequence[Sequence[str]]) -> list[Traced]:
    """The same for each section, given by its texts from the first to the last. Raises ComparingTooLong."""
    try:
        ended = limited_child.run(Work(__name__, _LIMITS), given=json.dumps(sections).encode())
        answer = json.loads(ended.output)
    except TooSlow:
        raise ComparingTooLong from None
    except ValueError:
        if not ended.is_out_of_time:
            logger.warning("comparing child died", extra={"code": ended.code})
        raise ComparingTooLong from None
    if answer is None:
        raise ComparingTooLong
    return [
        Traced(
            [[Stretch(Change(change), text, version) for change, text, version in one] for one in paragraphs],
            Counts(**counted),
        )
        for paragraphs, counted in answer
    ]


def _answer(sections: Sequence[Sequence[str]]) -> list[object] | None:
    """What is compared of all sections, or nothing where that is too much to be shown."""
    found, stretches = [], 0
    for texts in sections:
        compared = traced(texts)
        stretches += sum(map(len, compared))
        if stretches > MOST_STRETCHES:
            return None
        rows = [[(one.change, one.text, one.version) for one in paragraph] for paragraph in compared]
        found.append([rows, asdict(counts(compared, before=texts[0], after=texts[-1]))])
    return list(found)


if __name__ == "__main__":
    json.dump(_answer(json.load(sys.stdin)), sys.stdout)
