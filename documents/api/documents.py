"""The library, and one document with its brief."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, DocumentRoute, not_editable, over_quota
from documents.domain import briefs, recovery, shelving, typed
from documents.domain.queries import HIT_END, HIT_START, everything, excerpts
from documents.domain.text import without_citations
from documents.enums import DocumentState
from documents.errors import NotEditable
from documents.models import Document
from documents.models.labels import MOST_TAG_CHARACTERS
from documents.serializers.document import (
    BriefSerializer,
    DocumentSerializer,
    FoundSerializer,
    StoppedSerializer,
    TypedBriefSerializer,
    TypedSerializer,
)
from tesigo.platform import rate_limits
from tesigo.platform.api.etags import expecting, expecting_if_said, tagged
from tesigo.platform.api.problems import Refusal

#: Documents that stopped half-way: no more than this, newest change first.
_MOST_STOPPED_DOCUMENTS = 100
_NEXT = {
    "documents:brief": "brief",
    "documents:outline": "outline",
    "billing:price": "price",
    "generation:progress": "progress",
}


def shown(document: Document) -> Any:
    """A document as it is sent."""
    return DocumentSerializer(document).data


class DocumentViewSet(DocumentRoute):
    """Documents of the caller's own."""

    required_scopes = {
        "list": READ, "retrieve": READ, "recover": READ, "latest": READ,
        "create": WRITE, "change": WRITE, "destroy": WRITE, "type": WRITE,
    }  # fmt: skip
    refuses_with = {
        "list": (429,), "create": (429,), "change": (409, 412, 428), "destroy": (409, 412), "type": (409,),
    }  # fmt: skip
    queryset = Document.objects.none()
    serializer_class = DocumentSerializer

    @extend_schema(
        summary="The library",
        parameters=[
            OpenApiParameter("q", str, description="Words that the title or the text has."),
            OpenApiParameter("state", str, enum=DocumentState.values),
            OpenApiParameter("tag", str, description="One of the caller's tags, as it is written."),
        ],
        responses=FoundSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The caller's documents, newest first."""
        words = request.query_params.get("q", "")[:200].strip()
        state = request.query_params.get("state", "")
        if state and state not in DocumentState.values:
            raise Refusal(_("There is no such state."), status=400, kind="unknown-state")
        if words:
            asked = rate_limits.check("search", str(request.user.pk), limit=settings.SEARCHES_PER_MINUTE, seconds=60)
            if not asked.allowed:
                words = _("That were many searches within a minute.")
                raise Refusal(words, status=429, kind="too-many-searches", wait=asked.retry_after)
        tag = request.query_params.get("tag", "")[:MOST_TAG_CHARACTERS]
        found = everything(user=self.caller, words=words, state=state, tag=tag).prefetch_related("tags")
        page = self.paginate_queryset(found.order_by()) or []
        hits = excerpts(documents=page, words=words) if words else {}
        plain = {pk: _plain(text) for pk, text in hits.items()}
        return self.get_paginated_response(FoundSerializer(page, many=True, context={"excerpts": plain}).data)

    @extend_schema(summary="Describe a new work", request=BriefSerializer, responses={201: DocumentSerializer})
    def create(self, request: Request) -> Response:
        """A new document with this brief."""
        brief = BriefSerializer(data=request.data, context={"request": request})
        brief.is_valid(raise_exception=True)
        try:
            document = briefs.create(by=self.caller, **brief.validated_data)
        except QuotaReached as error:
            raise over_quota(error) from error
        return tagged(request, shown(document), status=201)

    @extend_schema(summary="A document", responses=DocumentSerializer)
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """The brief, and where the document stands."""
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="Change the brief", request=BriefSerializer(partial=True), responses=DocumentSerializer)
    def change(self, request: Request, document_id: UUID) -> Response:
        """Changes these fields of the brief; another kind, topic, language, level or length asks for a new outline."""
        self.document(document_id)
        brief = BriefSerializer(data=request.data, partial=True, context={"request": request})
        brief.is_valid(raise_exception=True)
        if not brief.validated_data:
            raise Refusal(_("Nothing of a brief was sent."), status=400, kind="nothing-to-change")
        try:
            briefs.change(
                document_id=document_id, by=self.caller, expects=expecting(request, shown), **brief.validated_data
            )
        except NotEditable as error:
            raise not_editable() from error
        return tagged(request, shown(self.document(document_id)))

    @extend_schema(summary="Throw a draft away", responses={204: None})
    def destroy(self, request: Request, document_id: UUID) -> Response:
        """The draft and its files are deleted after 30 days, in which its owner can bring it back in the library.

        One that was ever ordered stays. If-Match may say which state was seen.
        """
        self.document(document_id)
        try:
            shelving.throw_away(document_id=document_id, by=self.caller, expects=expecting_if_said(request, shown))
        except NotEditable as error:
            words = _("A document that has been ordered cannot be thrown away here.")
            raise Refusal(words, status=409, kind="was-ordered") from error
        return Response(status=204)

    @extend_schema(summary="Save a brief while it is typed", request=TypedBriefSerializer, responses=TypedSerializer)
    def type(self, request: Request, document_id: UUID) -> Response:
        """Keeps what was typed, complete or not, beside the brief; PATCH of the document makes it the brief."""
        self.document(document_id)
        words = TypedBriefSerializer(data=request.data)
        words.is_valid(raise_exception=True)
        try:
            kept = typed.save(document_id=document_id, by=self.caller, now=timezone.now(), values=words.validated_data)
        except NotEditable as error:
            raise not_editable() from error
        return Response(_typed(kept))

    @extend_schema(summary="The brief as it was typed last", responses=TypedSerializer)
    def latest(self, request: Request, document_id: UUID) -> Response:
        """What was typed last over the brief, and what it still needs."""
        return tagged(request, _typed(typed.latest(self.document(document_id))))

    @extend_schema(summary="What can be taken up again", responses=StoppedSerializer(many=True), filters=False)
    def recover(self, request: Request) -> Response:
        """Drafts, orders and jobs that stopped half-way, newest change first, each with what comes next (R-92)."""
        found = recovery.stopped(user=self.caller, now=timezone.now(), most=_MOST_STOPPED_DOCUMENTS)
        rows = [{"document": one.document, "words": one.words, "next": _NEXT[one.page]} for one in found]
        return Response(StoppedSerializer(rows, many=True).data)


def _plain(excerpt: str) -> str:
    return without_citations(excerpt).replace(HIT_START, "").replace(HIT_END, "")


def _typed(kept: typed.Typed) -> Any:
    brief = BriefSerializer(data=dict(kept.values))
    brief.is_valid()
    said = {
        "values": kept.values,
        "saved_at": kept.saved_at,
        "is_brief": kept.is_brief,
        "missing": {name: [str(one) for one in flaws] for name, flaws in brief.errors.items()},
    }
    return TypedSerializer(said).data
