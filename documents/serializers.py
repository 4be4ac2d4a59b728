"""Documents as programs see them and send them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from documents.domain import briefs, styles
from documents.domain.citations import CitationCard
from documents.domain.outline import Proposal, ProposedSection
from documents.enums import ExportFormat, UploadPurpose
from documents.models import Document, Export, Section, Source, Upload
from documents.models.document import MAX_PAGES
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField, LinesField, ModelSerializer


class StyleField(serializers.ChoiceField):
    """A citation style at hand, by its CSL name (R-96)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=styles.at_hand(), **options)


class BriefSerializer(ModelSerializer):
    """The description of a work."""

    topic = LineField(max_length=500)
    citation_style = StyleField(required=False, default="apa")

    class Meta:
        model = Document
        fields: ClassVar[Any] = briefs.FIELDS
        extra_kwargs: ClassVar[dict[str, Any]] = {"search_for_sources": {"default": True}, "pages": {"default": 10}}


class TypedBriefSerializer(ApiSerializer):
    """A brief while it is typed: any of its fields, complete or not."""

    kind = LineField(required=False, allow_blank=True, max_length=16)
    topic = LinesField(required=False, allow_blank=True, max_length=8_000)
    language = LineField(required=False, allow_blank=True, max_length=8)
    level = LineField(required=False, allow_blank=True, max_length=16)
    pages = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100_000)
    citation_style = LineField(required=False, allow_blank=True, max_length=100)
    requirements = LinesField(required=False, allow_blank=True, max_length=20_000)
    search_for_sources = serializers.BooleanField(required=False)
    author_name = LineField(required=False, allow_blank=True, max_length=500)


class TypedSerializer(ApiSerializer):
    """A brief as it was typed last, and what it still needs to be one."""

    values = TypedBriefSerializer(help_text="Every field of the brief, as typed last.")
    saved_at = serializers.DateTimeField()
    is_brief = serializers.BooleanField(help_text="Nothing was typed since the brief was saved.")
    missing = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By field, what keeps it from being saved as the brief; empty when nothing does.",
    )


class DocumentSerializer(ModelSerializer):
    """A document: its brief and where it stands."""

    is_editable = serializers.BooleanField(read_only=True, help_text="Nothing has been paid yet.")
    is_frozen = serializers.SerializerMethodField(help_text="A dispute is open; no file can be taken away.")

    class Meta:
        model = Document
        fields: ClassVar[Any] = (
            "id",
            "title",
            *briefs.FIELDS,
            "state",
            "progress",
            "failure",
            "outline_error",
            "body_pages",
            "is_editable",
            "is_frozen",
            "ordered_at",
            "created_at",
            "updated_at",
        )
        read_only_fields: ClassVar[Any] = fields

    def get_is_frozen(self, document: Document) -> bool:
        """Whether the payment is disputed."""
        return document.frozen_at is not None


class FoundSerializer(DocumentSerializer):
    """A document of the list, with the words that a search found in it."""

    excerpt = serializers.SerializerMethodField(help_text="Where the words of a search stand in the text.")

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "excerpt")
        read_only_fields = fields

    def get_excerpt(self, document: Document) -> str:
        """Plain text; empty without a search."""
        return str(self.context.get("excerpts", {}).get(document.pk, ""))


class StoppedSerializer(ApiSerializer):
    """A document that waits for somebody, and what comes next."""

    document = DocumentSerializer()
    detail = serializers.CharField(source="words", help_text="What happened, in words.")
    next = serializers.ChoiceField(choices=["brief", "outline", "price", "progress"], help_text="Where it goes on.")


# --- outline -----------------------------------------------------------------------------------------------------


class _Row(ApiSerializer):
    id = serializers.UUIDField(read_only=True)
    number = serializers.CharField(read_only=True)
    title = LineField(max_length=300)
    covers = LinesField(max_length=2_000, required=False, default="", allow_blank=True)
    leaves_out = LinesField(max_length=2_000, required=False, default="", allow_blank=True)
    pages = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(MAX_PAGES),
        required=False,
        default=Decimal(1),
        help_text="Sent: in proportion to those of the others. Shown: pages; of a chapter, those of its sections.",
    )


