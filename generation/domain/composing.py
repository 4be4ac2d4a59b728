"""Bringing a section to its length by asking again: never by filler, never by cutting (R-11, R-34)."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from documents.domain.text import body_characters
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.domain.drafts import Draft
from generation.prompts import writing
from generation.prompts.writing import MAX_TEXT, Commission

#: Answers of a model that one text may take beyond those that its length needs.
SPARE_CALLS: Final = 6
#: Bounds of what a writer is believed to give of what it is asked for.
_RATIOS: Final = (0.4, 2.0)
#: Fewer characters than this are not asked for: no model writes so little to the point.
_SHORTEST_CALL: Final = 200
#: What a shorter answer says of its writer counts in proportion.
_TELLING: Final = 2_000
#: A long text is shortened in one stretch of it, of so many times what has to go, and not shorter than this.
_STRETCH: Final = 4
_SHORTEST_STRETCH: Final = 3_000
#: The share of a stretch that stays at least.
_LEFT: Final = 0.5

_FENCE: Final = re.compile(r"\A```\w*\n(.*?)\n?```\Z", re.S)
_HEADING: Final = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t].*|(?:[-*_][ \t]*){3,}|={3,})$", re.M)
_IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,1000}\)")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")

Ask = Callable[[Question], Awaitable[Answer]]
Keep = Callable[[Draft], Awaitable[None]]


@dataclass(frozen=True)
class _Order:
    """A question, and the characters that it asks for: for new text, or for ``old`` between what stays around it."""

    question: Question
    asked: int
    before: str = ""
    old: str = ""
    after: str = ""


async def reach(
    commission: Commission,
    draft: Draft,
    *,
    target: int,
    tolerance: int,
    ask: Ask,
    keep: Keep,
    may_wait: bool = False,
) -> Draft:
    """The draft at ``target`` characters, give or take ``tolerance``, or as near as a bounded number of calls gets.

    The writer is asked for more or less than is missing, by what it gave before of what it was asked for. ``keep`` is
    called with each new text, so that a crash costs one call at most. Raises NoAnswer when there is no text at all, and
    in an outage that may be waited for.
    """
    offered = sorted({*draft.offered, *(passage.pk for passage in commission.passages)})
    draft = replace(draft, offered=offered)
    most = SPARE_CALLS + target // commission.longest
    best = draft
    while draft.calls < most:
        missing = target - body_characters(draft.text)
        if draft.text and abs(missing) <= tolerance:
            return draft
        order = _next_order(commission, draft, missing)
        try:
            answer = await ask(order.question)
        except NoAnswer as failure:
            if best.text and not (failure.is_outage and may_wait):
                return best
            raise
        draft = _merged(draft, order, answer)
        best = _nearer(best, draft, target)
        await keep(draft)
    return best


def _next_order(commission: Commission, draft: Draft, missing: int) -> _Order:
    if missing < 0 and draft.text:
        return _shortening(commission, draft, -missing)
    asked = min(commission.longest, max(_SHORTEST_CALL, round(missing / _believed(draft.ratio))))
    if not draft.text:
        return _Order(writing.write(commission, characters=asked), asked)
    return _Order(writing.extend(commission, draft.text, characters=asked), asked)


def _shortening(commission: Commission, draft: Draft, surplus: int) -> _Order:
    size = max(_SHORTEST_STRETCH, _STRETCH * surplus)
    before, old, after = _stretch(draft.text, size=min(size, commission.longest, MAX_TEXT), turn=draft.calls)
    length = body_characters(old)
    asked = round(max(length - surplus, length * _LEFT) / _believed(draft.tightening))
    return _Order(writing.tighten(commission, old, characters=asked), asked, before, old, after)


def _stretch(text: str, *, size: int, turn: int) -> tuple[str, str, str]:
    """Whole paragraphs of about ``size`` characters, with what stands before and after; another one at each turn."""
    stretches: list[str] = []
    for paragraph in text.split("\n\n"):
        if stretches and len(stretches[-1]) < size:
            stretches[-1] += "\n\n" + paragraph
        else:
            stretches.append(paragraph)
    if len(stretches) > 1 and len(stretches[-1]) < size / 2:
        rest = stretches.pop()
        stretches[-1] += "\n\n" + rest
    at = turn % len(stretches)
    return "\n\n".join(stretches[:at]), stretches[at], "\n\n".join(stretches[at + 1 :])


def _merged(draft: Draft, order: _Order, answer: Answer) -> Draft:
    text = cleaned(str(answer.value["markdown"]))
    given = body_characters(text)
    merged = replace(
        draft,
        claims=[*draft.claims, *answer.value["claims"]],
        models=list(dict.fromkeys([*draft.models, answer.model])),
        calls=draft.calls + 1,
    )
    if not order.old:
        weight = min(1.0, order.asked / _TELLING) if draft.text else 1.0
        ratio = draft.ratio + weight * (given / order.asked - draft.ratio)
        return replace(merged, text=_joined(draft.text, text), ratio=ratio)
    merged = replace(merged, tightening=given / order.asked)
    # An answer that lost most of the text, or made it longer, is worse than the text.
    length = body_characters(order.old)
    if not length * _LEFT * _LEFT <= given < length:
        return merged
    return replace(merged, text=_joined(order.before, text, order.after))


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


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
