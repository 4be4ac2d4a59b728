"""API serializers for jobs and for starting them."""

from typing import Any, ClassVar

from rest_framework import serializers

from documents.domain import briefs, styles
from documents.models import Document
from generation.progress.job_status import Status
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import ChosenField, LineField, ModelSerializer


class WholeOrderSerializer(ModelSerializer):
    """A whole work in one call: the brief, the model that writes, a wish for the outline."""

    title = LineField(max_length=300, help_text="What the work is about; the outline names it more finely.")
    topic = LineField(max_length=500, required=False, help_text="The same in one or two sentences; else the title.")
    model = LineField(max_length=100, required=False, help_text="One of those at GET /models; else the usual ones.")
    wish = LineField(max_length=500, required=False, default="", allow_blank=True, help_text="For the outline.")

    citation_style = ChosenField(
        may_choose=styles.may_choose, refusal=styles.NO_SUCH_STYLE, max_length=100, required=False, default="apa"
    )

    class Meta:
        model = Document
        fields: ClassVar[Any] = ("title", *briefs.FIELDS, "model", "wish")
        extra_kwargs: ClassVar[dict[str, Any]] = {"search_for_sources": {"default": True}, "pages": {"default": 10}}


class WishSerializer(ApiSerializer):
    """For which document an outline is wanted, and a wish for it."""

    document_id = serializers.UUIDField()
    wish = LineField(max_length=500, required=False, default="", allow_blank=True)


class BegunSerializer(ApiSerializer):
    """What was begun, and where to ask how far it is."""

    job_id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    check_url = serializers.URLField()
    payment_url = serializers.URLField(
        allow_null=True, help_text="Where its owner pays once the outline is ready; nothing is written before."
    )


class WaitsSerializer(ApiSerializer):
    """What a job waits for."""

    what = serializers.CharField(help_text="payment, money, outline, budget, limit, models, retry …")
    detail = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True, help_text="Null where nobody knows.")
    latest = serializers.DateTimeField(allow_null=True, help_text="When it ends if it waits in vain.")


class LeftSerializer(ApiSerializer):
    """Seconds left, as a range."""

    low = serializers.IntegerField()
    high = serializers.IntegerField()


class JobStatusSerializer(ApiSerializer):
    """How far a job is."""

    job_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["outline", "document", "order"])
    document_id = serializers.UUIDField(source="document.pk")
    document_state = serializers.CharField(source="document.state")
    status = serializers.ChoiceField(choices=Status.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Percent of what is written.")
    waits_for = WaitsSerializer(allow_null=True)
    payment_url = serializers.URLField(allow_null=True, help_text="Where its owner pays, while it waits for that.")
    left = LeftSerializer(allow_null=True)
    failure = serializers.CharField(help_text="Why it failed, in words; else empty.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class WriterSerializer(ApiSerializer):
    """The model that is asked first for the texts of a document, and those that may be chosen."""

    model = LineField(max_length=100, allow_null=True, help_text="Null takes the choice back.")
    is_chosen = serializers.BooleanField(read_only=True)
    offered = serializers.ListField(child=serializers.CharField(), read_only=True)


class OfferedSerializer(ApiSerializer):
    """A model that staff offer for writing."""

    name = serializers.CharField()
    provider = serializers.CharField()


class StateSerializer(ApiSerializer):
    """Where a document stands."""

    document_id = serializers.UUIDField()
    state = serializers.CharField()


class ProgressSerializer(ApiSerializer):
    """Everything that the progress page shows."""

    document = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name that the snapshot has
    failure = serializers.CharField()
    percent = serializers.IntegerField()
    place = serializers.IntegerField(allow_null=True, help_text="In the queue, from 1.")
    waits = serializers.DictField(allow_null=True)
    stages = serializers.ListField(child=serializers.DictField())
    sections = serializers.ListField(child=serializers.DictField())
    left = serializers.DictField(allow_null=True)
    refund = serializers.DictField(allow_null=True)
