"""Citation density: the floor of citations a page that survive the check, and one more round below it (R-19).

A page of a seminar paper or a thesis that cites fewer than three or four works says much that nobody can look up.
Essays and reports say more of their own. Introductions lay out the work beside its question, so they have half of the
floor; conclusions, summaries, declarations and “Structure of the thesis” say nothing that is new, and have none. Which
section is which its title says, in any of our languages.
"""

import re
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from documents.domain import retractions, sources
from documents.domain.text import body_characters, characters_per_page
from documents.enums import DocumentKind
from generation.database import in_database
from generation.writing import assignments
from generation.writing.checking.review import Reviewed, anew
from generation.writing.composing import Ask, Keep
from generation.writing.drafts import Draft
from generation.writing.prompts.writing import SectionAssignment

#: Citations a page. A writer who is right cites five on a page, one who gets most figures wrong three.
FLOORS: Final = {DocumentKind.ESSAY: 2.5, DocumentKind.REPORT: 2.5}
_FLOOR: Final = 3.5
_INTRODUCTION_SHARE: Final = 0.5
#: Fewer further passages than this, and the search services are asked, too.
_ENOUGH_PASSAGES: Final = 4
#: How far the denser text may be from its length, as a share of it: fitting the pages mends no more in one round.
_LENGTH_SHARE: Final = 0.15
_MOST_REASONS: Final = 10
#: A title that is such a word, alone or with another beside it: “Abstract algebra” is none.
_ALONE: Final = r"(?=\s*(?:[:–—(,.-]|\Z)|\s+(?:and|to|und|in|e|y|et|à|i|do|en|a|k|și|la)\b)"
_INTRODUCTION: Final = re.compile(
    r"(?:introduction|einleitung|einführung|introduzione|introducción|wstęp|wprowadzenie|introdução|inleiding|úvod"
    rf"|introducere){_ALONE}",
    re.I,
)
_CLOSING: Final = re.compile(
    r"(?:conclusions?|summary|abstract|outlook|declaration|appendix|acknowledge?ments|fazit|schluss|schlussbetrachtung"
    r"|zusammenfassung|ausblick|eidesstattliche erklärung|erklärung|anhang|conclusion[ei]|riassunto|sommario"
    r"|dichiarazione"
    r"|appendice|conclusi[óo]n(?:es)?|resumen|declaración|anexo|apéndice|résumé|déclaration|annexe|zakończenie"
    r"|podsumowanie|wnioski|streszczenie|oświadczenie|aneks|conclus(?:ão|ões)|considerações finais|resumo|declaração"
    r"|conclusies?|slot|slotbeschouwing|samenvatting|besluit|verklaring|bijlage|závěr|shrnutí|souhrn|prohlášení|příloha"
    rf"|concluzi[ei]i?|încheiere|rezumat|declarație|anexă|anexa){_ALONE}"
    r"|(?:structure|outline|plan|aufbau|gliederung|struttura|piano|estructura|struktura|układ|plan|estrutura|plano|opbouw"
    r"|opzet|osnova|planul|structura)\b.{0,20}\b(?:work|thesis|paper|essay|report|arbeit|lavoro|tesi|trabajo|tesis"
    r"|travail|mémoire|pracy|trabalho|tese|werk|scriptie|práce|lucrării)\Z",
    re.I,
)


class Round(StrEnum):
    """What became of the round that a section below the floor gets."""

    NONE = ""
    BETTER = "better"
    NO_BETTER = "no better"
    OVER_BUDGET = "over budget"
    NO_ANSWER = "no answer"


def floor(assignment: SectionAssignment) -> float:
    """Citations a page that a section should have at least."""
    title = assignment.section.title.strip()
    if _CLOSING.match(title):
        return 0.0
    whole = FLOORS.get(DocumentKind(assignment.document.kind), _FLOOR)
    return whole * _INTRODUCTION_SHARE if _INTRODUCTION.match(title) else whole


def measured(assignment: SectionAssignment, reviewed: Reviewed, outcome: str) -> dict[str, Any]:
    """How many citations a text has, on how many pages, how many it should have at least, and what was done.

    The pages are those that were ordered, where the text is shorter: what was taken out of it is still to be filled.
    """
    characters = max(body_characters(reviewed.draft.text), assignments.target_characters(assignment))
    pages = characters / characters_per_page(assignment.document.language)
    return {
        "citations": len(reviewed.citations),
        "pages": round(pages, 2),
        "wanted": int(floor(assignment) * pages),
        "round": outcome,
    }


def is_thin(assignment: SectionAssignment, reviewed: Reviewed) -> bool:
    """Whether a text has fewer citations than its floor."""
    found = measured(assignment, reviewed, Round.NONE)
    return bool(found["citations"] < found["wanted"])


def missing(assignment: SectionAssignment, reviewed: Reviewed) -> list[str]:
    """The keys of the sources that have to be cited in a section, and are not in its text (R-97)."""
    rests_on = {citation.passage_id for citation in reviewed.citations}
    cited = {passage.source_id for passage in assignment.passages if passage.pk in rests_on}
    return [source.key for source in assignment.wanted if source.pk not in cited]


def is_better(new: Reviewed, old: Reviewed, *, target: int, found: int = 0) -> bool:
    """Whether more citations survive in a text, and it is about as long as it should be, or no further off.

    ``found``: how many more of the sources that have to be cited the new one cites; that goes first.
    """
    off, off_before = (abs(body_characters(one.draft.text) - target) for one in (new, old))
    gained = found or len(new.citations) - len(old.citations)
    return gained > 0 and off <= max(off_before, round(target * _LENGTH_SHARE))


async def researched(assignment: SectionAssignment) -> SectionAssignment:
    """The assignment with further passages: of the sources that are there, and where those have few, of new ones."""
    found = await in_database(assignments.further_passages, assignment)
    document = assignment.document
    if len(found) < _ENOUGH_PASSAGES and document.search_for_sources:
        query = f"{assignment.section.title} {document.topic}"
        works = await sources.search([query], language=document.language, document_id=document.pk)
        await in_database(sources.add_found, document_id=document.pk, works=works)
        await retractions.check(document_id=document.pk)
        found = await in_database(assignments.further_passages, assignment)
    return replace(assignment, passages=[*assignment.passages, *found])


async def written(assignment: SectionAssignment, reviewed: Reviewed, *, ask: Ask, keep: Keep) -> Draft:
    """The section once more, at its length, by a writer who is told what its text lacks. Raises NoAnswer."""
    found = measured(assignment, reviewed, Round.NONE)
    lacks = (
        f"it has {found['citations']} citations that hold; at least {found['wanted']} statements must rest on a "
        "passage and cite it: use passages that it does not use yet, and say exactly what they say"
    )
    uncited = [f"it does not cite [@{key}], which it has to" for key in missing(assignment, reviewed)]
    wrong = [f"taken out: {one.problem}" for one in reviewed.rejected if one.problem]
    found_wrong = [*uncited, *([lacks] if is_thin(assignment, reviewed) else []), *wrong]
    reasons = list(dict.fromkeys(found_wrong))[:_MOST_REASONS]
    target = assignments.target_characters(assignment)
    return await anew(assignment, reviewed.draft, reasons, ask=ask, keep=keep, characters=target)
