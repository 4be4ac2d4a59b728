"""Changing the address one signs in with, for programs that somebody signed in (R-59)."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.api import pair, refused
from accounts.api_account import demand_fresh_proof, no_fresh_proof
from accounts.api_auth import Caller
from accounts.domain import address_change, api_signins, proofs
from accounts.domain.callers import caller_of
from accounts.domain.client import client_ip, user_agent
from accounts.enums import ApiScope
from accounts.errors import AddressRefused, AddressTaken, SignInRefused, TokenRefused, TooManySignIns, UnknownLink
from accounts.serializers import CODE, TokenPairSerializer
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.api.views import ApiViewSet
from tesigo.platform.clean_fields import CountedField


class NewAddressSerializer(ApiSerializer):
    """The address to sign in with from now on."""

    email = CountedField(max_length=254)


class ChangeAskedSerializer(ApiSerializer):
    """A code is on its way to the new address."""

    expires_in = serializers.IntegerField(help_text="Seconds for which the code works.")


class CodeSerializer(ApiSerializer):
    """The code of the mail to the new address."""

    code = serializers.RegexField(CODE, max_length=20, help_text="Six digits; blanks and hyphens are left out.")


class AddressViewSet(ApiViewSet):
    """The address of the caller. What a program asks for here, it alone can confirm."""

    required_scopes = {"ask": (ApiScope.ACCOUNT_WRITE,), "confirm": (ApiScope.ACCOUNT_WRITE,)}
    refuses_with = {"confirm": (404, 409, 410)}
    serializer_class = NewAddressSerializer

    @extend_schema(
        summary="Ask for another address", request=NewAddressSerializer, responses={202: ChangeAskedSerializer}
    )
    def ask(self, request: Request) -> Response:
        """Sends a code to the new address; the answer is the same whether or not somebody has it.

        Takes a sign-in by mail of the last quarter of an hour.
        """
        now = timezone.now()
        sign_in = _sign_in_of(request)
        demand_fresh_proof(request, now=now)
        wished = NewAddressSerializer(data=request.data)
        wished.is_valid(raise_exception=True)
        caller = caller_of(request)
        try:
            address_change.ask(
                user=caller,
                bound_to=address_change.of_program(sign_in),
                typed=wished.validated_data["email"],
                ip=client_ip(request._request),
                language=translation.get_language() or caller.language or settings.LANGUAGE_CODE,
                user_agent=user_agent(request._request),
                now=now,
            )
        except AddressRefused as refusal:
            raise ValidationError({"email": [str(refusal)]}) from None
        except TooManySignIns as refusal:
            words, wait = refusal.message, refusal.retry_after
            raise Refusal(words, status=429, kind="too-many-sign-ins", wait=wait) from None
        told = {"expires_in": int(proofs.LIFETIME.total_seconds())}
        return Response(ChangeAskedSerializer(told).data, status=202)

    @extend_schema(summary="Confirm another address", request=CodeSerializer, responses=TokenPairSerializer)
    def confirm(self, request: Request) -> Response:
        """Changes the address and gives new tokens: all others end, those of this program as well.

        The old address is told and can undo it for three days. Five wrong codes void the request.
        """
        sign_in = _sign_in_of(request)
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        code, now = given.validated_data["code"], timezone.now()
        try:
            address_change.confirm(
                user=caller_of(request), bound_to=address_change.of_program(sign_in), code=code, now=now
            )
        except UnknownLink:
            words = _("No change of the address is waiting here. Ask for one first.")
            raise Refusal(words, status=404, kind="unknown-request") from None
        except SignInRefused as refusal:
            raise refused(refusal) from None
        except AddressTaken as refusal:
            raise Refusal(refusal.message, status=409, kind="address-taken") from None
        try:
            return pair(api_signins.go_on(sign_in_id=sign_in, now=now), now)
        except TokenRefused:
            words = _("The address is changed. Everything was signed out meanwhile: sign in with the new one.")
            raise Refusal(words, status=401, kind="invalid-token") from None


def _sign_in_of(request: Request) -> UUID:
    """The sign-in by mail that the call came with; a `Refusal` for a token of the page and for a page itself."""
    caller = request.auth
    assert isinstance(caller, Caller)  # a route without scopes is shut
    if caller.token is not None:
        raise no_fresh_proof()
    if caller.sign_in is None:
        words = _("A browser changes the address on the account page.")
        raise Refusal(words, status=403, kind="closed")
    return caller.sign_in
