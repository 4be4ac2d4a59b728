"""What programs send, taken as it is: a number is no text, "yes" is no boolean."""

from collections.abc import Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty


class Strict:
    """Mixed into a serializer: it holds to the types of JSON, as its description does.

    Django REST framework would make text of a number and a boolean of a 0, so that a program's mistake passes unseen.
    """

    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises a ValidationError that names each of another type."""
        # Of a query or a form everything is text.
        if isinstance(data, Mapping) and not isinstance(data, MultiValueDict):
            wrong = {
                name: [_("This is of another type than the description says.")]
                for name, field in self.fields.items()
                if not field.read_only and not _fits(field, data.get(name, empty))
            }
            if wrong:
                raise serializers.ValidationError(wrong, code="type")
        return super().to_internal_value(data)  # type: ignore[misc]  # of the serializer that this is mixed into


class ApiSerializer(Strict, serializers.Serializer[Any]):
    """A serializer whose values are of the types that they should be."""


class ApiModelSerializer(Strict, serializers.ModelSerializer[Any]):
    """The same for the fields of a model."""


def _fits(field: Any, value: Any) -> bool:
    """Whether a value is of the type that the field is described by; of what is missing or null the field decides."""
    if value is empty or value is None:
        return True
    if isinstance(field, serializers.BooleanField):
        return isinstance(value, bool)
    if isinstance(field, serializers.IntegerField):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(field, serializers.FloatField):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(field, serializers.MultipleChoiceField):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(field, serializers.ListField):
        return isinstance(value, list) and all(_fits(field.child, one) for one in value)
    if isinstance(field, _TEXT):
        return isinstance(value, str)
    return True


_TEXT = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.DecimalField,
    serializers.UUIDField,
)
