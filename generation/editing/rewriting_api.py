"""API: paragraphs of a section written anew on order by a program, taken or left (R-93)."""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.enums import ApiScope
from accounts.errors import QuotaReached
from documents.errors import NotEditable, Refused, StaleRevision
from documents.models import Document, Section, Source
from generation.editing import rewriting, versions
from generation.editing.rewriting import Wanted
from generation.editing.serializers import RewritingSerializer, SectionTextSerializer, TakeSerializer
from generation.enums import RewritingState, Wish
from generation.errors import DocumentLocked, RewritingRefused, TextInvalid
from generation.models import Rewriting
from tesigo.platform import come_back
from tesigo.platform.api.idempotency import once_per_key
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_READ = (ApiScope.DOCUMENTS_READ,)
_WRITE = (ApiScope.DOCUMENTS_WRITE,)


class RewritingViewSet(ApiViewSet):
    """Rewritings of one section of a finished document."""

    required_scopes = {"list": _READ, "retrieve": _READ, "create": _WRITE, "take": _WRITE, "leave": _WRITE}
    refuses_with = {"create": (409, 422, 429, 503), "take": (409, 422), "leave": (409,)}
    pagination_class = None
    serializer_class = RewritingSerializer

    @extend_schema(summary="A section's rewritings", responses=RewritingSerializer(many=True))
    def list(self, request: Request, document_id: UUID, section_id: UUID) -> Response:
        """Those that were asked for, newest first. The text is there while one waits to be taken or left."""
        _document, section = _section(request, document_id, section_id)
        rows = Rewriting.objects.select_related("source").filter(section=section)
        return Response(RewritingSerializer(rows, many=True).data)

    @extend_schema(summary="Have paragraphs written anew", responses={202: RewritingSerializer})
    @once_per_key
    def create(self, request: Request, document_id: UUID, section_id: UUID) -> Response:
        """Orders paragraphs of the version ``revision`` to be written anew, in the background.

        They are numbered from 0; with none all running text is meant. Ask for the rewriting again until its state is
        ``offered`` or ``failed``. A document includes a number of them; one that fails is not counted.
        """
        document, section = _section(request, document_id, section_id)
        sent = RewritingSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        wanted = Wanted(Wish(said["wish"]), said["words"], _source(document, said["source"]), said["paragraphs"])
        try:
            row = rewriting.ask(
                section=section, document=document, wanted=wanted, expected_revision=said["revision"],
                by=caller_of(request),
            )  # fmt: skip
        except DocumentLocked as locked:
            raise Refusal(str(locked), status=409, kind="frozen") from locked
        except RewritingRefused as refusal:
            raise Refusal(str(refusal), status=422, kind="cannot-be-rewritten") from refusal
        except StaleRevision as error:
            raise _newer() from error
        except QuotaReached as error:
            raise Refusal(str(error), status=429, kind="quota-reached", wait=error.retry_after) from error
        except Refused as refused:
            raise come_back.closed_problem(refused.refusal) from refused
        return Response(RewritingSerializer(row).data, status=202)

    @extend_schema(summary="A rewriting", responses=RewritingSerializer)
    def retrieve(self, request: Request, document_id: UUID, section_id: UUID, rewriting_id: UUID) -> Response:
        """How far it is, and what is offered."""
        _document, section = _section(request, document_id, section_id)
        return Response(RewritingSerializer(rewriting.of_section(section, rewriting_id)).data)

    @extend_schema(summary="Take a rewriting", request=TakeSerializer, responses=SectionTextSerializer)
    def take(self, request: Request, document_id: UUID, section_id: UUID, rewriting_id: UUID) -> Response:
        """Makes what is offered the newest version. ``revision`` is the version that you know.

        Where the section was changed since it was asked for, both changes are joined as far as they touch other words;
        else the offered text takes the place of the newer one, which stays among the versions.
        """
        document, section = _section(request, document_id, section_id)
        sent = TakeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        row = rewriting.of_section(section, rewriting_id)
        if row.state != RewritingState.OFFERED:
            raise _nothing()
        try:
            rewriting.take(
                rewriting=row, section=section, document=document,
                expected_revision=sent.validated_data["revision"], by=caller_of(request),
            )  # fmt: skip
        except (RewritingRefused, TextInvalid) as refusal:
            raise Refusal(str(refusal), status=422, kind="text-not-usable") from refusal
        except (StaleRevision, NotEditable) as error:
            raise _newer() from error
        section.refresh_from_db()
        return Response(SectionTextSerializer(section).data)

    @extend_schema(
        summary="Leave a rewriting",
        parameters=[
            OpenApiParameter("only_asked", bool, description="Only calls off: what is offered by now stays (409).")
        ],
        request=None,
        responses={204: None},
    )
    def leave(self, request: Request, document_id: UUID, section_id: UUID, rewriting_id: UUID) -> Response:
        """Leaves what is offered, whose text is deleted, or calls off what is being written."""
        _document, section = _section(request, document_id, section_id)
        try:
            row, only_asked = rewriting.of_section(section, rewriting_id), request.query_params.get("only_asked")
            rewriting.leave(rewriting=row, by=caller_of(request), only_asked=only_asked == "true")
        except RewritingRefused as refusal:
            raise Refusal(str(refusal), status=409, kind="not-offered") from refusal
        return Response(status=204)


def _section(request: Request, document_id: UUID, section_id: UUID) -> tuple[Document, Section]:
    return versions.written_section(document_id=document_id, section_id=section_id, user=caller_of(request))


def _source(document: Document, key: str) -> Source | None:
    """The source of this key that may be cited; None where none is meant. Raises Refusal for another key."""
    if not key:
        return None
    found = Source.objects.citable().filter(document=document, key=key).exclude(passages=None).first()
    if found is None:
        words = _("There is no source “%(key)s” that may be cited in this document.") % {"key": key}
        raise Refusal(words, status=422, kind="cannot-be-rewritten")
    return found


def _newer() -> Refusal:
    words = _("There is a newer version of this section. Read it, then go on.")
    return Refusal(words, status=409, kind="newer-version")


def _nothing() -> Refusal:
    return Refusal(_("It does not wait to be taken or left."), status=409, kind="not-offered")
