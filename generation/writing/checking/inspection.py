"""Cleans a whole text and inspects it: sentences, citations, language, and overlap with other sections."""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import unescape
from typing import Final

from documents.domain.text import GROUP, citation_keys, without_citations
from documents.enums import CitationCheck
from documents.models import Document, Passage
from generation.writing.checking import citations, copying, language, leak_check, naming, repetition, tables
from generation.writing.checking.citations import Finding, Offered
from generation.writing.checking.copying import Copied
from generation.writing.checking.judgement import ClaimVerdict, Judge, Pair
from generation.writing.checking.leak_check import Guarded
from generation.writing.checking.wording import overlap
from generation.writing.drafts import Draft
from generation.writing.sentences import (
    Sentence,
    has_open_quotation,
    is_table,
    lost_references,
    paragraphs,
    sentences,
    without_notation,
    without_quotations,
)
from tesigo.platform.plain_text import without_unseen

#: A sentence with more than this of its words in its passage is that passage's wording, in whichever language.
_TAKEN_OVER_SHARE: Final = 0.5
_WRONG_LANGUAGE: Final = "it is in the wrong language"
_UNSOURCED: Final = "a quotation names no source: “{}”"
#: A line set in, which would be read as code; the lines of a list belong to its items.
_SET_IN: Final = re.compile(r"^[ \t]{4,}(?=\S)(?!(?:[-*+]|\d{1,4}[.)])[ \t])", re.M)
#: Quotation marks that nobody would look for: a quotation between them would be taken for the writer's own words.
_MARKS: Final = str.maketrans({"❝": "“", "❞": "”", "〝": "“", "〞": "”", "‟": "“", "＂": '"'})
#: As Markdown reads them: with their semicolon.
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});")
_TYPED: Final = re.compile(r"``([^`\n]{1,4000}?)''")


@dataclass(frozen=True)
class Background:
    """What a text is checked against: the passages that its writer was offered, what belongs to others, and hashes of
    what other sections say.
    """

    document: Document
    passages: Sequence[Passage]
    guarded: Guarded
    elsewhere: Collection[int]

    @cached_property
    def offered(self) -> Offered:
        """The passages by their keys."""
        return Offered(self.passages)

    @cached_property
    def sources(self) -> copying.Sources:
        """The passages as words. A text must not take too many of them in a row."""
        return copying.Sources(self.passages, language=self.document.language)

    @cached_property
    def addresses(self) -> str:
        """The texts in which an address may stand that a section repeats."""
        return " ".join(
            f"{one.text} {one.source.title} {one.source.url} {one.source.doi}" for one in self.passages
        ).casefold()


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence with what was found about its citations, and what else is wrong with it.

    ``is_withheld`` says that it holds what nobody else may read. ``copied`` is to be said in other words, and told to
    the reader where it is not: it is no reason to take out what holds (R-16).
    """

    sentence: Sentence
    findings: list[Finding]
    problems: list[str] = field(default_factory=list)
    is_withheld: bool = False
    copied: list[Copied] = field(default_factory=list)

    @property
    def all_problems(self) -> list[str]:
        """Everything that must not reach the reader."""
        return self.problems + [finding.problem for finding in self.findings if finding.problem]


@dataclass(frozen=True)
class Inspection:
    """A text as checked. ``whole`` is what is wrong with all of it."""

    text: str
    sentences: list[CheckedSentence]
    whole: list[str] = field(default_factory=list)

    @property
    def failing(self) -> list[CheckedSentence]:
        """The sentences that cannot stay as they are."""
        return [checked for checked in self.sentences if checked.all_problems]

    @property
    def copying(self) -> list[CheckedSentence]:
        """The sentences that could stay but for words that they took without quotation marks."""
        return [checked for checked in self.sentences if checked.copied and not checked.all_problems]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.whole and not any(one.copied or one.all_problems for one in self.sentences)


async def inspect(draft: Draft, background: Background, *, judge: Judge) -> Inspection:
    """Checks a text; a model judges what code cannot decide. Raises NoAnswer when no model can be asked."""
    # In a thread: a long section takes a good part of a second, in which others would get no answer.
    inspection = await asyncio.to_thread(examine, draft, background)
    undecided = [finding for one in inspection.sentences for finding in one.findings if finding.is_undecided]
    verdicts = await judge.judge(_pair(finding) for finding in undecided)
    decided = [
        replace(one, findings=[_decided(finding, verdicts.get(_pair(finding))) for finding in one.findings])
        for one in inspection.sentences
    ]
    return replace(inspection, sentences=decided)


def examine(draft: Draft, background: Background) -> Inspection:
    """What code alone can find. The text is put in order first, what it copied is quoted where that is honest, and its
    citations are given their pages.
    """
    hints = _Hints(draft)
    quoted = copying.with_quotations(tidied(draft.text), background.sources)
    text = citations.completed(quoted, background.offered, hints.of)
    found = sentences(text)
    copied = copying.sentences_to_mend(text, background.sources.wording(text).copied)
    said_before = {*repetition.repeated(found, background.elsewhere), *repetition.told_twice(found)}
    foreign, whole = _foreign(text, found, background)
    open_ended = _open_ended(text, found)
    beside = _cited_in_paragraphs(found, background.offered)
    checked = []
    for sentence in found:
        findings = citations.examine(
            sentence, background.offered, hints.of(sentence), language=background.document.language
        )
        strange = leak_check.problems(sentence.text, background.guarded)
        problems = [*strange, *_problems(sentence, background, beside[sentence.paragraph])]
        if sentence in said_before:
            problems.append(f"this is said already, here or in another section: “{sentence.text[:100]}”")
        if sentence in foreign:
            problems.append(_WRONG_LANGUAGE)
        if lost_references(sentence.text, text):
            problems.append(f"it refers to a table or formula that is not in this section: “{sentence.text[:100]}”")
        if sentence in open_ended:
            problems.append(f"it breaks off: “{sentence.text[-100:]}”")
        checked.append(
            CheckedSentence(sentence, findings, problems, is_withheld=bool(strange), copied=copied.get(sentence, []))
        )
    if any(map(is_table, paragraphs(text))):
        checked = _with_tables(text, checked, background.offered)
    return Inspection(text, checked, whole)


def _with_tables(text: str, checked: Sequence[CheckedSentence], offered: Offered) -> list[CheckedSentence]:
    wrong = tables.problems(text, [one.sentence for one in checked], offered)
    sources = tables.sources(text, {one.sentence: one.findings for one in checked}, offered)
    return [
        replace(
            one,
            findings=sources.get(one.sentence, one.findings),
            problems=[*one.problems, *filter(None, [wrong.get(one.sentence)])],
        )
        for one in checked
    ]


class _Hints:
    """The passages that a draft's writer said its sentences rest on."""

    def __init__(self, draft: Draft) -> None:
        self._claims = [
            (without_citations(str(claim["sentence"])).strip(), str(claim["key"]), int(claim["passage"]))
            for claim in draft.claims
        ]
        self._by_key = {key: passage for _words, key, passage in self._claims}

    def of(self, sentence: Sentence) -> dict[str, int]:
        """For each key the passage named, of this sentence where one was."""
        said = without_citations(sentence.text)
        own = {key: passage for words, key, passage in self._claims if words and words in said}
        return self._by_key | own


