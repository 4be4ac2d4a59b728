"""Estimates the tokens and cost of a job before it starts (R-20, R-26).

Default figures give the usage for each purpose by sections and pages. Past jobs correct them, purpose by purpose: those
of the same length and language, else of the same length, else all. Each job counts the same, whatever its length, and
the default figures count as one job. Outliers are ignored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from statistics import median
from typing import Any, Final
from uuid import UUID

from documents.domain import outline
from documents.models import Document
from generation.ai import chains
from generation.ai.question import Usage
from generation.enums import JobKind, Purpose
from generation.models import AIModel, JobUsage, LanguageFactor
from generation.spending import prior
from generation.spending.prior import Figures

#: Where classes of length begin, in pages: written whole, in many sections, in parts.
_CLASSES: Final = (1, 8, 30, 100)
#: Jobs that are enough to learn from, and the newest that are looked at.
_ENOUGH_JOBS: Final = 5
_NEWEST_JOBS: Final = 40
#: Kinds of questions that one job has, at most.
_PURPOSES_OF_JOB: Final = 16
#: A job is no example when it took more than this many times the usual, or less than the usual divided by this. Both
#: are measured by the shipped figures.
_FAR_OFF_FACTOR: Final = 2.0
_EXACT: Final = Decimal("0.0001")
#: For a language that staff have not said how many tokens it takes: that of most of them.
_USUAL_FACTOR: Final = Decimal("1.3")


@dataclass(frozen=True)
class Part:
    """What one kind of question takes and costs, all its calls together."""

    usage: Usage
    calls: float
    cost: Decimal


@dataclass(frozen=True)
class Estimate:
    """Tokens of input and output, and euros, each purpose at the prices of the model that is asked first for it."""

    tokens: int = 0
    cost: Decimal = Decimal(0)
    parts: Mapping[str, Part] = field(default_factory=dict)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """The parts as they are kept with a job: tokens whole, euros as text."""
        return {
            purpose: {**vars(part.usage), "calls": round(part.calls, 1), "cost": str(part.cost)}
            for purpose, part in self.parts.items()
        }


@dataclass(frozen=True)
class _Past:
    """A job that was: what it was asked for, and what it took by purpose."""

    language: str
    pages: int
    sections: int
    took: Mapping[str, Figures]


def estimate(document: Document, *, kind: JobKind) -> Estimate:
    """What a job of the document will take. Without a model that can be asked it costs nothing."""
    sections = len(outline.leaves(document)) if kind == JobKind.DOCUMENT and not document._state.adding else 0
    writer = None if document._state.adding else chains.chosen_writer(document.pk)
    return of(kind=kind, language=document.language, pages=document.pages, sections=sections, writer=writer)


def of(*, kind: JobKind, language: str, pages: int, sections: int = 0, writer: int | None = None) -> Estimate:
    """The same for a document that need not be there; without sections, with the usual number of them.

    ``writer`` is the id of the model that was chosen to write.
    """
    factors = dict(LanguageFactor.objects.values_list("language", "factor"))
    sections = sections or usual_sections(pages)
    shipped = prior.figures(kind, pages=pages, sections=sections, factor=_factor(factors, language))
    expected = _learned(shipped, _past(kind, pages, language), kind, factors)
    models = _models(expected, writer)
    parts = {purpose: _part(figures, models[purpose]) for purpose, figures in expected.items()}
    return Estimate(
        tokens=sum(part.usage.input_tokens + part.usage.output_tokens for part in parts.values()),
        cost=sum((part.cost for part in parts.values()), Decimal(0)).quantize(_EXACT),
        parts=parts,
    )


def of_rewriting(document: Document, *, pages: Decimal) -> Estimate:
    """What it takes to write a section of ``pages`` anew."""
    return of(
        kind=JobKind.REWRITING,
        language=document.language,
        pages=ceil(pages),
        sections=1,
        writer=chains.chosen_writer(document.pk),
    )


def cost_of_pages(pages: int) -> Decimal:
    """Euros that ``pages`` pages cost in the language that takes most tokens."""
    dearest = LanguageFactor.objects.order_by("-factor").values_list("language", flat=True).first() or ""
    return of(kind=JobKind.DOCUMENT, language=dearest, pages=pages).cost.quantize(Decimal("0.01"))


def usual_sections(pages: int) -> int:
    """Sections that an outline of ``pages`` pages usually has."""
    return max(1, round(pages / 2.5))


def _factor(factors: Mapping[str, Decimal], language: str) -> float:
    return float(factors.get(language, _USUAL_FACTOR))


def _past(kind: JobKind, pages: int, language: str) -> list[_Past]:
    """The jobs to learn from: of this length and language where they are enough, else of this length, else all."""
    alike = _jobs(JobUsage.objects.filter(kind=kind, pages__range=_class_of(pages)))
    if len(alike) < _ENOUGH_JOBS:
        return _jobs(JobUsage.objects.filter(kind=kind))
    same = [past for past in alike if past.language == language]
    return same if len(same) >= _ENOUGH_JOBS else alike


def _class_of(pages: int) -> tuple[int, int]:
    """The first and the last number of pages of the class of length."""
    first = max(begin for begin in _CLASSES if begin <= max(1, pages))
    return first, min((begin - 1 for begin in _CLASSES if begin > first), default=1_000)


def _jobs(rows: Any) -> list[_Past]:
    newest = rows.order_by("-ended_at", "job_key")[: _NEWEST_JOBS * _PURPOSES_OF_JOB]
    found: dict[UUID, tuple[str, int, int, dict[str, Figures]]] = {}
    needed = ("job_key", "language", "pages", "sections", "purpose", "calls", *prior.FIGURES)
    for job, language, pages, sections, purpose, *figures in newest.values_list(*needed):
        found.setdefault(job, (language, pages, sections, {}))[3][purpose] = Figures(*figures)
    return [_Past(*past) for past in list(found.values())[:_NEWEST_JOBS]]


def _learned(
    shipped: Mapping[str, Figures], jobs: Sequence[_Past], kind: JobKind, factors: Mapping[str, Decimal]
) -> dict[str, Figures]:
    """The shipped figures of a document, put right by what past jobs took."""
    before = [
        prior.figures(kind, pages=job.pages, sections=job.sections, factor=_factor(factors, job.language))
        for job in jobs
    ]
    pairs = [(_shares(job.took, told), _shares(told, told)) for job, told in zip(jobs, before, strict=True)]
    pairs = _without_far_off(pairs)
    if not pairs:
        return dict(shipped)
    whole, own = _total(shipped), _shares(shipped, shipped)
    usual = (1 + len(pairs) * _by_most_purposes(pairs)) / (len(pairs) + 1)
    purposes = {*shipped, *(purpose for took, _told in pairs for purpose in took)}
    return {
        purpose: Figures(
            *(
                _put_right(
                    [(took[purpose][place], told[purpose][place]) for took, told in pairs],
                    own[purpose][place],
                    usual,
                )
                * whole
                for place in range(len(Figures._fields))
            )
        )
        for purpose in sorted(purposes)
    }


def _put_right(pairs: Iterable[tuple[float, float]], own: float, usual: float) -> float:
    """One figure of one purpose, as a share of the whole document: what jobs took against what was shipped for them.

    The document's own shipped share counts as one job that took ``usual`` times that, as jobs do on the whole: short
    jobs say little of what long documents take most of.
    """
    took, told, count = own * usual, own, 1
    for one_took, one_told in pairs:
        took, told, count = took + one_took, told + one_told, count + 1
    # What nothing was shipped for is as much of a whole as it was in past jobs.
    return own * took / told if own and told else took / count


def _by_most_purposes(pairs: Sequence[tuple[Mapping[str, Figures], Mapping[str, Figures]]]) -> float:
    """How many times what was shipped for them jobs took: the median of purposes, so that one alone moves no other."""
    purposes = {purpose for _took, told in pairs for purpose in told}
    return median(
        sum(_tokens(took[purpose]) for took, _told in pairs) / sum(_tokens(told[purpose]) for _took, told in pairs)
        for purpose in purposes
    )


def _shares(figures: Mapping[str, Figures], told: Mapping[str, Figures]) -> "defaultdict[str, Figures]":
    """Each figure as a share of all tokens that were shipped for the job, so that long jobs count as short ones."""
    whole = _total(told)
    shares = {purpose: Figures(*(value / whole for value in values)) for purpose, values in figures.items()}
    return defaultdict(lambda: Figures(*[0.0] * len(Figures._fields)), shares)


def _total(figures: Mapping[str, Figures]) -> float:
    return sum(map(_tokens, figures.values())) or 1.0


def _tokens(figures: Figures) -> float:
    return figures.input_tokens + figures.output_tokens


def _without_far_off(pairs: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    ratios = [_total(took) for took, _told in pairs]
    if not ratios:
        return []
    usual = median(ratios)
    return [
        pair
        for pair, ratio in zip(pairs, ratios, strict=True)
        if usual / _FAR_OFF_FACTOR <= ratio <= usual * _FAR_OFF_FACTOR
    ]


def _part(figures: Figures, model: AIModel | None) -> Part:
    usage = Usage(**{name: round(getattr(figures, name)) for name in prior.FIGURES})
    if model is None or not figures.calls:
        return Part(usage, figures.calls, Decimal(0))
    # Call by call: what a long prompt costs does not depend on how many there are.
    one = Usage(**{name: round(getattr(figures, name) / figures.calls) for name in prior.FIGURES})
    return Part(usage, figures.calls, (one.cost(model) * Decimal(str(round(figures.calls, 3)))).quantize(_EXACT))


def _models(purposes: Iterable[str], writer: int | None = None) -> dict[str, AIModel | None]:
    """The model that is asked first for each kind of question; that which writes for kinds that are no more."""
    linked = dict(chains.chains())
    linked[Purpose.WRITING] = chains.chosen_first(linked.get(Purpose.WRITING, []), writer)
    first = {purpose: links[0].model for purpose, links in linked.items() if links}
    usual = first.get(Purpose.WRITING)
    return {name: first.get(chains.PURPOSES.get(name, Purpose.WRITING), usual) for name in purposes}


def first_model() -> AIModel | None:
    """The model that writes first, of those that can be asked (R-23)."""
    return chains.first_model(Purpose.WRITING)
