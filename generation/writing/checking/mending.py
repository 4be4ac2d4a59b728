"""Rewrites sentences that failed a check or copied, each in its place, with only the passages they need."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Final

from documents.domain.text import citation_keys
from documents.models import Passage
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer
from generation.engine.work import each_at_once
from generation.writing import drafts
from generation.writing.checking import wording
from generation.writing.checking.inspection import CheckedSentence, Inspection
from generation.writing.composing import Ask
from generation.writing.drafts import Draft
from generation.writing.prompts import blocks, correcting, sizes, writing
from generation.writing.prompts.correcting import Wrong
from generation.writing.prompts.writing import SectionAssignment
from generation.writing.sentences import Sentence, paragraphs

#: What stands before the words of a sentence in its paragraph: white space, the mark of a list.
_LEADING: Final = re.compile(r"\s*(?:(?:[-*+]|\d{1,4}[.)])[ \t]+)?")


async def mended(
    assignment: SectionAssignment, draft: Draft, inspection: Inspection, wrong: Sequence[CheckedSentence], *, ask: Ask
) -> tuple[Draft, dict[Sentence, str]]:
    """The text with ``wrong`` sentences of it anew, and what stands in the place of each; not of those that nobody
    mends, which stay as they are.

    Raises NoAnswer in an outage.
    """
    groups = [wrong[at : at + sizes.CORRECTED_SENTENCES] for at in range(0, len(wrong), sizes.CORRECTED_SENTENCES)]

    async def mend(group: Sequence[CheckedSentence]) -> tuple[Answer | None, list[Passage]]:
        needed = _needed(assignment.passages, group)
        shown = [_wrong(checked, inspection) for checked in group]
        try:
            return await ask(correcting.question(assignment, shown, needed)), needed
        except NoAnswer as failure:
            if failure.is_outage:
                raise
            return None, needed

    new: dict[Sentence, str] = {}
    for group, (answer, needed) in zip(groups, await each_at_once(groups, mend), strict=True):
        if answer is None:
            continue
        for number, one in correcting.read(answer.value, count=len(group)).items():
            new[group[number - 1].sentence] = one.text
            named = drafts.claims_of(one.text, one.passages, writing.shown(needed))
            draft = replace(draft, claims=[*draft.claims, *named])
        draft = replace(draft, models=list(dict.fromkeys([*draft.models, answer.model])))
    return replace(draft, text=with_new(inspection.text, new)), new


def _wrong(checked: CheckedSentence, inspection: Inspection) -> Wrong:
    """A failing sentence as its writer is shown it: nothing of one that holds what nobody else may read."""
    paragraph = [one for one in inspection.sentences if one.sentence.paragraph == checked.sentence.paragraph]
    at = paragraph.index(checked)
    text = checked.sentence.text
    return Wrong(
        text="" if checked.is_withheld else text,
        length=len(text),
        before=_readable(paragraph[at - 1]) if at else "",
        after=_readable(paragraph[at + 1]) if at + 1 < len(paragraph) else "",
        reasons=list(dict.fromkeys(reasons(checked))),
    )


def reasons(checked: CheckedSentence) -> list[str]:
    """What is wrong with a sentence, for its writer."""
    taken = [
        f"these words stand in {one.passage.source.key}, say it in words of your own and cite it: “{one.words[:300]}”"
        for one in checked.copied
    ]
    return [*checked.all_problems, *taken]


def _readable(checked: CheckedSentence) -> str:
    return "" if checked.is_withheld else checked.sentence.text


def _needed(passages: Sequence[Passage], failing: Sequence[CheckedSentence]) -> list[Passage]:
    """For each failing sentence the passages that it cites, and those that share most words with it; a bounded number,
    a few of each sentence.
    """
    each = [_closest(passages, checked) for checked in failing]
    in_turn = (one for one in chain.from_iterable(zip_longest(*each)) if one is not None)
    return list({passage.pk: passage for passage in in_turn}.values())[: sizes.CORRECTION_PASSAGES]


def _closest(passages: Sequence[Passage], checked: CheckedSentence) -> list[Passage]:
    text = checked.sentence.text
    by_overlap = sorted(passages, key=lambda passage: wording.overlap(text, passage.text), reverse=True)
    found = [finding.passage for finding in checked.findings if finding.passage is not None]
    found += [one.passage for one in checked.copied]
    for item in citation_keys(text):
        same_key = [passage for passage in by_overlap if passage.source.key == item.key]
        found += (blocks.on_pages(same_key, item.locator)[0] or same_key)[: sizes.PASSAGES_BESIDE]
    return [*found, *by_overlap[: sizes.PASSAGES_BESIDE]]


def with_new(text: str, new: Mapping[Sentence, str]) -> str:
    """The text with sentences put in the place of others; marks of lists and line ends stay."""
    parts = paragraphs(text)
    for old in sorted(new, key=lambda sentence: (sentence.paragraph, sentence.start), reverse=True):
        part = parts[old.paragraph]
        piece = part[old.start : old.end]
        leading = _LEADING.match(piece)
        words = (leading[0] if leading else "") + new[old] + piece[len(piece.rstrip()) :]
        parts[old.paragraph] = part[: old.start] + words + part[old.end :]
    return "\n\n".join(parts)
