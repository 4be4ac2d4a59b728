"""The source desk: a page of a document's sources with all that is known of each (R-97)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from documents.domain.printed import printed
from documents.enums import FieldOrigin, SourceOrigin, SourceUse, Sureness, UploadState
from documents.models import Document, Passage, Source
from documents.sources import fields, provenance

#: As many as one looks through at once; a page of a large library costs what one of a small one does (R-105).
PAGE_ROWS: Final = 10
#: Pairs that look like one work, shown at one time.
_PAIRS_SHOWN: Final = 3


@dataclass(frozen=True)
class Filters:
    """Which sources are wished; empty values wish nothing. ``lacks_text`` those in which nothing can be cited."""

    words: str = ""
    first_year: int | None = None
    last_year: int | None = None
    kind: str = ""
    language: str = ""
    origin: str = ""
    use: str = ""
    is_peer_reviewed: bool = False
    is_open_access: bool = False
    lacks_text: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Filters":
        """By the names that addresses have; what is not said wishes nothing."""
        return cls(
            words=said.get("q", ""),
            first_year=said.get("first_year"),
            last_year=said.get("last_year"),
            kind=said.get("kind", ""),
            language=said.get("language", ""),
            origin=said.get("origin", ""),
            use=said.get("use", ""),
            is_peer_reviewed=said.get("reviewed", False),
            is_open_access=said.get("open", False),
            lacks_text=said.get("no_text", False),
        )

    @property
    def are_any(self) -> bool:
        """Whether something is wished."""
        return self != Filters()


@dataclass(frozen=True)
class Field:
    """One field of a reference, with where it came from and how sure it is."""

    name: str
    value: str
    origin: FieldOrigin
    sureness: Sureness

    @property
    def label(self) -> str:
        """What the field is called."""
        return str(fields.LABELS.get(self.name, self.name))


@dataclass(frozen=True)
class Row:
    """A source on the desk. ``entry_html`` is None where it could not be set as it will print."""

    source: Source
    entry_html: SafeString | None
    has_text: bool
    is_own_only: bool = False
    joined: Sequence[Source] = field(default_factory=tuple)
    #: None as long as there is no text that could cite it.
    times_cited: int | None = None

    @cached_property
    def fields(self) -> list[Field]:
        """The fields that hold something, in the order of a form."""
        return fields_of(self.source)

    @property
    def kind(self) -> str:
        """What kind of work it is, in words."""
        return fields.kind_shown(str(self.source.csl.get("type", "")))

    @property
    def is_unsure(self) -> bool:
        """Whether any of its fields is worth a look."""
        return any(one.sureness == Sureness.UNSURE for one in self.fields)

    @property
    def troubles(self) -> list[str]:
        """Why it is not cited, each with what to do about it."""
        found = []
        if self.source.retracted_at:
            found.append(_why_retracted(self.source))
        if not self.has_text:
            found.append(
                _("There is no text of it here, so nothing in it can be cited. Hand in its PDF; the two are joined.")
            )
        if self.is_own_only and self.source.origin == SourceOrigin.SEARCH:
            found.append(_("A search found it. It is not cited as long as you want only your own sources."))
        return found


@dataclass(frozen=True)
class Desk:
    """A page of sources. ``counts`` by use, of all; ``being_read`` files are not here yet."""

    rows: list[Row]
    page: "Page[Source]"
    counts: Mapping[str, int]
    pairs: list[Source]
    being_read: int

    @property
    def total(self) -> int:
        """How many sources there are in all."""
        return sum(self.counts.values())


def desk(document: Document, filters: Filters, *, page: str | int | None = 1) -> Desk:
    """The page ``page`` of the sources that fit; an impossible number is the nearest page there is."""
    unread = _unread(document)
    every = _all(document, unread)
    counts = dict(every.order_by().values("use").annotate(number=Count("*")).values_list("use", "number"))
    # Nulls come last in PostgreSQL: without a place own sources are first, then found ones, best first.
    found = fitting(every, filters).order_by("place", "rank", "title", "pk")
    pages = _Pages(found, PAGE_ROWS, total=None if filters.are_any else sum(counts.values()))
    shown = pages.get_page(page)
    return Desk(
        rows=rows(document, list(shown)),
        page=shown,
        counts=counts,
        pairs=list(pairs(document)[:_PAIRS_SHOWN]),
        being_read=len(unread),
    )


def fitting(found: QuerySet[Source], filters: Filters) -> QuerySet[Source]:
    """Those of the sources that fit."""
    year = "csl__issued__date-parts__0__0"
    wished: list[tuple[bool, Q]] = [
        (bool(filters.words), Q(title__icontains=filters.words)),
        (filters.first_year is not None, Q(**{f"{year}__gte": filters.first_year})),
        (filters.last_year is not None, Q(**{f"{year}__lte": filters.last_year})),
        (bool(filters.kind), Q(csl__type=filters.kind)),
        (bool(filters.language), Q(csl__language__istartswith=filters.language)),
        (bool(filters.origin), Q(origin=filters.origin)),
        (bool(filters.use), Q(use=filters.use)),
        (filters.is_peer_reviewed, Q(is_peer_reviewed=True)),
        (filters.is_open_access, Q(is_open_access=True)),
        (filters.lacks_text, Q(~Exists(Passage.objects.filter(source=OuterRef("pk"))))),
    ]
    for is_wished, condition in wished:
        if is_wished:
            found = found.filter(condition)
    return found


def rows(document: Document, sources: Sequence[Source]) -> list[Row]:
    """Sources with how they print, their text and what is joined to them."""
    ids = [source.pk for source in sources]
    texts = Exists(Passage.objects.filter(source=OuterRef("pk")))
    with_text = set(Source.objects.filter(texts, pk__in=ids).values_list("pk", flat=True))
    joined: dict[int, list[Source]] = {}
    for one in Source.objects.filter(joined_to__in=ids).order_by("pk"):
        joined.setdefault(one.joined_to_id or 0, []).append(one)
    times: dict[int, int] = {}
    if not document.is_editable:
        cited = document.citations.filter(source__in=ids).order_by().values("source_id")
        times = dict(cited.annotate(number=Count("*")).values_list("source_id", "number"))
    entries = printed(document, sources)
    return [
        Row(
            source=source,
            entry_html=entries.get(source.pk),
            has_text=source.pk in with_text,
            is_own_only=not document.search_for_sources,
            joined=tuple(joined.get(source.pk, ())),
            times_cited=None if document.is_editable else times.get(source.pk, 0),
        )
        for source in sources
    ]


def pairs(document: Document) -> QuerySet[Source]:
    """Sources that look like another one of the document, with that one loaded."""
    return (
        Source.objects.filter(
            document=document,
            joined_to=None,
            alike__joined_to=None,
            is_apart=False,
            thrown_away_at=None,
            alike__thrown_away_at=None,
        )
        .exclude(alike=None)
        .select_related("alike")
        .order_by("title", "pk")
    )


def wanted_and_not_cited(document: Document) -> list[Source]:
    """Sources that had to be cited and are not (R-97)."""
    wanted = Source.objects.filter(document=document, use=SourceUse.MUST, joined_to=None)
    return list(wanted.filter(citations=None).order_by("title", "pk"))


def fields_of(source: Source) -> list[Field]:
    """The fields of a source that hold something, in the order of a form."""
    found = []
    for name in fields.LABELS:
        if value := fields.shown(name, source.csl.get(name)):
            where, sureness = provenance.of_field(name, origins=source.origins, origin=source.origin)
            shown = fields.kind_shown(value) if name == "type" else value
            found.append(Field(name, shown, where, sureness))
    return found


def _all(document: Document, unread: Sequence[UUID]) -> QuerySet[Source]:
    """Every source that stands for itself, was read to its end and not thrown away."""
    found = Source.objects.filter(document=document, joined_to=None, thrown_away_at=None)
    return found.exclude(upload_id__in=unread) if unread else found


def _unread(document: Document) -> list[UUID]:
    states = [UploadState.RECEIVING, UploadState.EXTRACTING]
    return list(document.uploads.filter(state__in=states).values_list("pk", flat=True))


def _why_retracted(source: Source) -> str:
    if source.retracted_by == "title":
        return _("Its own title says that it was retracted. Such a work may not be cited: take another one.")
    return _("It was retracted, says %(who)s. Such a work may not be cited: take another one.") % {
        "who": source.retracted_by
    }


class _Pages(Paginator):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Pages of sources whose number may be known already."""

    def __init__(self, found: QuerySet[Source], per_page: int, *, total: int | None) -> None:
        super().__init__(found, per_page)
        self._total = total

    @cached_property
    def count(self) -> Any:
        """Of the sources that fit."""
        return super().count if self._total is None else self._total
