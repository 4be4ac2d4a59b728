"""One's own account for programs: name and language, browsers that are signed in, leaving everywhere (R-58)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_auth import Caller
from accounts.domain import devices, mail_addresses, people, session_life
from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.models import ApiSignIn, Device, User
from tesigo.platform.api.etags import expecting, tagged
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.api.views import ApiViewSet
from tesigo.platform.clean_fields import LineField

_READ = (ApiScope.ACCOUNT_READ,)
_WRITE = (ApiScope.ACCOUNT_WRITE,)


class ProfileSerializer(ApiSerializer):
    """A person as they know themselves."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    email = serializers.EmailField(source="email_as_typed", read_only=True)
    name = LineField(max_length=120, allow_blank=True, required=False, help_text="Stands on title pages.")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, help_text="Of pages and mails.")
    created_at = serializers.DateTimeField(read_only=True)
    mail_refused_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When a mail to this address did not arrive, until it is read."
    )


class DeviceSerializer(ApiSerializer):
    """A browser that is signed in."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)


class UserViewSet(ApiViewSet):
    """The caller."""

    required_scopes = {"retrieve": _READ, "change": _WRITE, "read_notice": _WRITE}
    refuses_with = {"change": (412, 428)}
    serializer_class = ProfileSerializer

    @extend_schema(summary="Who is calling", responses=ProfileSerializer)
    def retrieve(self, request: Request) -> Response:
        """Address, name and language."""
        return tagged(request, _profile(caller_of(request)))

    @extend_schema(
        summary="Change name or language",
        request=ProfileSerializer(partial=True),
        responses=ProfileSerializer,
    )
    def change(self, request: Request) -> Response:
        """What is not sent stays. The address has a way of its own, since it has to be proven."""
        user = caller_of(request)
        wished = ProfileSerializer(data=request.data, partial=True)
        wished.is_valid(raise_exception=True)
        values = {"name": user.name, "language": user.language, **wished.validated_data}
        people.change_profile(user=user, by=user, expects=expecting(request, _profile), **values)
        return tagged(request, _profile(user))

    @extend_schema(summary="The notice of a mail that did not arrive was read", request=None, responses={204: None})
    def read_notice(self, request: Request) -> Response:
        """It is shown no more."""
        mail_addresses.read_notice(user=caller_of(request))
        return Response(status=204)


def _profile(user: User) -> Any:
    return ProfileSerializer(user).data


class DeviceViewSet(ApiViewSet):
    """Browsers that are signed in."""

    required_scopes = {"list": _READ, "destroy": _WRITE, "leave": _WRITE}
    refuses_with = {"destroy": (403,), "leave": (403,)}
    pagination_class = None
    serializer_class = DeviceSerializer

    @extend_schema(summary="Browsers that are signed in", responses=DeviceSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Newest first."""
        found = devices.of(user=caller_of(request), now=timezone.now())
        return Response(DeviceSerializer(found, many=True).data)

    @extend_schema(summary="Sign a browser out", responses={204: None})
    def destroy(self, request: Request, device_id: int) -> Response:
        """Ends its session. Takes a sign-in of the last quarter of an hour."""
        user = caller_of(request)
        device = Device.objects.filter(pk=device_id, user=user).first()
        if device is None:
            raise Http404
        demand_fresh_proof(request, now=timezone.now())
        try:
            devices.sign_out(device_id=device_id, by=user)
        except Device.DoesNotExist as error:
            raise Http404 from error
        if device.session_key == request._request.session.session_key:
            logout(request._request)  # a page of its own: Django must not try to save what is gone
        return Response(status=204)

    @extend_schema(summary="Sign out everywhere", request=None, responses={204: None})
    def leave(self, request: Request) -> Response:
        """Ends every session and every token, this one included. Takes a sign-in of the last quarter of an hour."""
        demand_fresh_proof(request, now=timezone.now())
        user = caller_of(request)
        devices.sign_out_everywhere(user=user, by=user)
        logout(request._request)  # a page's session is gone as well; Django must not try to save it
        return Response(status=204)


def demand_fresh_proof(request: Request, *, now: datetime) -> None:
    """Raises a `Refusal` unless the caller proved their address a moment ago (ASVS 5.0, V7.5.1 and V7.5.2)."""
    if not _is_fresh(request, now):
        raise no_fresh_proof()


def no_fresh_proof() -> Refusal:
    """The caller proved nothing, or too long ago."""
    words = _("Sign in again first: this takes a sign-in of the last %(minutes)d minutes.")
    minutes = settings.PROOF_IS_FRESH // timedelta(minutes=1)
    return Refusal(words % {"minutes": minutes}, status=403, kind="proof-required")


def _is_fresh(request: Request, now: datetime) -> bool:
    caller: Any = request.auth
    if not isinstance(caller, Caller) or caller.token is not None:
        return False  # a token that lasts for months proves nothing about who holds it
    if caller.sign_in is None:
        return session_life.is_fresh(request._request.session, now=now)
    since = now - settings.PROOF_IS_FRESH
    return ApiSignIn.objects.filter(pk=caller.sign_in, created_at__gte=since).exists()
