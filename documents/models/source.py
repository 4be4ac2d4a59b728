"""Sources, their passages, and the citations that rest on them (R-10)."""

from typing import ClassVar, Final, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.enums import DOI_OF_ANOTHER, CitationCheck, SourceOrigin, SourceUse
from documents.models.document import Document
from documents.models.outline import Section
from documents.models.upload import Upload

_NOT_JOINED: Final = Q(joined_to__isnull=True)


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions asked of sources."""

    def citable(self) -> Self:
        """Those that a writer may be offered: not taken back, banned or joined to another (R-97, R-98).

        Where no search is wished, what a search found earlier is left out as well.
        """
        return self.filter(
            ~Q(origin=SourceOrigin.SEARCH) | Q(document__search_for_sources=True), retracted_at=None, joined_to=None
        ).exclude(use=SourceUse.BANNED)


class Source(models.Model):
    """A work that may be cited, by its ``key``; ``csl`` is its CSL-JSON item (``csl["id"] == key``).

    ``origins`` says of fields of ``csl`` where they came from and how sure they are: {"title": ["list", "likely"]}, in
    the values of `FieldOrigin` and `Sureness` (R-97). A field that is not named there follows from ``origin``.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sources")
    key = models.SlugField(max_length=64)
    origin = models.CharField(max_length=16, choices=SourceOrigin)
    upload = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.CASCADE, related_name="sources")
    title = models.CharField(max_length=500)
    csl = models.JSONField()
    doi = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    page_count = models.PositiveIntegerField(default=0, help_text=_("0 where the source has no pages."))
    created_at = models.DateTimeField(default=timezone.now)
    use = models.CharField(max_length=8, choices=SourceUse, default=SourceUse.MAY, db_default=SourceUse.MAY)
    origins = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    #: Counts changes of the reference: nobody writes over one that they have not seen.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    #: Among what searches found, from 1, best first; 0 for what its owner brought.
    rank = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    #: Its place in the order that its owner made; without one by rank, then by title.
    place = models.PositiveIntegerField(null=True, blank=True, editable=False)
    #: None where no service says.
    is_peer_reviewed = models.BooleanField(null=True, blank=True)
    is_open_access = models.BooleanField(null=True, blank=True)
    #: The source that stands for both, where this one is the same work. It keeps its passages and can come back.
    joined_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="joined")
    #: What the other one was before, and became by joining.
    join_undo = models.JSONField(null=True, blank=True, editable=False)
    #: Looks like the same work; ``is_apart`` once its owner says that it is another.
    alike = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_apart = models.BooleanField(default=False, db_default=False, editable=False)
    #: Since when it is known here that the work was taken back, and by whose word: it is never cited (R-98).
    retracted_at = models.DateTimeField(null=True, blank=True, editable=False)
    retracted_by = models.CharField(max_length=200, blank=True, db_default="", default="", editable=False)
    #: Corrections and expressions of concern, as [kind, DOI]; shown beside the source.
    notices = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    #: Off the desk until its owner brings it back; a rule deletes it after 30 days (R-89).
    thrown_away_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When the registers were last asked for it.
    looked_up_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[SourceQuerySet] = SourceQuerySet.as_manager()  # type: ignore[assignment]  # manager from queryset

    class Meta:
        ordering = ["title"]
        indexes = [
            # A page of the source desk, and how many there are of each use.
            models.Index(
                fields=["document", "place", "rank", "title", "id"], condition=_NOT_JOINED, name="source_desk_ranked"
            ),
            models.Index(fields=["document", "use"], condition=_NOT_JOINED, name="source_uses"),
            models.Index(fields=["document"], condition=Q(alike__isnull=False), name="source_alike"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "key"], name="source_key_unique_in_document"),
            models.CheckConstraint(condition=Q(use__in=SourceUse.values), name="source_use_known"),
            # No writer is offered it, and no search finds it again.
            models.CheckConstraint(
                condition=Q(thrown_away_at=None) | Q(use=SourceUse.BANNED), name="source_thrown_away_is_banned"
            ),
            models.CheckConstraint(condition=~Q(joined_to=F("id")), name="source_not_joined_to_itself"),
            models.CheckConstraint(condition=~Q(alike=F("id")), name="source_not_alike_itself"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_thrown_away(self) -> bool:
        """Whether it is off the desk, by itself or with the one that it is joined to."""
        return bool(self.thrown_away_at or (self.joined_to and self.joined_to.thrown_away_at))

    @property
    def is_abstract_only(self) -> bool:
        """Whether of the work itself nothing was read but its abstract (R-99)."""
        of_a_work = self.origin in (SourceOrigin.SEARCH, SourceOrigin.BIBLIOGRAPHY, SourceOrigin.ADDED)
        return of_a_work and not self.page_count and self.csl.get("type") != "webpage"

    @property
    def warnings(self) -> list[str]:
        """What a reader should know of the work: that it was retracted, corrected, or is doubted (R-98)."""
        kinds = {str(kind) for kind, _doi in self.notices}
        said = [gettext("Retracted: do not rely on this work.")] if self.retracted_at else []
        if kinds & {"expression_of_concern", "concern"}:
            said.append(gettext("Its publisher has expressed concern about this work."))
        if [DOI_OF_ANOTHER, self.doi] in self.notices:
            said.append(gettext("Its DOI belongs to a work with another title. Correct it at the source desk."))
        if kinds & {"correction", "corrigendum", "erratum"}:
            said.append(gettext("A correction of this work was published."))
        return said


class Passage(models.Model):
    """A stretch of a source's text on one page. ``page`` counts physical pages from 1; 0 where there are none.

    ``page_label`` is the number printed on the page (roman front matter, say), the one a citation names.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="passages")
    page = models.PositiveIntegerField(default=0)
    page_label = models.CharField(max_length=32, blank=True)
    position = models.PositiveIntegerField()
    text = models.TextField()
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        ordering = ["source", "position"]
        indexes = [GinIndex(fields=["search"], name="passage_search")]
        constraints = [models.UniqueConstraint(fields=["source", "position"], name="passage_position_unique")]

    def __str__(self) -> str:
        return f"{self.source_id} p. {self.page_label or self.page}"


class Citation(models.Model):
    """One occurrence of a citation in a section's present text, tied to the passage that supports it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="citations")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="citations")
    position = models.PositiveIntegerField(help_text=_("Order within the section."))
    source = models.ForeignKey(Source, on_delete=models.RESTRICT, related_name="citations")
    passage = models.ForeignKey(Passage, on_delete=models.RESTRICT, related_name="citations")
    sentence = models.TextField(help_text=_("The sentence that rests on the passage."))
    check_result = models.CharField(max_length=12, choices=CitationCheck)
    check_note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["section__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["section", "position"], name="citation_position_unique"),
            models.CheckConstraint(condition=Q(check_result__in=CitationCheck.values), name="citation_check_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} in {self.section_id}"

    @property
    def is_unproven(self) -> bool:
        """Whether nobody has checked it since its sentence was changed."""
        return self.check_result == CitationCheck.CHANGED
