"""One work by its number, as all registers know it: asked at once, joined field by field (R-97)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from documents.sources.asking import Line, NoAnswer, Service, line
from documents.sources.connectors import LookUp
from documents.sources.found import FoundWork
from documents.sources.identifiers import Given, Number, doi_of
from documents.sources.merging import united
from documents.sources.same_titles import fits_words, same_title
from documents.sources.searching import one_work

#: The registers in the order in which their word counts: who registers a DOI goes before who has gathered it.
REGISTERS: Final = ("crossref", "datacite", "openalex")
#: Seconds for all lines of one form together; somebody waits for the answer.
LONGEST_SECONDS: Final = 12.0
#: Seconds for one answer of one register.
_ANSWER_SECONDS: Final = 6.0


@dataclass(slots=True)
class LookedUp:
    """What became of one number. ``work`` is None where no register knows it, or none answered (``silent``).

    ``origins`` says by field of its CSL item which register said it. ``others`` are works that a register has under
    the same number with another title; ``is_other`` says that the work found is not the one that was described beside
    the number.
    """

    given: Given
    work: FoundWork | None = None
    origins: Mapping[str, str] = field(default_factory=dict)
    answers: list[FoundWork] = field(default_factory=list)
    others: list[FoundWork] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    is_complete: bool = False
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class LookUps:
    """All of one form, in its order, and who answered and who did not, with a word for why."""

    found: list[LookedUp]
    answered: frozenset[str]
    failed: Mapping[str, str]


async def look_up_all(given: Sequence[Given], *, services: list[Service], seconds: float = LONGEST_SECONDS) -> LookUps:
    """Every number at every register that may know it, for ``seconds`` at most. No failure of a register is raised."""
    found = [LookedUp(one) for one in given]
    async with line([one for one in services if one.name in REGISTERS]) as asked:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(_look_up(asked, one, seconds) for one in found))
        except TimeoutError:
            pass  # what was not answered by then is told line by line; what was is taken
    for one in found:
        _join(one)
    return LookUps(
        found=found,
        answered=frozenset(asked.answered),
        failed={name: why for name, why in asked.failed.items() if name not in asked.answered},
    )


async def _look_up(asked: Line, one: LookedUp, seconds: float) -> None:
    await _ask(asked, one, one.given, seconds)
    first = one.answers[0].doi if one.answers else ""
    if one.given.kind in (Number.PUBMED, Number.ISBN) and first:
        # Known by a number that few registers have, it is asked for everywhere by its DOI.
        known = {name for work in one.answers for name in work.services}
        await _ask(asked, one, Given(one.given.line, "", Number.DOI, first), seconds, without=known)


async def _ask(
    asked: Line, one: LookedUp, given: Given, seconds: float, *, without: frozenset[str] | set[str] = frozenset()
) -> None:
    ways = [
        (service, way) for service in asked.services if service.name not in without for way in _ways(service, given)
    ]
    number = doi_of(given) or given.value
    one.is_complete = False

    async def hear(service: Service, way: LookUp) -> None:
        # Kept at once: another register may be waited for until the time is up.
        try:
            said = await one_work(asked, service, way, number, patience=seconds, seconds=_ANSWER_SECONDS)
        except NoAnswer:
            one.silent.append(service.name)
            one.silent.sort(key=REGISTERS.index)
            return
        if said is not None:
            one.answers.append(said)
            one.answers.sort(key=lambda work: REGISTERS.index(work.services[0]))

    await asyncio.gather(*(hear(service, way) for service, way in ways))
    one.is_complete = bool(ways or one.answers) and not one.silent


def _ways(service: Service, given: Given) -> list[LookUp]:
    connector = service.connector
    way = {
        Number.ISBN: connector.look_up_isbn,
        Number.PUBMED: connector.look_up_pubmed,
    }.get(given.kind, connector.look_up)
    return [way] if way is not None else []


def _join(one: LookedUp) -> None:
    """One work of those with one title; what has another title under the same number is told, and never mixed in."""
    if not one.answers:
        return
    words = one.given.words
    first = next((work for work in one.answers if fits_words(work.title, words)), None)
    if first is None:
        one.is_other = True
        first = one.answers[0]
    same = [work for work in one.answers if work is first or same_title(work.title, first.title)]
    one.others = [work for work in one.answers if work not in same]
    whole = first
    for other in same:
        if other is not first:
            whole = united(whole, other)
    one.work, one.origins = whole, origins(whole, same)


def origins(work: FoundWork, said: Sequence[FoundWork]) -> dict[str, str]:
    """By field of the work's CSL item, the first register that says just that."""
    return {
        name: next((other.services[0] for other in said if other.csl().get(name) == value), said[0].services[0])
        for name, value in work.csl().items()
    }
