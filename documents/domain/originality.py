"""Whose words a text is made of, and how densely it cites, as its check left it with the section (R-16, R-19)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self

from documents.models import Document, Section


@dataclass(frozen=True)
class Shares:
    """The words of a text: ``quoted``, ``near`` a source without quotation marks, and the rest its own."""

    words: int = 0
    quoted: int = 0
    near: int = 0

    def __add__(self, other: Self) -> "Shares":
        return Shares(self.words + other.words, self.quoted + other.quoted, self.near + other.near)

    @property
    def own(self) -> int:
        """Words of nobody else."""
        return self.words - self.quoted - self.near

    @property
    def quoted_percent(self) -> int:
        """Of all words, as are the others; the three make a hundred."""
        return round(100 * self.quoted / max(1, self.words))

    @property
    def near_percent(self) -> int:
        """No more than what the others leave."""
        return round(100 * (self.quoted + self.near) / max(1, self.words)) - self.quoted_percent

    @property
    def own_percent(self) -> int:
        """The rest."""
        return 100 - self.quoted_percent - self.near_percent


@dataclass(frozen=True)
class CopiedWords:
    """Eight words in a row or more that a source has, too, without quotation marks; ``page`` is empty without one."""

    words: str
    key: str
    page: str
    source_title: str


@dataclass(frozen=True)
class Density:
    """Citations that hold, on ``pages``; ``wanted`` is how many there should be at least.

    ``round`` says what became of the section's second writing: better, no better, over budget, no answer, or nothing.
    """

    citations: int
    pages: Decimal
    wanted: int
    round: str = ""

    @property
    def is_thin(self) -> bool:
        """Whether there are fewer than there should be."""
        return self.citations < self.wanted

    @property
    def for_each_page(self) -> Decimal:
        """Citations a page."""
        return round(self.citations / max(self.pages, Decimal("0.1")), 1)


@dataclass(frozen=True)
class Originality:
    """What the check of a section found of its words and of its citations."""

    shares: Shares
    density: Density
    copied: Sequence[CopiedWords] = field(default_factory=list)


def of_sections(document: Document, sections: Iterable[Section]) -> dict[Section, Originality]:
    """Those sections that were checked so. Where any copied, one query finds the titles of what it copied from."""
    checked = {one: one.provenance for one in sections if "wording" in one.provenance and "density" in one.provenance}
    keys = {copied["key"] for kept in checked.values() for copied in kept["wording"]["copied"]}
    titles = dict(document.sources.filter(key__in=keys).values_list("key", "title")) if keys else {}
    return {
        section: Originality(
            shares=Shares(*(int(kept["wording"][name]) for name in ("words", "quoted", "near"))),
            density=_density(section),
            copied=[
                CopiedWords(one["words"], one["key"], one["page"], titles.get(one["key"], ""))
                for one in kept["wording"]["copied"]
            ],
        )
        for section, kept in checked.items()
    }


def thin_sections(sections: Iterable[Section]) -> list[Section]:
    """The sections that cite less than they should."""
    return [section for section in sections if "density" in section.provenance and _density(section).is_thin]


def _density(section: Section) -> Density:
    kept = section.provenance["density"]
    return Density(int(kept["citations"]), Decimal(str(kept["pages"])), int(kept["wanted"]), str(kept["round"]))
