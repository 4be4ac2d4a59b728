"""Works that are added by number, address or list (R-97)."""

from rest_framework import serializers

from documents.domain.added_words import Became
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import CountedField


class NamedWorksSerializer(ApiSerializer):
    """Works by what they are known by."""

    text = CountedField(max_length=1_000_000, help_text="Numbers and addresses, one a line, or a list.")


class BecameSerializer(ApiSerializer):
    """What became of one line."""

    line = serializers.IntegerField()
    text = serializers.CharField()
    became = serializers.ChoiceField(choices=[became.value for became in Became])
    detail = serializers.CharField(source="words")
    work = serializers.IntegerField(
        source="source.pk", default=None, allow_null=True, help_text="Null where it is none."
    )


class AddedWorksSerializer(ApiSerializer):
    """What became of each line, in order."""

    outcomes = BecameSerializer(many=True)
    left = serializers.CharField(help_text="The lines that are not settled, to be corrected and sent again.")
