"""What changed in a finished document since it was delivered, section by section, for who was given leave to see it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import add, or_
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from documents.domain.queries import sections_in_order
from documents.domain.text import citation_keys
from documents.enums import OWNERS_REASONS, RevisionReason
from documents.models import Document, Section, SectionRevision
from generation.editing import tracing_child
from generation.editing.comparing import Change
from generation.editing.tracing import Counts, Stretch

#: Of all versions together, in characters; where there are more, those between the first and the last are not read.
MOST_CHARACTERS: Final = 20_000_000
_BY_A_MODEL: Final = frozenset(
    {RevisionReason.WRITTEN, RevisionReason.EXTENDED, RevisionReason.TIGHTENED, RevisionReason.REWRITTEN}
)


@dataclass(frozen=True)
class Version:
    """A version that is kept: its number, why it was made, and when."""

    revision: int
    reason: RevisionReason
    at: datetime
    characters: int

    @property
    def maker(self) -> str:
        """Who or what made it, in words."""
        if self.reason in _BY_A_MODEL:
            return _("TesiGo, by a model")
        return _("TesiGo, by its check") if self.reason == RevisionReason.CHECKED else _("Student")

    @property
    def is_owners(self) -> bool:
        """Whether it came after the document was delivered."""
        return self.reason in OWNERS_REASONS


@dataclass(frozen=True)
class Words:
    """A stretch of a paragraph; of what went or came by whom and when, as far as that is kept."""

    change: Change
    text: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class ChangedSection:
    """A section with its versions, oldest first, and its text of ``before`` beside that of now.

    ``is_delivered`` says whether ``before`` is the text as it was delivered; else that is not kept any more.
    ``has_gap`` says that some of the versions between are not.
    """

    section: Section
    versions: Sequence[Version]
    before: Version
    now: Version
    is_delivered: bool
    has_gap: bool
    paragraphs: Sequence[Sequence[Words]]
    counts: Counts


@dataclass(frozen=True)
class Chapter:
    """A heading without a text of its own."""

    section: Section


@dataclass(frozen=True)
class ChangedDocument:
    """All sections in order, what they count together, and what the citations' keys stand for."""

    document: Document
    parts: Sequence[ChangedSection | Chapter]
    counts: Counts
    sources: Mapping[str, str]

    @property
    def sections(self) -> list[ChangedSection]:
        """Those with a text."""
        return [part for part in self.parts if isinstance(part, ChangedSection)]

    @property
    def is_whole(self) -> bool:
        """Whether every section is compared with the text as it was delivered."""
        return all(one.is_delivered for one in self.sections)


@dataclass(frozen=True)
class _Chain:
    """The versions of a section that are compared, from the one that was delivered to the present one."""

    versions: Sequence[Version]
    compared: Sequence[Version]
    is_delivered: bool
    has_gap: bool


def of_document(document: Document) -> ChangedDocument:
    """Compares every section; takes seconds, in a child. Raises ComparingTooLong."""
    in_order = sections_in_order(document)
    chains = _chains(document)
    texts = _texts(chains)
    chains = {key: _as_read(key, chain, texts) for key, chain in chains.items()}
    sources = dict(document.sources.filter(key__in=_keys(chains, texts)).order_by("key").values_list("key", "title"))
    if not connection.in_atomic_block:
        connection.close()  # no connection of the pool waits for the child
    there = [one for one in in_order if one.pk in chains]
    found = tracing_child.compare([[texts[one.pk, each.revision] for each in chains[one.pk].compared] for one in there])
    traced = dict(zip((one.pk for one in there), found, strict=True))
    parts = [
        _section(one, chains[one.pk], traced[one.pk]) if one.pk in chains else Chapter(one) for one in in_order
    ]  # fmt: skip
    return ChangedDocument(document, parts, reduce(add, (one.counts for one in found), Counts()), sources)


def _chains(document: Document) -> dict[UUID, _Chain]:
    rows: dict[UUID, list[Version]] = defaultdict(list)
    of_all = SectionRevision.objects.filter(section__document=document).order_by("section", "revision")
    for section_id, revision, reason, at, characters in of_all.values_list(
        "section_id", "revision", "reason", "created_at", Length("text")
    ):
        rows[section_id].append(Version(revision, RevisionReason(reason), at, characters))
    compared = {key: _compared(versions) for key, versions in rows.items()}
    is_much = sum(one.characters for versions, _sure in compared.values() for one in versions) > MOST_CHARACTERS
    return {key: _chain(rows[key], *found, is_much=is_much) for key, found in compared.items()}


def _compared(versions: Sequence[Version]) -> tuple[Sequence[Version], bool]:
    """The versions from the one that was delivered, the last of TesiGo's own; from the oldest, where it is gone."""
    first = next((place for place in reversed(range(len(versions))) if not versions[place].is_owners), None)
    return versions[first or 0 :], first is not None


def _chain(versions: Sequence[Version], compared: Sequence[Version], is_delivered: bool, *, is_much: bool) -> _Chain:
    has_gap = compared[-1].revision - compared[0].revision != len(compared) - 1
    if is_much and len(compared) > 2:
        compared, has_gap = (compared[0], compared[-1]), True
    return _Chain(versions, compared, is_delivered, has_gap)


def _texts(chains: Mapping[UUID, _Chain]) -> dict[tuple[UUID, int], str]:
    wanted = (Q(section=key, revision__in=[one.revision for one in chain.compared]) for key, chain in chains.items())
    rows = SectionRevision.objects.filter(reduce(or_, wanted, Q(pk__in=())))
    return {(key, revision): text for key, revision, text in rows.values_list("section_id", "revision", "text")}


def _as_read(key: UUID, chain: _Chain, texts: Mapping[tuple[UUID, int], str]) -> _Chain:
    """The chain without versions that a save took away between the list of them and their texts."""
    compared = [one for one in chain.compared if (key, one.revision) in texts]
    return replace(chain, compared=compared, has_gap=chain.has_gap or len(compared) < len(chain.compared))


def _keys(chains: Mapping[UUID, _Chain], texts: Mapping[tuple[UUID, int], str]) -> set[str]:
    """What is cited now or was in the text beside it: of a citation that is gone no row is left."""
    ends = ((key, one.revision) for key, chain in chains.items() for one in (chain.compared[0], chain.compared[-1]))
    return {cited.key for end in ends for cited in citation_keys(texts[end])}


def _section(section: Section, chain: _Chain, traced: tracing_child.Traced) -> ChangedSection:
    makers = [_maker(chain.compared, place) for place in range(len(chain.compared))]

    def words(stretch: Stretch) -> Words:
        if stretch.change == Change.SAME:
            return Words(stretch.change, stretch.text)
        # Words that stayed, of a paragraph that as a whole is another one: nobody changed them.
        by, at = makers[stretch.version] if stretch.version else (_("Student or TesiGo"), None)
        return Words(stretch.change, stretch.text, by, at)

    return ChangedSection(
        section=section,
        versions=chain.versions,
        before=chain.compared[0],
        now=chain.compared[-1],
        is_delivered=chain.is_delivered,
        has_gap=chain.has_gap,
        paragraphs=[[words(one) for one in paragraph] for paragraph in traced.paragraphs],
        counts=traced.counts,
    )


def _maker(compared: Sequence[Version], place: int) -> tuple[str, datetime]:
    """Who changed what a version has other than the one before it, and when."""
    one = compared[place]
    if place and one.revision != compared[place - 1].revision + 1:
        return _("Student or TesiGo"), one.at
    return one.maker, one.at
