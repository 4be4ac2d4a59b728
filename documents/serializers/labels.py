"""Name and tags of a document, as programs send and get them."""

from rest_framework import serializers

from documents.models.document import MAX_NAME_CHARACTERS
from documents.models.labels import MOST_TAG_CHARACTERS
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField


class LabelSerializer(ApiSerializer):
    """What its owner calls a document, in the library and of its files, and their tags."""

    name = LineField(max_length=MAX_NAME_CHARACTERS, allow_blank=True, help_text="Empty: the title.")
    tags = serializers.ListField(
        child=LineField(max_length=MOST_TAG_CHARACTERS), help_text="At most 20, and 50 on all documents together."
    )


class TagCountSerializer(ApiSerializer):
    """A tag and how many documents have it."""

    tag = serializers.CharField()
    documents = serializers.IntegerField()
