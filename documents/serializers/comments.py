"""Links for supervisors and comments on a finished text, as programs get and send them (R-94)."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from documents.domain.comments import links, word_files
from documents.enums import CommentOrigin
from documents.models.comment import MOST_COMMENT_CHARACTERS, MOST_NAME_CHARACTERS
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField, LinesField


class LinkSerializer(ApiSerializer):
    """A link that is open."""

    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of ours, not the one's own label
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_on = serializers.DateField(allow_null=True, help_text="The last day on which somebody opened it.")


class MadeLinkSerializer(LinkSerializer):
    """A link as it was made: its address cannot be had again."""

    url = serializers.CharField(help_text="The address to hand over.")


class WantedLinkSerializer(ApiSerializer):
    """A link somebody wants."""

    label = LineField(max_length=MOST_NAME_CHARACTERS)  # type: ignore[assignment]  # as above
    days = serializers.IntegerField(help_text="For how long it is open: 7, 30 or 90.")

    def validate_days(self, days: int) -> int:
        """One of the choices."""
        if days not in links.DAYS:
            raise serializers.ValidationError(_("Choose 7, 30 or 90 days."))
        return days


class AnswerSerializer(ApiSerializer):
    """An answer to a comment."""

    author = serializers.CharField(help_text="Empty for the document's owner.")
    text = serializers.CharField()
    said_at = serializers.DateTimeField()


class CommentSerializer(ApiSerializer):
    """A comment on a sentence."""

    id = serializers.UUIDField()
    section = serializers.UUIDField(source="section_id", allow_null=True, help_text="Null for the whole document.")
    sentence = serializers.CharField(help_text="The words it is about; empty for the section as a whole.")
    is_changed = serializers.SerializerMethodField(help_text="Whether that sentence is not in the text any more.")
    origin = serializers.ChoiceField(choices=CommentOrigin.choices)
    author = serializers.CharField()
    text = serializers.CharField()
    said_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True, help_text="When it was accepted.")
    answers = AnswerSerializer(many=True, source="answers.all")

    def get_is_changed(self, comment: Any) -> bool:
        """As the page says it."""
        return comment.pk in self.context["changed"] or (comment.section_id is None and bool(comment.sentence))


class MarkedSerializer(ApiSerializer):
    """Whether a comment is accepted."""

    is_done = serializers.BooleanField()


class AnsweringSerializer(ApiSerializer):
    """An answer somebody gives."""

    text = LinesField(max_length=MOST_COMMENT_CHARACTERS)


class CommentFileSerializer(ApiSerializer):
    """A DOCX that came back with comments."""

    file = serializers.FileField(help_text="At most 20 MB; it is read and not kept.")

    def validate_file(self, file: Any) -> Any:
        """Not too large to be read."""
        if file.size > word_files.MOST_BYTES:
            raise serializers.ValidationError(_("The file is too large: at most 20 MB."))
        return file


class TakenSerializer(ApiSerializer):
    """What came of a file."""

    new = serializers.IntegerField(help_text="New comments.")
    placed = serializers.IntegerField(help_text="How many of them found their sentence.")
    answers = serializers.IntegerField(help_text="New answers to comments.")
    known = serializers.IntegerField(help_text="What was here already.")
    left_out = serializers.IntegerField(help_text="Comments and answers that there was no room for.")
