"""Signing programs in: ask for a mail, prove by its code, then go on by refresh tokens (R-50, R-51, R-56)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.api_auth import Open
from accounts.domain import api_signins, browsers, proofs, signin
from accounts.domain.client import client_ip, user_agent
from accounts.errors import (
    AccountClosed,
    AddressRefused,
    SignInRefused,
    StaffUsePassword,
    TokenRefused,
    TooManySignIns,
    UnknownLink,
    WrongCode,
)
from accounts.serializers import (
    AskedSerializer,
    AskSerializer,
    ProveSerializer,
    RefreshSerializer,
    TokenPairSerializer,
)
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiView


@method_decorator(never_cache, name="dispatch")
class SigningIn(ApiView):
    """What nobody has to be signed in for."""

    authentication_classes = []
    permission_classes = [Open]


class MagicLinkRequest(SigningIn):
    """Asks for a sign-in mail."""

    @extend_schema(operation_id="auth_magic_link_request", request=AskSerializer, responses={202: AskedSerializer})
    def post(self, request: Request) -> Response:
        """Sends a mail with a code. The answer is the same whether or not the address has an account."""
        given = _valid(AskSerializer(data=request.data))
        secret = browsers.new_browser()
        now = timezone.now()
        try:
            asked = signin.ask(
                typed=given["email"],
                browser=secret,
                known_cookie="",
                ip=client_ip(request._request),
                next_url="",
                language=translation.get_language() or settings.LANGUAGE_CODE,
                now=now,
                user_agent=user_agent(request._request),
            )
        except AddressRefused as refusal:
            raise ValidationError({"email": [str(refusal)]}) from None
        except TooManySignIns as refusal:
            words, wait = refusal.message, refusal.retry_after
            raise Refusal(words, status=429, kind="too-many-sign-ins", wait=wait) from None
        told = {"request_id": asked.pk, "client_secret": secret, "expires_in": int(proofs.LIFETIME.total_seconds())}
        return Response(AskedSerializer(told).data, status=202)


class MagicLinkVerify(SigningIn):
    """Signs in."""

    refuses_with = {"POST": (403, 404, 410)}

    @extend_schema(operation_id="auth_magic_link_verify", request=ProveSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Tokens for the code of the mail. Five wrong codes void it; it works once, for ten minutes."""
        given = _valid(ProveSerializer(data=request.data))
        now = timezone.now()
        try:
            tokens = api_signins.sign_in(**given, user_agent=user_agent(request._request), now=now)
        except SignInRefused as refusal:
            raise refused(refusal) from None
        return pair(tokens, now)


class TokenRefresh(SigningIn):
    """Goes on without a mail."""

    refuses_with = {"POST": (401,)}

    @extend_schema(operation_id="auth_token_refresh", request=RefreshSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """New tokens for the newest refresh token, which works once. A second use ends the whole sign-in."""
        given = _valid(RefreshSerializer(data=request.data))
        now = timezone.now()
        try:
            tokens = api_signins.refresh(token=given["refresh_token"], now=now)
        except TokenRefused as refusal:
            challenge = {"WWW-Authenticate": 'Bearer realm="api"'}
            raise Refusal(refusal, status=401, kind=refusal.kind, headers=challenge) from None
        return pair(tokens, now)


class TokenRevoke(SigningIn):
    """Signs out."""

    @extend_schema(operation_id="auth_token_revoke", request=RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Ends the sign-in of a refresh token; access tokens of it are dead at once. Says nothing of unknown ones."""
        api_signins.revoke(token=_valid(RefreshSerializer(data=request.data))["refresh_token"], now=timezone.now())
        return Response(status=204)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def pair(tokens: api_signins.Tokens, now: datetime) -> Response:
    """The tokens as they are sent."""
    told = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": int(settings.API_ACCESS_LASTS.total_seconds()),
        "refresh_token": tokens.refresh,
        "refresh_expires_in": int((tokens.refresh_expires_at - now).total_seconds()),
    }
    return Response(TokenPairSerializer(told).data)


def refused(refusal: SignInRefused) -> Refusal:
    """What a proof of an address was refused with."""
    if isinstance(refusal, WrongCode):
        return Refusal(refusal, status=400, kind="wrong-code", more={"tries_left": refusal.tries_left})
    if isinstance(refusal, UnknownLink):
        return Refusal(refusal, status=404, kind="unknown-request")
    if isinstance(refusal, AccountClosed | StaffUsePassword):
        kind = "account-closed" if isinstance(refusal, AccountClosed) else "staff-use-password"
        return Refusal(refusal, status=403, kind=kind)
    return Refusal(refusal, status=410, kind="request-over")
