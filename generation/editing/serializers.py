"""What programs send to the writing room and get from it."""

from typing import Any, ClassVar

from rest_framework import serializers

from documents.models import SectionRevision
from generation.editing.typed import MOST_CHARACTERS
from generation.enums import NoteKind
from generation.models import Rewriting
from generation.models.disclosure import MOST_WORDS_CHARACTERS
from generation.writing.prompts.rewriting import WISH_CHARACTERS
from tesigo.platform.api.serializers import ApiModelSerializer, ApiSerializer
from tesigo.platform.clean_fields import LineField, LinesField


class SectionTextSerializer(ApiSerializer):
    """A section's text, and the version that it is, or was made from."""

    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the version; sent, the one you read."
    )
    text = LinesField(max_length=MOST_CHARACTERS, help_text="Markdown with citations such as [@smith2020, p. 4].")


class RewritingSerializer(ApiModelSerializer):
    """A rewriting on order: what is asked for, and what is offered until it is taken or left."""

    words = LineField(max_length=WISH_CHARACTERS, required=False, default="", allow_blank=True)
    source = LineField(  # type: ignore[assignment]  # hides what a field calls where its value comes from
        max_length=100, required=False, default="", allow_blank=True, help_text="The key of one, for wish “source”."
    )
    paragraphs = serializers.ListField(
        child=serializers.IntegerField(min_value=0), required=False, default=list, max_length=500
    )
    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the version that you read."
    )
    models = serializers.ListField(child=serializers.CharField(), read_only=True, source="made.models", default=list)

    class Meta:
        model = Rewriting
        fields: ClassVar[Any] = (
            "id", "wish", "words", "source", "paragraphs", "revision", "state", "text", "body_pages", "is_over",
            "models", "failure", "created_at",
        )  # fmt: skip
        read_only_fields = ("id", "state", "text", "body_pages", "is_over", "failure", "created_at")

    def to_representation(self, instance: Rewriting) -> dict[str, Any]:
        """With the key of the source, not its number."""
        return {**super().to_representation(instance), "source": instance.source.key if instance.source else ""}


class TakeSerializer(ApiSerializer):
    """The version beside which a rewriting is taken."""

    revision = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="The number of the version that you know."
    )


class VersionSerializer(ApiModelSerializer):
    """A version of a section."""

    class Meta:
        model = SectionRevision
        fields: ClassVar[Any] = ("revision", "reason", "name", "created_at")
        read_only_fields = fields


class TypedTextSerializer(ApiSerializer):
    """A text of a section as it is typed."""

    text = serializers.CharField(
        max_length=MOST_CHARACTERS, allow_blank=True, trim_whitespace=False, help_text="Markdown; it is not saved."
    )


class LeftNoteSerializer(ApiSerializer):
    """A note that is put away, by its kind and the digest of its sentence."""

    kind = serializers.ChoiceField(choices=NoteKind.choices)
    digest = serializers.RegexField(r"\A[0-9a-f]{64}\Z", help_text="As the note has it.")


class NoteSerializer(ApiSerializer):
    """What was found about a sentence, or, where it has none, about the section."""

    kind = serializers.ChoiceField(choices=NoteKind.choices)
    digest = serializers.CharField(help_text="Names the note: by its kind and its sentence.")
    sentence = serializers.CharField()
    paragraph = serializers.IntegerField(help_text="Number of the paragraph in the section, from 0.")
    start = serializers.IntegerField(help_text="Where the sentence begins in the text, in characters from 0.")
    end = serializers.IntegerField(help_text="Where it ends.")
    words = serializers.CharField(help_text="Those that are meant, where they are less than the sentence.")
    why = serializers.CharField()
    help = serializers.CharField(help_text="What can be done.")


class LookedSerializer(ApiSerializer):
    """The notes on one section."""

    id = serializers.UUIDField(source="section.pk")
    number = serializers.CharField(source="section.number")
    title = serializers.CharField(source="section.title")
    notes = NoteSerializer(many=True)
    left = serializers.IntegerField(help_text="Notes that were put away.")


class LookSerializer(ApiSerializer):
    """A member of staff looked."""

    at = serializers.DateTimeField()
    is_file = serializers.BooleanField(help_text="At the Word file; else at the page.")


class DisclosureSerializer(ApiSerializer):
    """Leave that staff look at what changed in a document, for a complaint."""

    id = serializers.UUIDField(source="row.pk", read_only=True)
    words = LinesField(source="row.words", max_length=MOST_WORDS_CHARACTERS, help_text="What the complaint is about.")
    given_at = serializers.DateTimeField(source="row.given_at", read_only=True)
    ends_at = serializers.DateTimeField(source="row.ends_at", read_only=True)
    withdrawn_at = serializers.DateTimeField(source="row.withdrawn_at", allow_null=True, read_only=True)
    is_open = serializers.BooleanField(read_only=True, help_text="Whether staff may look by it.")
    looks = LookSerializer(many=True, read_only=True, help_text="When staff looked, oldest first.")


class LookedOverSerializer(ApiSerializer):
    """Notes by section, and about how many pages the document fills with the text that was looked over."""

    pages = serializers.DecimalField(
        max_digits=6, decimal_places=1, source="pages.filled", help_text="An estimate, by characters and headings."
    )
    paid = serializers.DecimalField(max_digits=6, decimal_places=2, source="pages.paid")
    sections = LookedSerializer(many=True)
