"""An outline as it is sent, both ways."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from documents.domain.outline import Proposal, ProposedSection
from documents.models import Document, Section
from documents.models.document import MAX_PAGES
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField, LinesField


class _Row(ApiSerializer):
    id = serializers.UUIDField(read_only=True)
    number = serializers.CharField(read_only=True)
    title = LineField(max_length=300)
    covers = LinesField(max_length=2_000, required=False, default="", allow_blank=True)
    leaves_out = LinesField(max_length=2_000, required=False, default="", allow_blank=True)
    pages = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(MAX_PAGES),
        required=False,
        default=Decimal(1),
        help_text="Sent: in proportion to those of the others. Shown: pages; of a chapter, those of its sections.",
    )


class OutlinePartSerializer(_Row):
    """A part of a section of an outline; nothing is below it."""

    sections = serializers.ListField(
        child=serializers.DictField(),
        max_length=0,
        required=False,
        error_messages={"max_length": _("An outline has at most three levels.")},
    )


class OutlineSectionSerializer(_Row):
    """A section of a chapter of an outline."""

    sections = OutlinePartSerializer(many=True, required=False)


class OutlineChapterSerializer(_Row):
    """A chapter of an outline."""

    sections = OutlineSectionSerializer(many=True, required=False)


class OutlineSerializer(ApiSerializer):
    """An outline, and whether it can be ordered as it is."""

    title = LineField(max_length=300, required=False, allow_blank=True)
    state = serializers.CharField(read_only=True, help_text="Of the document.")
    pages = serializers.IntegerField(read_only=True, help_text="Pages ordered; those of the sections add up to them.")
    is_complete = serializers.BooleanField(read_only=True)
    error = serializers.CharField(read_only=True, help_text="Why the last one could not be made.")
    waits_for = serializers.CharField(
        read_only=True, allow_null=True, help_text="What one on its way waits for, in words."
    )
    sections = OutlineChapterSerializer(many=True, allow_empty=False)


class DroppedSectionSerializer(ApiSerializer):
    """A row of an outline that was thrown away."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    covers = serializers.CharField(allow_blank=True)
    leaves_out = serializers.CharField(allow_blank=True)
    pages = serializers.DecimalField(max_digits=5, decimal_places=1)
    chapter = serializers.CharField(allow_blank=True, help_text="The chapter that it stood in.")
    dropped_at = serializers.DateTimeField()


def proposal(values: Mapping[str, Any], *, title: str) -> Proposal:
    """A valid outline as the domain takes it; ``title`` where none was sent."""
    return Proposal(title=values.get("title") or title, sections=[_proposed(row) for row in values["sections"]])


def _proposed(row: Mapping[str, Any]) -> ProposedSection:
    below = [_proposed(one) for one in row.get("sections", [])]
    return ProposedSection(row["title"], row["covers"], row["leaves_out"], row["pages"], below)


def outline_shown(document: Document, sections: Iterable[Section], *, is_complete: bool, waits: str | None) -> Any:
    """The outline as it is sent."""
    rows: dict[Any, dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    for section in sections:
        names = ("id", "number", "title", "covers", "leaves_out", "pages")
        row = {**{name: getattr(section, name) for name in names}, "sections": []}
        rows[section.pk] = row
        (rows[section.parent_id]["sections"] if section.parent_id else top).append(row)
    for row in top:
        _add_up(row)
    shown = {
        "title": document.title,
        "state": document.state,
        "pages": document.pages,
        "is_complete": is_complete,
        "error": document.outline_error,
        "waits_for": waits,
        "sections": top,
    }
    return OutlineSerializer(shown).data


def _add_up(row: dict[str, Any]) -> Decimal:
    if row["sections"]:
        row["pages"] = sum((_add_up(below) for below in row["sections"]), Decimal(0))
    pages: Decimal = row["pages"]
    return pages
