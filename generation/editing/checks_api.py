"""API: notes on a text by fixed rules, of a section as typed or of the whole document (R-10 to R-17)."""

from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from generation.editing import versions
from generation.editing.notes import away, looking
from generation.editing.serializers import LeftNoteSerializer, LookedOverSerializer, TypedTextSerializer
from generation.enums import NoteKind
from generation.errors import TooManyLeft
from tesigo.platform import rate_limits
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_READ = (ApiScope.DOCUMENTS_READ,)
_WRITE = (ApiScope.DOCUMENTS_WRITE,)


class ChecksViewSet(ApiViewSet):
    """Notes on the text of a finished document. No model is asked."""

    required_scopes = {"list": _READ, "section": _READ, "leave": _WRITE, "bring_back": _WRITE}
    refuses_with = {"list": (429,), "section": (429,), "leave": (409, 429), "bring_back": (429,)}
    pagination_class = None
    serializer_class = LookedOverSerializer

    @extend_schema(summary="Notes on a document", responses=LookedOverSerializer)
    def list(self, request: Request, document_id: UUID) -> Response:
        """What fixed rules find in all sections as they are saved, without the notes that were put away."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        if document.state != DocumentState.READY:
            raise Http404
        _require_room(request)
        return Response(LookedOverSerializer(looking.of_document(document)).data)

    @extend_schema(summary="Notes on a text", request=TypedTextSerializer, responses=LookedOverSerializer)
    def section(self, request: Request, document_id: UUID, section_id: UUID) -> Response:
        """What they find in a text of a section that is not saved; nothing of it is kept.

        Places are counted in characters of the text that was sent, from 0.
        """
        document, section = versions.written_section(
            document_id=document_id, section_id=section_id, user=caller_of(request)
        )
        sent = TypedTextSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        _require_room(request)
        looked = looking.of_section(document, section, sent.validated_data["text"])
        return Response(LookedOverSerializer(looked).data)

    @extend_schema(summary="Put a note away", request=LeftNoteSerializer, responses={204: None})
    def leave(self, request: Request, document_id: UUID) -> Response:
        """Puts a note away. It stays away while its sentence stays as it is; one that is away stays so."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        sent = LeftNoteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        _require_room(request)
        said = sent.validated_data
        try:
            away.leave(document=document, kind=NoteKind(said["kind"]), digest=said["digest"], by=caller_of(request))
        except TooManyLeft as error:
            words = _("So many notes are put away that no more are. Bring them back, or correct what they say.")
            raise Refusal(words, status=409, kind="too-many-notes") from error
        return Response(status=204)

    @extend_schema(summary="Bring notes back", request=None, responses={204: None})
    def bring_back(self, request: Request, document_id: UUID) -> Response:
        """Shows all notes of a document again that were put away."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        _require_room(request)
        away.bring_back(document=document, by=caller_of(request))
        return Response(status=204)


def _require_room(request: Request) -> None:
    asked = rate_limits.check("checks", str(caller_of(request).pk), limit=settings.CHECKS_PER_MINUTE, seconds=60)
    if not asked.allowed:
        raise Refusal(
            _("That was often in a short time. Wait a minute, then have it looked over again."),
            status=429,
            kind="too-many-checks",
            wait=asked.retry_after,
        )
