"""A document, its brief, and the brief while it is typed."""

from typing import Any, ClassVar

from rest_framework import serializers

from documents.domain import briefs, styles
from documents.models import Document, DocumentTag
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import ChosenField, LineField, LinesField, ModelSerializer


class BriefSerializer(ModelSerializer):
    """The description of a work."""

    topic = LineField(max_length=500)
    citation_style = ChosenField(
        may_choose=styles.may_choose, refusal=styles.NO_SUCH_STYLE, max_length=100, required=False, default="apa"
    )

    class Meta:
        model = Document
        fields: ClassVar[Any] = briefs.FIELDS
        extra_kwargs: ClassVar[dict[str, Any]] = {"search_for_sources": {"default": True}, "pages": {"default": 10}}


class TypedBriefSerializer(ApiSerializer):
    """A brief while it is typed: any of its fields, complete or not."""

    kind = LineField(required=False, allow_blank=True, max_length=16)
    topic = LinesField(required=False, allow_blank=True, max_length=8_000)
    language = LineField(required=False, allow_blank=True, max_length=8)
    english = LineField(required=False, allow_blank=True, max_length=5)
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

    name = serializers.CharField(read_only=True, help_text="What its owner calls it; else its title.")
    tags: "serializers.SlugRelatedField[DocumentTag]" = serializers.SlugRelatedField(
        slug_field="word", many=True, read_only=True
    )
    excerpt = serializers.SerializerMethodField(help_text="Where the words of a search stand in the text.")

    class Meta(DocumentSerializer.Meta):
        fields = (*DocumentSerializer.Meta.fields, "name", "tags", "excerpt")
        read_only_fields = fields

    def get_excerpt(self, document: Document) -> str:
        """Plain text; empty without a search."""
        return str(self.context.get("excerpts", {}).get(document.pk, ""))


class StoppedSerializer(ApiSerializer):
    """A document that waits for somebody, and what comes next."""

    document = DocumentSerializer()
    detail = serializers.CharField(source="words", help_text="What happened, in words.")
    next = serializers.ChoiceField(choices=["brief", "outline", "price", "progress"], help_text="Where it goes on.")
