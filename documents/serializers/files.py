"""Files that are handed in, and those that are taken away."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from documents.domain import formats
from documents.enums import UploadPurpose
from documents.models import Export, Upload
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import ModelSerializer


class FallbacksSerializer(ApiSerializer):
    """Where something is not printed as meant: the keys of sources, formulas in TeX, labels that nothing has."""

    text = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Named by their title in the text."
    )
    entries = serializers.ListField(child=serializers.CharField(), required=False, help_text="Listed in APA.")
    has_list = serializers.BooleanField(required=False, help_text="False where the style has no list of sources.")
    formulas = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Cannot be read, printed as they were typed."
    )
    labels = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Referred to in the text, and not there."
    )


class ExportSerializer(ModelSerializer):
    """A file to take away."""

    fallbacks = FallbacksSerializer(help_text="What was printed in place of the style; empty before it is ready.")
    name = serializers.SerializerMethodField(help_text="What the file is called.")
    file_url = serializers.SerializerMethodField(help_text="Where it is fetched; null until it is ready.")
    manifest_url = serializers.SerializerMethodField(
        help_text="Where its manifest is fetched: what each citation rests on. Null for a file without one."
    )

    class Meta:
        model = Export
        fields: ClassVar[Any] = (
            "id", "format", "name", "with_ai_statement", "with_comments", "citation_style", "fallbacks", "state",
            "size", "created_at", "finished_at", "file_url", "manifest_url",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    def get_name(self, export: Export) -> str:
        """The name under which it is fetched."""
        return formats.file_name(export, self.context["document"])

    def get_file_url(self, export: Export) -> str | None:
        """The address of the file."""
        address_of = self.context["address_of"]
        return str(address_of(export)) if export.state == "ready" else None

    def get_manifest_url(self, export: Export) -> str | None:
        """The address of its manifest."""
        return str(self.context["manifest_of"](export)) if hasattr(export, "proof") else None


class WantedExportSerializer(ApiSerializer):
    """A file somebody wants."""

    format = serializers.ChoiceField(choices=formats.OFFERED)
    with_ai_statement = serializers.BooleanField(
        required=False, default=False, help_text="Of a text; lists of sources and reports have none."
    )
    with_comments = serializers.BooleanField(
        required=False, default=False, help_text="Of a `docx` alone: the comments that are open, as Word's."
    )


class UploadSerializer(ModelSerializer):
    """A file handed in."""

    class Meta:
        model = Upload
        fields: ClassVar[Any] = (
            "id", "purpose", "name", "size", "format", "state", "verdict", "pages_total", "pages_read", "created_at",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields


class HandedInSerializer(ApiSerializer):
    """What is handed in: a file, or the text of a BibTeX or RIS list."""

    purpose = serializers.ChoiceField(choices=UploadPurpose.choices, required=False, default=UploadPurpose.SOURCE)
    file = serializers.FileField(required=False, allow_empty_file=True, max_length=1_000)
    bibtex = serializers.CharField(required=False, max_length=1_000_000, trim_whitespace=False)
    ris = serializers.CharField(required=False, max_length=1_000_000, trim_whitespace=False)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Exactly one of them."""
        if sum(name in attrs for name in ("file", "bibtex", "ris")) != 1:
            raise serializers.ValidationError(_("Send one of file, bibtex and ris."))
        return attrs
