"""Works that a document may cite, and what their owner decides about them (R-97)."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.domain.desk import Filters
from documents.enums import FieldOrigin, Language, SourceOrigin, SourceUse, Sureness
from documents.models import Source
from documents.sources import fields, provenance
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField, LinesField, ModelSerializer


class OriginSerializer(ApiSerializer):
    """Where a field came from, and how sure it is."""

    origin = serializers.ChoiceField(choices=FieldOrigin.choices)
    sureness = serializers.ChoiceField(choices=Sureness.choices)


class WorkSerializer(ModelSerializer):
    """A work that may be cited."""

    csl = serializers.JSONField(help_text="The CSL-JSON item.")
    origins = serializers.SerializerMethodField(help_text="By field of the CSL-JSON item.")
    citations = serializers.IntegerField(source="times", help_text="How often the text cites it.")
    warnings = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField(read_only=True, help_text="Empty where there is none.")
    alike = serializers.SerializerMethodField(help_text="The work that it looks like; null once they are kept apart.")

    class Meta:
        model = Source
        fields: ClassVar[Any] = (
            "id", "key", "origin", "upload", "title", "csl", "origins", "doi", "url", "page_count", "use",
            "is_peer_reviewed", "is_open_access", "joined_to", "alike", "place", "retracted_at", "warnings",
            "citations",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    @extend_schema_field(serializers.DictField(child=OriginSerializer()))
    def get_origins(self, source: Source) -> dict[str, dict[str, str]]:
        """Of every field."""
        said = provenance.whole(source.csl, origins=source.origins, origin=source.origin)
        return {name: {"origin": origin, "sureness": sureness} for name, (origin, sureness) in said.items()}

    def get_alike(self, source: Source) -> int | None:
        """The id of the other one; null where that is joined to another or thrown away."""
        other = None if source.is_apart else source.alike
        return other.pk if other and not other.joined_to_id and not other.thrown_away_at else None


class WishedWorksSerializer(ApiSerializer):
    """Which works are wished, as an address says it."""

    q = LineField(required=False, allow_blank=True, max_length=200, help_text="Words that the title has.")
    first_year = serializers.IntegerField(required=False, min_value=0, max_value=2100)
    last_year = serializers.IntegerField(required=False, min_value=0, max_value=2100)
    kind = serializers.ChoiceField(required=False, choices=list(fields.KINDS))
    language = serializers.ChoiceField(required=False, choices=Language.choices)
    origin = serializers.ChoiceField(required=False, choices=SourceOrigin.choices)
    use = serializers.ChoiceField(required=False, choices=SourceUse.choices)
    reviewed = serializers.BooleanField(required=False, help_text="Peer-reviewed, as a search service says.")
    open = serializers.BooleanField(required=False, help_text="Open access, as a search service says.")
    no_text = serializers.BooleanField(required=False, help_text="Nothing of it can be cited: its text is not here.")

    def to_internal_value(self, data: Any) -> Any:
        """The values. What is named has to be there: of an address Django REST framework takes an empty one as none."""
        empty = [name for name in self.fields if name != "q" and data.get(name) == ""]
        if empty:
            raise serializers.ValidationError({name: [_("This is empty. Leave it out, or say it.")] for name in empty})
        return super().to_internal_value(data)

    def filters(self) -> Filters:
        """What is wished."""
        return Filters.of(self.validated_data)


class UseSerializer(ApiSerializer):
    """Whether a work may, must or must not be cited."""

    use = serializers.ChoiceField(choices=SourceUse.choices)


class SameWorkSerializer(ApiSerializer):
    """Another entry of the same work."""

    work = serializers.IntegerField(min_value=1, help_text="Its id.")


class MoveSerializer(ApiSerializer):
    """Where a work is moved to."""

    to = serializers.ChoiceField(choices=["up", "down"])


class FoundAlikeSerializer(ApiSerializer):
    """How many works are here twice, or look like it."""

    found = serializers.IntegerField(min_value=0)


class CorrectionSerializer(ApiSerializer):
    """Fields of a reference as a person would type them, by CSL's names; empty takes one away."""

    def get_fields(self) -> dict[str, Any]:
        """One for each field that can be corrected; how long a value may be is said in plain words with the rest."""
        found: dict[str, Any] = {}
        for name, label in fields.LABELS.items():
            if name in fields.NAMES:
                found[name] = serializers.ListField(
                    child=LineField(max_length=200), required=False, max_length=fields.MAX_NAMES,
                    help_text='Each "Family, Given", or an organisation as it is called.',
                )  # fmt: skip
            elif name == "type":
                found[name] = serializers.ChoiceField(choices=list(fields.KINDS), required=False)
            else:
                found[name] = LinesField(required=False, allow_blank=True, max_length=1_000, help_text=str(label))
        return found

    def wanted(self) -> dict[str, str]:
        """The fields that were sent, as text."""
        said = self.validated_data
        return {name: "\n".join(value) if name in fields.NAMES else value for name, value in said.items()}


class ThrownAwaySerializer(ApiSerializer):
    """A work that was thrown away."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    origin = serializers.CharField(help_text="As of a work: `upload`, `search`, `bibliography` or `added`.")
    thrown_away_at = serializers.DateTimeField()