class OutlinePartSerializer(_Row):
    """A part of a section of an outline; nothing is below it."""

    sections = serializers.ListField(
        child=serializers.DictField(),
        max_length=0,
        required=False,
        error_messages={"max_length": _("An outline has at most three levels.")},
    )


class OutlineSectionSerializer(_Row):
    """A section of a chapter of an outline."""

    sections = OutlinePartSerializer(many=True, required=False)


class OutlineChapterSerializer(_Row):
    """A chapter of an outline."""

    sections = OutlineSectionSerializer(many=True, required=False)


class OutlineSerializer(ApiSerializer):
    """An outline, and whether it can be ordered as it is."""

    title = LineField(max_length=300, required=False, allow_blank=True)
    state = serializers.CharField(read_only=True, help_text="Of the document.")
    pages = serializers.IntegerField(read_only=True, help_text="Pages ordered; those of the sections add up to them.")
    is_complete = serializers.BooleanField(read_only=True)
    error = serializers.CharField(read_only=True, help_text="Why the last one could not be made.")
    waits_for = serializers.CharField(
        read_only=True, allow_null=True, help_text="What one on its way waits for, in words."
    )
    sections = OutlineChapterSerializer(many=True, allow_empty=False)


def proposal(values: Mapping[str, Any], *, title: str) -> Proposal:
    """A valid outline as the domain takes it; ``title`` where none was sent."""
    return Proposal(title=values.get("title") or title, sections=[_proposed(row) for row in values["sections"]])


def _proposed(row: Mapping[str, Any]) -> ProposedSection:
    below = [_proposed(one) for one in row.get("sections", [])]
    return ProposedSection(row["title"], row["covers"], row["leaves_out"], row["pages"], below)


