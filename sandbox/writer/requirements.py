"""Reading an assignment sheet as a model does: mostly right, and now and then not in its words."""

import random
import re

from sandbox.writer.prompt import Prompt

MOST_REQUIREMENTS = 12
#: How often a line is said in other words than the sheet's, as models do.
WRONG_SHARE = 0.15
_LINE = re.compile(r"(?<=[.!?:])\s+(?:[-–•*]\s+)?(?=[^\W\d_a-z])|\n+")
_BULLET = re.compile(r"^(?:[-*•#]+|\d+[.)])\s*")
_QUOTED = re.compile(r"[“„\"«]([^“”„\"«»]{2,60})[”“\"»]")


def requirements(prompt: Prompt, *, forges: bool = False) -> list[dict[str, str]]:
    """A line for each sentence of the sheet, a term where one is quoted; some with words that the sheet has not."""
    chance = random.Random(f"sheet|{prompt.asked}")  # noqa: S311  # repeatable, not secret
    found = []
    for line in (_BULLET.sub("", part.strip()) for part in _LINE.split(prompt.asked)):
        if len(line.split()) < 3:
            continue
        quoted = _QUOTED.search(line)
        words = line
        if forges or chance.random() < WRONG_SHARE:
            words = f"Students are asked to {line[0].lower()}{line[1:]}"
        kind, asks = ("term", quoted[1]) if quoted else ("question", line.rstrip(".:;"))
        found.append({"kind": kind, "asks": asks, "words": words})
    return found[:MOST_REQUIREMENTS]
