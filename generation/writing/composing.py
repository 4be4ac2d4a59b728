"""Brings a section to its length by further calls. Never by filler, never by cutting within a sentence (R-11, R-34).

Where nobody could be found who shortens a text enough, whole sentences go from the ends of its paragraphs.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from documents.domain.text import GROUP, body_characters
from documents.models import Passage
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.writing import drafts
from generation.writing.drafts import Draft
from generation.writing.prompts import shortening, writing
from generation.writing.prompts.writing import SectionAssignment
from generation.writing.sentences import Sentence, sentences, without

#: Answers of a model that one text may take beyond those that its length needs.
SPARE_CALLS: Final = 6
#: Bounds of what a writer is believed to give of what it is asked for.
_RATIOS: Final = (0.4, 2.0)
#: Fewer characters than this are not asked for: no model writes so little to the point.
_CALL_MIN_CHARACTERS: Final = 200
#: What a shorter answer says of its writer counts in proportion.
_TELLING_CHARACTERS: Final = 2_000
#: A long text is shortened in one stretch of it: ``_STRETCH_FACTOR`` times as long as what has to go, and at least
#: ``_STRETCH_MIN_CHARACTERS`` characters.
_STRETCH_FACTOR: Final = 4
_STRETCH_MIN_CHARACTERS: Final = 3_000
#: More sentences than have to go are asked for: only those go that the length calls for, and no second call is needed
#: where a writer names too few.
_SPARE_FACTOR: Final = 1.5
#: The share of a stretch that stays at least.
_LEFT_SHARE: Final = 0.5

Ask = Callable[[Question], Awaitable[Answer]]
Keep = Callable[[Draft], Awaitable[None]]


@dataclass(frozen=True)
class _Order:
    """A question, and the characters that it asks for: of new text, or to be taken out of ``old`` amid what stays."""

    question: Question
    asked: int
    passages: Sequence[Passage] = ()
    before: str = ""
    old: str = ""
    after: str = ""


async def reach(
    assignment: SectionAssignment,
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
    offered = sorted({*draft.offered, *(passage.pk for passage in assignment.passages)})
    draft = replace(draft, offered=offered)
    most = SPARE_CALLS + target // assignment.longest
    best = draft
    while draft.calls < most:
        missing = target - body_characters(draft.text)
        if draft.text and abs(missing) <= tolerance:
            return draft
        order = _next_order(assignment, draft, missing)
        try:
            answer = await ask(order.question)
        except NoAnswer as failure:
            if best.text and not (failure.is_outage and may_wait):
                return best
            raise
        draft = _merged(draft, order, answer, missing)
        best = _nearer(best, draft, target)
        await keep(draft)
    return best


def _next_order(assignment: SectionAssignment, draft: Draft, missing: int) -> _Order:
    if missing < 0 and draft.text:
        return _shortening(assignment, draft, -missing)
    asked = min(assignment.longest, max(_CALL_MIN_CHARACTERS, round(missing / _believed(draft.ratio))))
    useful = writing.of_use(assignment, draft.text, is_new=True)
    if not draft.text:
        return _Order(writing.write(useful, characters=asked), asked, useful.passages)
    return _Order(writing.extend(useful, draft.text, characters=asked), asked, useful.passages)


def _shortening(assignment: SectionAssignment, draft: Draft, surplus: int) -> _Order:
    size = max(_STRETCH_MIN_CHARACTERS, _STRETCH_FACTOR * surplus)
    before, old, after = _stretch(draft.text, size=min(size, assignment.longest), turn=draft.calls)
    most = round(body_characters(old) * (1 - _LEFT_SHARE))
    asked = round(min(_SPARE_FACTOR * surplus, most) / _believed(draft.tightening))
    told = [sentence.text for sentence in sentences(old)]
    question = shortening.question(assignment, told, characters=asked)
    return _Order(question, asked, before=before, old=old, after=after)


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


def _merged(draft: Draft, order: _Order, answer: Answer, missing: int) -> Draft:
    merged = replace(draft, models=list(dict.fromkeys([*draft.models, answer.model])), calls=draft.calls + 1)
    if order.old:
        return _shortened(merged, order, answer, surplus=-missing)
    text, numbers = writing.read(answer.value)
    named = drafts.claims_of(text, numbers, order.passages)
    weight = min(1.0, order.asked / _TELLING_CHARACTERS) if draft.text else 1.0
    ratio = draft.ratio + weight * (body_characters(text) / order.asked - draft.ratio)
    return replace(merged, text=_joined(draft.text, text), claims=[*draft.claims, *named], ratio=ratio)


def _shortened(draft: Draft, order: _Order, answer: Answer, *, surplus: int) -> Draft:
    """The draft without the sentences that were named, in their order, as far as its length calls for it."""
    found = sentences(order.old)
    numbers = shortening.read(answer.value, count=len(found))
    named = [found[number - 1] for number in numbers if not found[number - 1].is_row]
    offered = sum(body_characters(sentence.text) for sentence in named)
    gone = _enough(named, order.old, surplus=surplus)
    text = _joined(order.before, without(order.old, gone), order.after)
    return replace(draft, text=text, tightening=offered / order.asked)


def _enough(named: Sequence[Sentence], text: str, *, surplus: int) -> list[Sentence]:
    """The first of the named sentences whose length comes nearest to the surplus; never more than half of the text."""
    whole = body_characters(text)
    gone: list[Sentence] = []
    off = surplus
    for sentence in named:
        removed = whole - body_characters(without(text, [*gone, sentence]))
        if removed <= whole * (1 - _LEFT_SHARE) and abs(surplus - removed) < off:
            gone.append(sentence)
            off = abs(surplus - removed)
    return gone


def trimmed(draft: Draft, *, target: int) -> Draft:
    """The draft at ``target`` characters or little less, without asking anyone, as far as that can be.

    The last sentences of paragraphs go, for nothing behind them refers to them; first those that cite nothing.
    """
    text = draft.text
    while (surplus := body_characters(text) - target) > 0:
        last: dict[int, Sentence] = {}
        lengths: Counter[int] = Counter()
        for sentence in sentences(text):
            last[sentence.paragraph] = sentence
            lengths[sentence.paragraph] += 1
        ends = [end for number, end in last.items() if lengths[number] > 1 and not end.is_row]
        if not ends:
            break
        gone = min(ends, key=lambda end: (bool(GROUP.search(end.text)), abs(len(end.text) - surplus)))
        text = without(text, [gone])
    return replace(draft, text=text)


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _believed(ratio: float) -> float:
    low, high = _RATIOS
    return min(high, max(low, ratio))


def _nearer(one: Draft, other: Draft, target: int) -> Draft:
    if not one.text:
        return other
    first, second = (abs(body_characters(draft.text) - target) for draft in (one, other))
    # Both know what was spent; the nearer text wins, the newer one where they are alike.
    return other if second <= first else replace(one, calls=other.calls, models=other.models)
