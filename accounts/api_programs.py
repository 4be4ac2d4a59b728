"""What may call in one's name, for programs: tokens that were made on the page, and sign-ins by mail (R-58).

Tokens are made on the page alone: one that makes others could not be got rid of by taking it back.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_account import demand_fresh_proof
from accounts.domain import api_signins, api_tokens
from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.models import ApiSignIn, ApiToken
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.api.views import ApiViewSet
from tesigo.platform.clean_fields import ModelSerializer

_WRITE = (ApiScope.ACCOUNT_WRITE,)


class TokenSerializer(ModelSerializer):
    """A token that somebody made on the page; the token itself is told by nobody."""

    class Meta:
        model = ApiToken
        fields: ClassVar[Any] = ("id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_on")
        read_only_fields: ClassVar[Any] = fields


class ProgramSerializer(ApiSerializer):
    """A program that somebody signed in by mail."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="What it calls itself.")
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(source="refreshed_at", help_text="When it got its newest tokens.")
    expires_at = serializers.DateTimeField()


class TokenViewSet(ApiViewSet):
    """Tokens that were made on the page and still open something."""

    required_scopes = {"list": _WRITE, "destroy": _WRITE}
    pagination_class = None
    serializer_class = TokenSerializer

    @extend_schema(summary="Tokens that were made", responses=TokenSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first, each with how it begins and what it may do."""
        found = api_tokens.alive_of(user=caller_of(request), now=timezone.now())
        return Response(TokenSerializer(found, many=True).data)

    @extend_schema(summary="Take a token back", responses={204: None})
    def destroy(self, request: Request, token_id: UUID) -> Response:
        """It opens nothing from then on, were it the one that this call came with. Nothing has to be proven for it."""
        caller = caller_of(request)
        try:
            api_tokens.revoke(user=caller, token_id=token_id, by=caller, now=timezone.now())
        except ApiToken.DoesNotExist as error:
            raise Http404 from error
        return Response(status=204)


class ProgramViewSet(ApiViewSet):
    """Programs that are signed in by mail."""

    required_scopes = {"list": _WRITE, "destroy": _WRITE}
    pagination_class = None
    serializer_class = ProgramSerializer

    @extend_schema(summary="Programs that are signed in", responses=ProgramSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first, this one among them."""
        found = api_signins.alive_of(user=caller_of(request), now=timezone.now())
        return Response(ProgramSerializer(found, many=True).data)

    @extend_schema(summary="Sign a program out", responses={204: None})
    def destroy(self, request: Request, sign_in_id: UUID) -> Response:
        """Its tokens are dead at once. Takes a sign-in of the last quarter of an hour."""
        caller, now = caller_of(request), timezone.now()
        if not ApiSignIn.objects.filter(pk=sign_in_id, user=caller).exists():
            raise Http404
        demand_fresh_proof(request, now=now)
        api_signins.sign_out(user=caller, sign_in_id=sign_in_id, by=caller, now=now)
        return Response(status=204)
