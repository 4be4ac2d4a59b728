"""Checks tables figure by figure: each stands in a passage that its row, or the line below the table, cites (R-17)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from documents.domain.text import citation_keys
from documents.enums import CitationCheck
from documents.models import Passage
from generation.writing.checking import wording
from generation.writing.checking.citations import Finding, Offered
from generation.writing.prompts.blocks import on_pages
from generation.writing.sentences import Sentence, is_caption, is_table, lost_references, paragraphs, without_notation

#: The head of a table and the line below it.
_HEAD_ROWS: Final = 2
#: Share of the words of a table without figures that its source must hold.
_ALIKE: Final = 0.3


def problems(text: str, found: Sequence[Sentence], offered: Offered) -> dict[Sentence, str]:
    """What is wrong with rows of tables, in words for their writer."""
    wrong = {}
    for rows, below in _tables(text, found):
        common = [passage for line in below for passage in _cited(line, offered)]
        for row in rows[_HEAD_ROWS:]:
            if problem := _problem(row.text, [*_cited(row, offered), *common]):
                wrong[row] = problem
    return wrong


def sources(text: str, findings: Mapping[Sentence, list[Finding]], offered: Offered) -> dict[Sentence, list[Finding]]:
    """The findings of lines that name a table's sources: they claim what the table says, and each must hold of it."""
    return {
        line: [_with_source(finding, table, offered) for finding in findings[line]]
        for rows, below in _tables(text, list(findings))
        for table in ["\n".join(row.text for row in rows)]
        for line in below
    }


def going_with(text: str, found: Sequence[Sentence], gone: Collection[Sentence]) -> set[Sentence]:
    """What cannot stay without sentences that go: a table without its head or any row, and what refers to one."""
    more: set[Sentence] = set()
    for rows, below in _tables(text, found):
        if any(row in gone for row in rows[:_HEAD_ROWS]) or all(row in gone for row in rows[_HEAD_ROWS:]):
            more.update(rows, below)
    staying = "\n".join(one.text for one in found if one not in gone and one not in more)
    return (more | {one for one in found if lost_references(one.text, staying)}) - set(gone)


def _tables(text: str, found: Sequence[Sentence]) -> Iterator[tuple[list[Sentence], list[Sentence]]]:
    """The rows of each table, and the lines of its caption and source right below."""
    parts = paragraphs(text)
    for number, part in enumerate(parts):
        if is_table(part):
            end = number + 1
            while end < len(parts) and is_caption(parts[end]):
                end += 1
            rows = [one for one in found if one.paragraph == number]
            yield rows, [one for one in found if number < one.paragraph < end]


def _cited(sentence: Sentence, offered: Offered) -> list[Passage]:
    return [
        passage
        for item in citation_keys(sentence.text)
        for passage in on_pages(offered.by_key.get(item.key, []), item.locator)[0]
    ]


def _problem(row: str, passages: Sequence[Passage]) -> str:
    ours = wording.figures(without_notation(row))
    if ours and not passages:
        return f"a table says no source: write “Source: [@key, p. 12].” below it, or cite in the row “{row[:100]}”"
    lost = ours.difference(*(wording.figures(passage.text) for passage in passages))
    return f"{', '.join(sorted(lost))} does not stand in what the table cites: “{row[:100]}”" if lost else ""


def _with_source(finding: Finding, table: str, offered: Offered) -> Finding:
    if not finding.is_undecided:
        return finding
    ours = wording.figures(without_notation(table))

    def held(passage: Passage) -> tuple[int, float]:
        return len(ours & wording.figures(passage.text)), wording.overlap(table, passage.text)

    best = max(on_pages(offered.by_key[finding.cited.key], finding.cited.locator)[0], key=held)
    figures, alike = held(best)
    if figures or (not ours and alike >= _ALIKE):
        return replace(finding, passage=best, check=CitationCheck.OVERLAP)
    return replace(finding, passage=best, problem=f"[@{finding.cited.key}] says nothing of what stands in the table")
