"""API: a section's text changed by a program, and its versions (R-90, R-91)."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from documents.errors import NotEditable, StaleRevision
from generation.editing import saving, versions
from generation.editing.serializers import SectionTextSerializer, VersionSerializer
from generation.errors import TextInvalid
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_READ = (ApiScope.DOCUMENTS_READ,)
_WRITE = (ApiScope.DOCUMENTS_WRITE,)


class SectionTextViewSet(ApiViewSet):
    """The text of one section of a finished document."""

    required_scopes = {"retrieve": _READ, "update": _WRITE, "versions": _READ}
    refuses_with = {"update": (409, 422)}
    pagination_class = None
    serializer_class = SectionTextSerializer

    @extend_schema(summary="A section's text", responses=SectionTextSerializer)
    def retrieve(self, request: Request, document_id: UUID, section_id: UUID) -> Response:
        """The Markdown with citation keys, and the number of its version."""
        _document, section = versions.written_section(
            document_id=document_id, section_id=section_id, user=caller_of(request)
        )
        return Response(SectionTextSerializer(section).data)

    @extend_schema(summary="Change a section's text", request=SectionTextSerializer, responses=SectionTextSerializer)
    def update(self, request: Request, document_id: UUID, section_id: UUID) -> Response:
        """Saves a text that was made from the version ``revision``; refused where a newer one is there by now.

        Each citation is compared with its passage by code; the citation report says which could not be proven.
        """
        document, section = versions.written_section(
            document_id=document_id, section_id=section_id, user=caller_of(request)
        )
        sent = SectionTextSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            saving.save(
                section=section, document=document, text=sent.validated_data["text"],
                expected_revision=sent.validated_data["revision"], by=caller_of(request),
            )  # fmt: skip
        except TextInvalid as refusal:
            raise Refusal(str(refusal), status=422, kind="text-not-usable") from refusal
        except StaleRevision as error:
            words = _("There is a newer version of this section. Read it, and bring your change to it.")
            raise Refusal(words, status=409, kind="newer-version") from error
        except NotEditable:
            raise Http404 from None
        section.refresh_from_db()
        return Response(SectionTextSerializer(section).data)

    @extend_schema(summary="A section's versions", responses=VersionSerializer(many=True))
    def versions(self, request: Request, document_id: UUID, section_id: UUID) -> Response:
        """Those that are kept, newest first, with who or what made each."""
        _document, section = versions.written_section(
            document_id=document_id, section_id=section_id, user=caller_of(request)
        )
        return Response(VersionSerializer(versions.of_section(section), many=True).data)
