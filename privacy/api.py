"""What people allow, for programs (R-70)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from privacy.domain import consent, purposes
from privacy.enums import ConsentKind
from privacy.serializers import AnswersSerializer, ConsentsSerializer
from tesigo.platform.api.views import ApiViewSet
from tesigo.platform.client import client_ip, user_agent


class ConsentViewSet(ApiViewSet):
    """What the caller is asked for and allows. Open to who has not agreed yet: it is where they do."""

    required_scopes = {"retrieve": ("account:read",), "replace": ("account:write",)}
    is_open_without_consent = True
    serializer_class = ConsentsSerializer

    @extend_schema(summary="What one allows", responses=ConsentsSerializer)
    def retrieve(self, request: Request) -> Response:
        """Each thing that is asked for, and whether it is allowed."""
        return Response(_shown(_person(request)))

    @extend_schema(
        summary="Allow or withdraw",
        request=AnswersSerializer,
        responses=ConsentsSerializer,
    )
    def replace(self, request: Request) -> Response:
        """Makes these what the person allows; each new answer is kept with its time and place."""
        answers = AnswersSerializer(data=request.data)
        answers.is_valid(raise_exception=True)
        kinds = {kind for kind in ConsentKind if answers.validated_data[kind.value]}
        person = _person(request)
        try:
            consent.give(
                user=person,
                kinds=kinds,
                ip=client_ip(request._request),
                user_agent=user_agent(request._request),
                now=timezone.now(),
            )
        except consent.EssentialConsentMissing as error:
            words = _("Without this we cannot write for you. To take it back, delete the account.")
            raise ValidationError({"essential": [words]}) from error
        return Response(_shown(person))


def _person(request: Request) -> AbstractBaseUser:
    assert isinstance(request.user, AbstractBaseUser)  # a route without scopes is shut
    return request.user


def _shown(person: AbstractBaseUser) -> Any:
    given = consent.state_of(person)
    words = {purpose.kind: str(purpose.question) for purpose in purposes.asked()}
    said = {
        "policy_version": settings.POLICY_VERSION,
        "is_accepted": consent.has_accepted_policy(person),
        "consents": [
            {"kind": kind.value, "question": words.get(kind, str(kind.label)), "granted": given[kind]}
            for kind in consent.kinds_for(person)
        ],
    }
    return ConsentsSerializer(said).data
