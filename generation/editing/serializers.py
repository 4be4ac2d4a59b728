"""What programs send to the writing room and get from it."""

from typing import Any, ClassVar

from rest_framework import serializers

from documents.models import SectionRevision
from generation.editing.typed import MOST_CHARACTERS
from tesigo.platform.api.serializers import ApiModelSerializer, ApiSerializer
from tesigo.platform.clean_fields import LinesField


class SectionTextSerializer(ApiSerializer):
    """A section's text, and the version that it is, or was made from."""

    revision = serializers.IntegerField(min_value=1, help_text="The number of the version; sent, the one you read.")
    text = LinesField(max_length=MOST_CHARACTERS, help_text="Markdown with citations such as [@smith2020, p. 4].")


class VersionSerializer(ApiModelSerializer):
    """A version of a section."""

    class Meta:
        model = SectionRevision
        fields: ClassVar[Any] = ("revision", "reason", "name", "created_at")
        read_only_fields = fields
