"""Word templates, as programs send and get them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.domain.callers import caller_of
from documents.domain import word_templates
from documents.models import OwnTemplate
from tesigo.platform.api.serializers import ApiSerializer
from typesetting import own_template


class TemplateSerializer(ApiSerializer):
    """A template that the caller brought."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


class BroughtTemplateSerializer(ApiSerializer):
    """A file that is to be a template."""

    file = serializers.FileField(help_text="A DOCX or DOTX without macros, at most 4 MB.")

    def validate_file(self, file: Any) -> Any:
        """Not too large to be one."""
        if file.size > own_template.MAX_BYTES:
            raise serializers.ValidationError(_("The file is too large for a template: at most 4 MB."))
        return file


class _TemplateField(serializers.UUIDField):
    """A template of the caller's by its id; null for none."""

    def to_internal_value(self, data: Any) -> Any:
        """The template. Raises a ValidationError where the caller has none of that id."""
        found = word_templates.named(str(super().to_internal_value(data)), by=caller_of(self.context["request"]))
        if found is None:
            raise serializers.ValidationError(_("You have no Word template of that id."))
        return found

    def to_representation(self, value: Any) -> str:
        """Its id."""
        return str(value.pk)


class ChosenTemplateSerializer(ApiSerializer):
    """The template of a document."""

    template = _TemplateField(allow_null=True, help_text="The id of a template; null for our own styles.")
    says = serializers.SerializerMethodField(help_text="What it does to the document and what it does not.")

    def get_says(self, value: dict[str, OwnTemplate | None]) -> list[str]:
        """In sentences; none without a template."""
        template = value["template"]
        return word_templates.said(template) if template else []
