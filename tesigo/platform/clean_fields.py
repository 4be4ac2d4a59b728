"""Text that programs send comes in as clean as what is typed into a form (`tesigo.platform.plain_text`)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from rest_framework import serializers

from tesigo.platform.api.serializers import ApiModelSerializer
from tesigo.platform.plain_text import clean_line, clean_lines

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class CountedField(serializers.CharField):
    """Text that is as long as it was sent: what is taken away from it makes no room, as the description says."""

    def to_internal_value(self, data: Any) -> str:
        """The text as Django REST framework takes it."""
        text = super().to_internal_value(data)
        if self.max_length is not None and len(str(data)) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return text


class LineField(CountedField):
    """One clean line."""

    def to_internal_value(self, data: Any) -> str:
        """The line without signs that nobody sees; empty is refused where something must be there."""
        text = clean_line(super().to_internal_value(data))
        if not text and not self.allow_blank:
            self.fail("blank")
        return text


class ChosenField(LineField):
    """The name of something, if the caller may choose it: ``may_choose`` tells, ``refusal`` is said where not."""

    def __init__(self, *, may_choose: Callable[..., bool], refusal: "StrPromise", **options: Any) -> None:
        super().__init__(**options)
        self._may_choose = may_choose
        self._refusal = refusal

    def to_internal_value(self, data: Any) -> str:
        """The name as it came, once it is one that this caller may choose."""
        name = super().to_internal_value(data)
        request = self.context.get("request")
        if not self._may_choose(name, by=request.user if request else None):
            raise serializers.ValidationError(self._refusal)
        return name


class LinesField(CountedField):
    """Clean text of any number of lines."""

    def to_internal_value(self, data: Any) -> str:
        """The text without signs that nobody sees; empty is refused where something must be there."""
        text = clean_lines(super().to_internal_value(data))
        if not text and not self.allow_blank:
            self.fail("blank")
        return text


class ModelSerializer(ApiModelSerializer):
    """A serializer of a model whose texts come in clean."""

    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: LineField,
        models.TextField: LinesField,
    }