def _open_ended(text: str, found: Sequence[Sentence]) -> set[Sentence]:
    """The last sentences of paragraphs that have no end."""
    parts = [*paragraphs(text), ""]
    last = {sentence.paragraph: sentence for sentence in found}
    return {last[number] for number in last if naming.breaks_off(parts[number], parts[number + 1])}


def _problems(sentence: Sentence, background: Background, beside: Sequence[Passage]) -> list[str]:
    """What is wrong with a sentence by itself."""
    text = sentence.text
    found = [
        *naming.left_open(without_notation(text)),
        *naming.problems(text, addresses=background.addresses),
    ]
    if citation_keys(text) and has_open_quotation(text):
        found.append(f"a quotation has no end or no beginning: “{text[:100]}”")
    if citations.has_quotation_without_source(sentence, beside):
        found.append(_UNSOURCED.format(text[:100]))
    return found


def unsourced(text: str, background: Background) -> list[CheckedSentence]:
    """The sentences of a text that quote what nothing cited beside them says, as after a citation was taken out."""
    found = sentences(text)
    beside = _cited_in_paragraphs(found, background.offered)
    return [
        CheckedSentence(sentence, [], [_UNSOURCED.format(sentence.text[:100])])
        for sentence in found
        if citations.has_quotation_without_source(sentence, beside[sentence.paragraph])
    ]


def _cited_in_paragraphs(found: Sequence[Sentence], offered: Offered) -> dict[int, list[Passage]]:
    """For each paragraph, the passages of the sources that it cites."""
    keys: dict[int, set[str]] = {}
    for sentence in found:
        keys.setdefault(sentence.paragraph, set()).update(item.key for item in citation_keys(sentence.text))
    return {
        number: [passage for key in sorted(cited) for passage in offered.by_key.get(key, ())]
        for number, cited in keys.items()
    }


def _foreign(text: str, found: Sequence[Sentence], background: Background) -> tuple[set[Sentence], list[str]]:
    """The sentences in another language than the one ordered, and whether it is all of the text."""
    ordered = background.document.language
    own = {sentence: _own_words(sentence, background.offered) for sentence in found}
    if language.is_foreign(" ".join(own.values()), language=ordered):
        return set(), [_WRONG_LANGUAGE]
    numbers = {
        number
        for number in range(len(paragraphs(text)))
        if language.is_foreign(
            " ".join(words for sentence, words in own.items() if sentence.paragraph == number), language=ordered
        )
    }
    return {
        sentence
        for sentence, words in own.items()
        if words and (sentence.paragraph in numbers or language.is_foreign(words, language=ordered))
    }, []


def _own_words(sentence: Sentence, offered: Offered) -> str:
    """What a sentence says in words of its own: nothing where it takes over a passage's, in that one's language."""
    keys = {item.key for item in citation_keys(sentence.text)}
    is_taken_over = any(
        overlap(sentence.text, passage.text) > _TAKEN_OVER_SHARE
        for key in keys
        for passage in offered.by_key.get(key, ())
    )
    return "" if is_taken_over else without_quotations(sentence.text)


def _pair(finding: Finding) -> Pair:
    return finding.sentence.text, finding.passage.text if finding.passage else ""


def _decided(finding: Finding, verdict: ClaimVerdict | None) -> Finding:
    if not finding.is_undecided or verdict is None:
        return finding
    if verdict.is_support:
        return replace(finding, check=CitationCheck.JUDGED, note=verdict.reason)
    reason = f"its passage does not support “{finding.sentence.text[:120]}”: {verdict.reason[:200]}"
    return replace(finding, problem=reason)


def tidied(markdown: str) -> str:
    """The text without invisible characters, character references and indented lines, each citation on one line."""
    read = _REFERENCE.sub(lambda found: unescape(found[0]), markdown)
    plain = _TYPED.sub(r"“\1”", read.translate(_MARKS))
    text = without_unseen("\n".join(plain.splitlines()))
    return GROUP.sub(lambda group: " ".join(group[0].split()), _SET_IN.sub("", text)).strip()
