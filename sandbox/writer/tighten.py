"""Shortening an existing text to a length: whole sentences go, uncited ones first."""

import re

from sandbox.writer.compose import Claim, Draft, best_source
from sandbox.writer.extracts import sentences
from sandbox.writer.prompt import Prompt

_CITE = re.compile(r"@([^\s,;\]]+)(?:,\s*pp?\.\s*([^\];]+))?")


def tighten(prompt: Prompt, *, factor: float = 1.0) -> Draft:
    """The text of the prompt at about the length asked for, with the claims that are left."""
    target = round((prompt.length or len(prompt.text)) * factor)
    blocks = [_units(block) for block in re.split(r"\n\s*\n", prompt.text)]
    surplus = len(prompt.text) - target
    places = [(b, s) for b, block in enumerate(blocks) for s in range(len(block))]
    plain = [place for place in places if not _stays(blocks[place[0]][place[1]])]
    gone: set[tuple[int, int]] = set()
    for stock in (plain, [place for place in places if place not in set(plain)]):
        if surplus > 0:
            chosen = _subset({place: len(blocks[place[0]][place[1]]) + 1 for place in stock}, surplus)
            gone |= chosen
            surplus -= sum(len(blocks[b][s]) + 1 for b, s in chosen)
            if surplus < 0.02 * target:
                break
    kept = [[unit for s, unit in enumerate(block) if (b, s) not in gone] for b, block in enumerate(blocks)]
    markdown = "\n\n".join(" ".join(units) for units in kept if units)
    return Draft(markdown=markdown, claims=claims_of(markdown, prompt))


def dispensable(prompt: Prompt, *, factor: float = 1.0) -> list[int]:
    """The numbers of sentences to leave out, about as long as asked for together; uncited ones first.

    Who writes too long shortens too little: the ``factor`` divides what is left out.
    """
    offered = prompt.numbered("s")
    surplus = round((prompt.length or 0) / factor)
    chosen: list[int] = []
    for is_cited in (False, True):
        stock = {(0, n): len(text) + 1 for n, text in offered.items() if _stays(text) is is_cited}
        if surplus > 0:
            found = _subset(stock, surplus)
            chosen += sorted(n for _block, n in found)
            surplus -= sum(stock[place] for place in found)
    return chosen


def _stays(sentence: str) -> bool:
    """Whether a sentence goes last: one that cites, or that says what kind of text this is."""
    return bool(_CITE.search(sentence)) or "sandbox" in sentence.lower()


def claims_of(markdown: str, prompt: Prompt) -> list[Claim]:
    """The claims of a text whose citations resolve to passages of the prompt."""
    claims = []
    for block in re.split(r"\n\s*\n", markdown):
        for sentence in _units(block):
            for key, page in _CITE.findall(sentence):
                source = best_source(prompt.sources, key=key, page=page.strip(), sentence=sentence)
                if source:
                    claims.append(Claim(sentence=sentence, key=key, passage=source.passage, page=page.strip() or None))
    return claims


def _units(block: str) -> list[str]:
    if re.match(r"\s*(?:[-*+>#|]|\d+[.)])\s", block):
        return [block]
    return sentences(block)


def _subset(lengths: dict[tuple[int, int], int], goal: int) -> set[tuple[int, int]]:
    """Units whose lengths add up closest to the goal (a small knapsack)."""
    reach: dict[int, tuple[tuple[int, int], int] | None] = {0: None}
    for place, length in lengths.items():
        for total in [total for total in reach if total + length <= goal + 60]:
            reach.setdefault(total + length, (place, total))
    best = min(reach, key=lambda total: abs(total - goal))
    chosen: set[tuple[int, int]] = set()
    while (step := reach[best]) is not None:
        chosen.add(step[0])
        best = step[1]
    return chosen