def outline_shown(document: Document, sections: Iterable[Section], *, is_complete: bool, waits: str | None) -> Any:
    """The outline as it is sent."""
    rows: dict[Any, dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    for section in sections:
        names = ("id", "number", "title", "covers", "leaves_out", "pages")
        row = {**{name: getattr(section, name) for name in names}, "sections": []}
        rows[section.pk] = row
        (rows[section.parent_id]["sections"] if section.parent_id else top).append(row)
    for row in top:
        _add_up(row)
    shown = {
        "title": document.title,
        "state": document.state,
        "pages": document.pages,
        "is_complete": is_complete,
        "error": document.outline_error,
        "waits_for": waits,
        "sections": top,
    }
    return OutlineSerializer(shown).data


def _add_up(row: dict[str, Any]) -> Decimal:
    if row["sections"]:
        row["pages"] = sum((_add_up(below) for below in row["sections"]), Decimal(0))
    pages: Decimal = row["pages"]
    return pages


class OutlineWishSerializer(ApiSerializer):
    """For which document an outline is wanted, and a wish for it."""

    document_id = serializers.UUIDField()
    wish = LineField(max_length=500, required=False, default="", allow_blank=True)


# --- the text ----------------------------------------------------------------------------------------------------


class SectionSerializer(ModelSerializer):
    """A section with its text, once the document is ready."""

    number = serializers.SerializerMethodField()
    level = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="Markdown with citation keys; null until it is ready.")
    html = serializers.SerializerMethodField(help_text="Cleaned, with citations; null until it is ready.")

    class Meta:
        model = Section
        fields: ClassVar[Any] = (
            "id", "number", "level", "parent", "position", "title", "pages", "revision", "written_at", "text", "html",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    def get_number(self, section: Section) -> str:
        """As in the contents: "2.1"."""
        return str(self.context["numbers"].get(section.pk, ""))

    def get_level(self, section: Section) -> int:
        """1 for a chapter."""
        return self.get_number(section).count(".") + 1

    def get_text(self, section: Section) -> str | None:
        """The text."""
        return section.text if self.context["is_ready"] else None

    def get_html(self, section: Section) -> str | None:
        """The text for a screen."""
        return section.html if self.context["is_ready"] else None


class WorkSerializer(ModelSerializer):
    """A work that may be cited."""

    csl = serializers.JSONField(help_text="The CSL-JSON item.")
    citations = serializers.IntegerField(source="times", help_text="How often the text cites it.")
    warnings = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField(read_only=True, help_text="Empty where there is none.")

    class Meta:
        model = Source
        fields: ClassVar[Any] = (
            "id", "key", "origin", "upload", "title", "csl", "doi", "url", "page_count", "retracted_at", "warnings",
            "citations",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields


class CitationSerializer(ApiSerializer):
    """One citation with the passage that it rests on (R-10)."""

    number = serializers.IntegerField()
    section = serializers.UUIDField(source="citation.section_id")
    sentence = serializers.CharField()
    key = serializers.CharField(source="citation.source.key")
    source_title = serializers.CharField(source="citation.source.title")
    who_and_when = serializers.CharField()
    address = serializers.CharField(help_text="The DOI's address, else where it was found.")
    page = serializers.SerializerMethodField(help_text="As printed; empty where there are no pages.")
    passage = serializers.CharField(source="citation.passage.text")
    check_result = serializers.CharField(source="citation.check_result")
    check_note = serializers.CharField(source="citation.check_note")

    def get_page(self, card: CitationCard) -> str:
        """The page of the passage."""
        passage = card.citation.passage
        return passage.page_label or (str(passage.page) if passage.page else "")


class CitationReportSerializer(ApiSerializer):
    """The citation report of a finished document."""

    total = serializers.IntegerField()
    sources = serializers.IntegerField()
    removed = serializers.IntegerField(help_text="Sentences that the check took out.")
    by_check = serializers.DictField(child=serializers.IntegerField())
    citations = CitationSerializer(many=True)


class StyleSerializer(ApiSerializer):
    """Another citation style for a finished document."""

    citation_style = StyleField()


class StyleAtHandSerializer(ApiSerializer):
    """A citation style at hand."""

    name = serializers.CharField()
    title = serializers.CharField()


# --- files -------------------------------------------------------------------------------------------------------


class ExportSerializer(ModelSerializer):
    """A file to take away."""

    file_url = serializers.SerializerMethodField(help_text="Where it is fetched; null until it is ready.")

    class Meta:
        model = Export
        fields: ClassVar[Any] = (
            "id", "format", "with_ai_statement", "citation_style", "state", "size", "created_at", "finished_at",
            "file_url",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    def get_file_url(self, export: Export) -> str | None:
        """The address of the file."""
        address_of = self.context["address_of"]
        return str(address_of(export)) if export.state == "ready" else None


class WantedExportSerializer(ApiSerializer):
    """A file somebody wants."""

    format = serializers.ChoiceField(choices=ExportFormat.choices)
    with_ai_statement = serializers.BooleanField(required=False, default=False)


class UploadSerializer(ModelSerializer):
    """A file handed in."""

    class Meta:
        model = Upload
        fields: ClassVar[Any] = (
            "id", "purpose", "name", "size", "format", "state", "verdict", "pages_total", "pages_read", "created_at",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields


class HandedInSerializer(ApiSerializer):
    """What is handed in: a file, or the text of a BibTeX or RIS list."""

    purpose = serializers.ChoiceField(choices=UploadPurpose.choices, required=False, default=UploadPurpose.SOURCE)
    file = serializers.FileField(required=False, allow_empty_file=True, max_length=1_000)
    bibtex = serializers.CharField(required=False, max_length=1_000_000, trim_whitespace=False)
    ris = serializers.CharField(required=False, max_length=1_000_000, trim_whitespace=False)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Exactly one of them."""
        if sum(name in attrs for name in ("file", "bibtex", "ris")) != 1:
            raise serializers.ValidationError(_("Send one of file, bibtex and ris."))
        return attrs
