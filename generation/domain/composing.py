"""Bringing a section to its length by asking again: never by filler, never by cutting (R-11, R-34)."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from documents.domain.text import body_characters
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.domain.drafts import Draft
from generation.prompts import writing
from generation.prompts.writing import LONGEST_CALL, Commission

#: Answers of a model that one text may take beyond those that its length needs.
SPARE_CALLS: Final = 6
#: Bounds of what a writer is believed to give of what it is asked for.
_RATIOS: Final = (0.4, 2.0)
#: Fewer characters than this are not asked for: no model writes so little to the point.
_SHORTEST_CALL: Final = 200

_FENCE: Final = re.compile(r"\A```\w*\n(.*?)\n?```\Z", re.S)
_HEADING: Final = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t].*|(?:[-*_][ \t]*){3,}|={3,})$", re.M)
_IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,1000}\)")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")

Ask = Callable[[Question], Awaitable[Answer]]
Keep = Callable[[Draft], Awaitable[None]]


async def reach(commission: Commission, draft: Draft, *, target: int, tolerance: int, ask: Ask, keep: Keep) -> Draft:
    """The draft at ``target`` characters, give or take ``tolerance``, or as near as a bounded number of calls gets.

    The writer is asked for more or less than is missing, by what it gave before of what it was asked for. ``keep`` is
    called with each new text, so that a crash costs one call at most. Raises NoAnswer when there is no text at all.
    """
    offered = sorted({*draft.offered, *(passage.pk for passage in commission.passages)})
    draft = replace(draft, offered=offered)
    most = SPARE_CALLS + target // LONGEST_CALL
    best = draft
    while draft.calls < most:
        missing = target - body_characters(draft.text)
        if draft.text and abs(missing) <= tolerance:
            return draft
        question, asked = _next_question(commission, draft, missing, target)
        try:
            answer = await ask(question)
        except NoAnswer:
            if best.text:
                return best
            raise
        draft = _merged(draft, question.purpose, answer, asked, target)
        best = _nearer(best, draft, target)
        await keep(draft)
    return best


def _next_question(commission: Commission, draft: Draft, missing: int, target: int) -> tuple[Question, int]:
    """What to ask next, and the characters that it asks for."""
    if missing < 0 and draft.text:
        asked = round(target / _believed(draft.tightening))
        return writing.tighten(commission, draft.text, characters=asked), asked
    asked = min(LONGEST_CALL, max(_SHORTEST_CALL, round(missing / _believed(draft.ratio))))
    if not draft.text:
        return writing.write(commission, characters=asked), asked
    return writing.extend(commission, draft.text, characters=asked), asked


def _merged(draft: Draft, purpose: str, answer: Answer, asked: int, target: int) -> Draft:
    text = cleaned(str(answer.value["markdown"]))
    given = body_characters(text)
    claims = list(answer.value["claims"])
    models = list(dict.fromkeys([*draft.models, answer.model]))
    merged = replace(draft, claims=draft.claims + claims, models=models, calls=draft.calls + 1)
    if purpose != "tighten":
        text = "\n\n".join(part for part in (draft.text, text) if part)
        return replace(merged, text=text, ratio=given / asked)
    # An answer that lost most of the text, or made it longer, is worse than the text.
    is_better = target * 0.5 <= given < body_characters(draft.text)
    return replace(merged, text=text if is_better else draft.text, tightening=given / asked)


def _believed(ratio: float) -> float:
    low, high = _RATIOS
    return min(high, max(low, ratio))


def cleaned(markdown: str) -> str:
    """A writer's text as running text: no headings, rules, images, tags or links, whatever it was told."""
    text = _FENCE.sub(r"\1", markdown.replace("\r\n", "\n").strip())
    text = _LINK.sub(r"\1", _IMAGE.sub("", _TAG.sub("", text)))
    return _BLANK_LINES.sub("\n\n", _HEADING.sub("", text)).strip()


def _nearer(one: Draft, other: Draft, target: int) -> Draft:
    if not one.text:
        return other
    if not other.text:
        return one
    first, second = (abs(body_characters(draft.text) - target) for draft in (one, other))
    # Both know what was spent; the nearer text wins, the newer one where they are alike.
    return other if second <= first else replace(one, calls=other.calls, models=other.models)
