"""What a sheet asks, as programs get and correct it."""

from typing import Any

from rest_framework import serializers

from documents.enums import SheetKind, SheetOrigin, SheetVerdict
from documents.models.sheet import MOST_ASKED_CHARACTERS
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField


class SheetPlaceSerializer(ApiSerializer):
    """A place of the text; of an outline, the section that is planned."""

    section = serializers.UUIDField(source="section.pk")
    number = serializers.CharField(source="section.number")
    title = serializers.CharField(source="section.title")
    sentence = serializers.CharField(allow_blank=True)


class SheetLineSerializer(ApiSerializer):
    """One requirement, and what is found of it in the text of now."""

    id = serializers.IntegerField(source="line.pk")
    kind = serializers.ChoiceField(source="line.kind", choices=SheetKind.choices)
    what = serializers.CharField(source="line.what", help_text="Within its kind: `pages`, `words`, `reviewed`, …")
    least = serializers.FloatField(source="line.least", allow_null=True)
    most = serializers.FloatField(source="line.most", allow_null=True, help_text="As much as `least`: about that.")
    value = serializers.CharField(source="line.value", help_text="A style, a language (`de`), a typeface, a term.")
    asks = serializers.CharField(source="line.asks", help_text="The owner's or a model's words; else empty.")
    words = serializers.CharField(source="line.words", help_text="The sheet's; empty for a line that was added.")
    origin = serializers.ChoiceField(source="line.origin", choices=SheetOrigin.choices)
    verdict = serializers.ChoiceField(source="found.verdict", choices=SheetVerdict.choices)
    detail = serializers.CharField(source="found.said", help_text="What was counted or found, in words.")
    places = SheetPlaceSerializer(source="found.places", many=True)


class SheetSerializer(ApiSerializer):
    """The list of what a sheet asks."""

    is_read = serializers.BooleanField(
        help_text="Whether a model has read the sheet of now for questions and terms: it does with the next outline."
    )
    counts: Any = serializers.DictField(child=serializers.IntegerField(), help_text="Lines by verdict.")
    lines = SheetLineSerializer(many=True)


class AskedLineSerializer(ApiSerializer):
    """A requirement in words: figures, styles and parts are read out of them; a term stands between quotation marks."""

    asks = LineField(max_length=MOST_ASKED_CHARACTERS)
