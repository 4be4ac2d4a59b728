"""Having one's account erased, and keeping it after all, for programs (R-72)."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_account import demand_fresh_proof
from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from privacy.domain import erasure
from privacy.errors import ErasedSoon, ErasureError
from privacy.models import Erasure
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.api.views import ApiViewSet


class ErasureSerializer(ApiSerializer):
    """An erasure that was asked for."""

    state = serializers.CharField(read_only=True, help_text="asked, until it begins; then working.")
    asked_at = serializers.DateTimeField(read_only=True)
    begins_at = serializers.DateTimeField(
        source="due_at", read_only=True, allow_null=True, help_text="Until then it can be taken back."
    )


class KeptSerializer(ApiSerializer):
    """Whether an erasure was taken back."""

    was_asked = serializers.BooleanField(read_only=True, help_text="There was one to take back.")


class ErasureViewSet(ApiViewSet):
    """The end of an account. Open to who has not agreed to the present terms: that is a reason to leave."""

    is_open_without_consent = True
    required_scopes = {
        "retrieve": (ApiScope.ACCOUNT_READ,),
        "ask": (ApiScope.ACCOUNT_WRITE,),
        "keep": (ApiScope.ACCOUNT_WRITE,),
    }
    refuses_with = {"retrieve": (404,), "ask": (409,), "keep": (409,)}
    serializer_class = ErasureSerializer

    @extend_schema(summary="Whether the account is to be erased", responses=ErasureSerializer)
    def retrieve(self, request: Request) -> Response:
        """The erasure that was asked for; 404 where there is none."""
        row = erasure.open_one(user=caller_of(request))
        if row is None:
            raise Http404
        return Response(_shown(row))

    @extend_schema(summary="Have the account erased", request=None, responses={202: ErasureSerializer})
    def ask(self, request: Request) -> Response:
        """Erases the account after a fortnight in which it can be taken back; a mail says so.

        Takes a sign-in of the last quarter of an hour. Asked again it changes nothing.
        """
        now = timezone.now()
        demand_fresh_proof(request, now=now)
        caller = caller_of(request)
        try:
            row = erasure.ask(user=caller, by=caller, now=now)
        except ErasureError as refusal:
            raise _refused(refusal) from refusal
        return Response(_shown(row), status=202)

    @extend_schema(summary="Keep the account after all", request=None, responses=KeptSerializer)
    def keep(self, request: Request) -> Response:
        """Takes the erasure back, until it has begun. Asks for no new proof: nothing is lost by it."""
        caller = caller_of(request)
        try:
            was_asked = erasure.cancel(user=caller, by=caller, now=timezone.now())
        except ErasureError as refusal:
            raise _refused(refusal) from refusal
        return Response(KeptSerializer({"was_asked": was_asked}).data)


def _shown(row: Erasure) -> Any:
    return ErasureSerializer(row).data


def _refused(refusal: ErasureError) -> Refusal:
    kind = "being-erased" if isinstance(refusal, ErasedSoon) else "not-now"
    return Refusal(str(refusal), status=409, kind=kind)
