"""API for staff: statistics of the site (R-58)."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from billing.domain import revenue
from generation.engine import queue_statistics
from generation.spending import figures
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.api.views import ApiViewSet


class TokensTakenSerializer(ApiSerializer):
    """Tokens that writing took since the beginning."""

    total = serializers.IntegerField(help_text="Input and output, of thrown-away drafts as well.")
    average = serializers.IntegerField(help_text="Of a finished document.")
    documents = serializers.IntegerField(help_text="Finished documents.")


class RevenueSerializer(ApiSerializer):
    """Euros since the beginning, by the books."""

    gross = serializers.DecimalField(max_digits=14, decimal_places=2)
    back = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="What refunds and disputes took.")
    net = serializers.DecimalField(max_digits=14, decimal_places=2)


class StatsSerializer(ApiSerializer):
    """The house's figures; null for those that the caller's role does not see."""

    tokens = TokensTakenSerializer(allow_null=True)
    jobs = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        allow_null=True,
        help_text="By kind and state, how many there are.",
    )
    revenue = RevenueSerializer(allow_null=True)


class StatsViewSet(ApiViewSet):
    """For staff alone: who has no role that sees any of it finds nothing here."""

    required_scopes = {"retrieve": (ApiScope.STATS_READ,)}
    refuses_with = {"retrieve": (404,)}
    serializer_class = StatsSerializer

    @extend_schema(
        summary="The house's figures",
        responses=StatsSerializer,
    )
    def retrieve(self, request: Request) -> Response:
        """Tokens and jobs for who may see jobs, revenue for who may see payments; all since the beginning."""
        caller = caller_of(request)
        sees_jobs = caller.has_perm("generation.view_attempt")
        sees_money = caller.has_perm("billing.view_entry")
        if not caller.is_staff or not (sees_jobs or sees_money):
            raise Http404
        said = {
            "tokens": figures.tokens() if sees_jobs else None,
            "jobs": queue_statistics.jobs_by_state() if sees_jobs else None,
            "revenue": revenue.all_time() if sees_money else None,
        }
        return Response(StatsSerializer(said).data)
