"""How a document's files are laid out, as programs send and get it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from rest_framework import serializers

from documents.domain import page_formats
from documents.models import Document
from documents.page_presets import PRESETS
from tesigo.platform.api.serializers import ApiSerializer
from typesetting.page_format import FACES, HEADING_NUMBERS, NUMBER_PLACES, PAGE_NUMBERS, STANDARD, PageFormat

_MARGIN: Final[dict[str, Any]] = {
    "min_value": page_formats.LEAST_MARGIN_MM,
    "max_value": page_formats.MOST_MARGIN_MM,
    "required": False,
}


def _one_of(values: Any, default: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=list(values), required=False, default=default)


class _OneNumberField(serializers.FloatField):
    """A number of a list; `ChoiceField` would want it as text."""

    def __init__(self, *, numbers: Sequence[float], default: float) -> None:
        said = ", ".join(f"{one:g}" for one in numbers)
        super().__init__(required=False, default=default, help_text=f"One of {said}.")
        self.numbers = numbers

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises a ValidationError where it is none of the list."""
        number = super().to_internal_value(data)
        if number not in self.numbers:
            raise serializers.ValidationError(str(self.help_text))
        return number


class PageFormatSerializer(ApiSerializer):
    """A format: a preset, or values; those that are not sent are the standard page's."""

    preset = serializers.ChoiceField(
        choices=[one.name for one in PRESETS], required=False, allow_null=True, help_text="In place of all values."
    )
    face = _one_of(FACES, STANDARD.face)
    size_pt = _OneNumberField(numbers=page_formats.SIZES_PT, default=STANDARD.size_pt)
    line_spacing = _OneNumberField(numbers=page_formats.LINE_SPACINGS, default=STANDARD.line_spacing)
    top_mm = serializers.IntegerField(default=STANDARD.top_mm, **_MARGIN)
    bottom_mm = serializers.IntegerField(default=STANDARD.bottom_mm, **_MARGIN)
    left_mm = serializers.IntegerField(default=STANDARD.left_mm, **_MARGIN)
    right_mm = serializers.IntegerField(default=STANDARD.right_mm, **_MARGIN)
    is_justified = serializers.BooleanField(default=True)
    page_numbers = _one_of(PAGE_NUMBERS, STANDARD.page_numbers)
    number_place = _one_of(NUMBER_PLACES, STANDARD.number_place)
    heading_numbers = _one_of(HEADING_NUMBERS, STANDARD.heading_numbers)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Margins have to leave room for a text."""
        if words := page_formats.flaw(wished(attrs)):
            raise serializers.ValidationError({"left_mm": words})
        return attrs


class PresetSerializer(ApiSerializer):
    """A format that faculties ask for."""

    name = serializers.CharField(source="preset.name")
    title = serializers.CharField(source="preset.title")
    source = serializers.CharField(  # type: ignore[assignment]  # a field of that name, taken out of the class
        source="preset.source", help_text="Whose rules it was learned from."
    )
    sheets = serializers.IntegerField(help_text="About how many sheets the text takes in it.")


class ChosenFormatSerializer(PageFormatSerializer):
    """The format of a document, and what each preset would do to it."""

    sheets = serializers.IntegerField(help_text="About how many sheets the text takes; standard pages are paid for.")
    presets = PresetSerializer(many=True)


def wished(said: dict[str, Any]) -> PageFormat:
    """The format that was sent."""
    values = {name: value for name, value in said.items() if name != "preset"}
    named = next((one for one in PRESETS if one.name == said.get("preset")), None)
    return named.page_format if named else PageFormat(**values)


def format_shown(document: Document) -> Any:
    """A document's format as it is sent."""
    chosen = page_formats.of(document)
    told = page_formats.presets(document)
    values = asdict(chosen) | {
        "preset": next((one.preset.name for one in told if one.is_chosen), None),
        "sheets": page_formats.sheets_of(document, chosen),
        "presets": told,
    }
    return ChosenFormatSerializer(values).data
