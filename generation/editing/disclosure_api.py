"""API: leave that staff look at what changed in a document, for a complaint (R-118)."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.errors import QuotaReached
from documents.domain.queries import finished_document
from documents.models import Document
from generation.editing import disclosing
from generation.editing.serializers import DisclosureSerializer
from generation.errors import AlreadyDisclosed
from generation.models import Disclosure
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_READ = (ApiScope.DOCUMENTS_READ,)
_WRITE = (ApiScope.DOCUMENTS_WRITE,)


class DisclosureViewSet(ApiViewSet):
    """Leave that staff look at what changed in a finished document."""

    required_scopes = {"list": _READ, "create": _WRITE, "destroy": _WRITE}
    refuses_with = {"create": (409, 429)}
    pagination_class = None
    serializer_class = DisclosureSerializer

    @extend_schema(summary="Leave to look at changes", responses=DisclosureSerializer(many=True))
    def list(self, request: Request, document_id: UUID) -> Response:
        """What was given, newest first, each with when staff looked."""
        given = disclosing.of_document(_finished(request, document_id), now=timezone.now())
        return Response(DisclosureSerializer(given, many=True).data)

    @extend_schema(summary="Let staff look at changes", responses={201: DisclosureSerializer})
    def create(self, request: Request, document_id: UUID) -> Response:
        """They see the versions of each section, who or what made each, and the text, until ``ends_at``."""
        document, now = _finished(request, document_id), timezone.now()
        wanted = DisclosureSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        words = wanted.validated_data["row"]["words"]
        try:
            row = disclosing.give(document=document, words=words, by=caller_of(request), now=now)
        except AlreadyDisclosed:
            raise Refusal(_("Our staff may look already."), status=409, kind="already-disclosed") from None
        except QuotaReached as error:
            raise Refusal(str(error), status=429, kind="quota-reached", wait=error.retry_after) from error
        return Response(DisclosureSerializer(disclosing.Given(row, [], is_open=True)).data, status=201)

    @extend_schema(summary="Take the leave back", responses={204: None})
    def destroy(self, request: Request, document_id: UUID, disclosure_id: UUID) -> Response:
        """From then on staff see nothing; when they looked before stays to be seen."""
        document, by = _finished(request, document_id), caller_of(request)
        try:
            disclosing.take_back(document=document, disclosure_id=disclosure_id, by=by, now=timezone.now())
        except Disclosure.DoesNotExist:
            raise Http404 from None
        return Response(status=204)


def _finished(request: Request, document_id: UUID) -> Document:
    return finished_document(document_id=document_id, user=caller_of(request))
