"""Links for supervisors, and what they say about a finished text (R-94)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, DocumentRoute, over_quota
from documents.domain.comments import links, placing, saying, word_files
from documents.domain.queries import sections_in_order
from documents.errors import CommentRefused, CommentsUnreadable, TooManyLinks
from documents.models import Comment, Document, ReviewLink
from documents.serializers.comments import (
    AnsweringSerializer,
    CommentFileSerializer,
    CommentSerializer,
    LinkSerializer,
    MadeLinkSerializer,
    MarkedSerializer,
    TakenSerializer,
    WantedLinkSerializer,
)
from tesigo.platform.api.problems import Refusal


class LinkViewSet(DocumentRoute):
    """Links by which a supervisor reads a finished document."""

    required_scopes = {"list": READ, "create": WRITE, "destroy": WRITE}
    refuses_with = {"list": (409,), "create": (409, 429), "destroy": (409,)}
    queryset = ReviewLink.objects.none()
    pagination_class = None
    serializer_class = LinkSerializer

    @extend_schema(summary="Links that are open", responses=LinkSerializer(many=True))
    def list(self, request: Request, document_id: UUID) -> Response:
        """Newest first, without their addresses."""
        document = self.finished(document_id)
        return Response(LinkSerializer(links.open_of(document, now=timezone.now()), many=True).data)

    @extend_schema(summary="Make a link", request=WantedLinkSerializer, responses={201: MadeLinkSerializer})
    def create(self, request: Request, document_id: UUID) -> Response:
        """The only answer that ever holds its address. Whoever has it reads the text and comments on it."""
        document = self.finished(document_id)
        wanted = WantedLinkSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            row, token = links.make(document=document, by=self.caller, now=timezone.now(), **wanted.validated_data)
        except TooManyLinks as refusal:
            raise Refusal(str(refusal), status=409, kind="too-many-links") from refusal
        except QuotaReached as error:
            raise over_quota(error) from error
        url = settings.SITE_URL + reverse("documents:shared", args=[token])
        return Response({**LinkSerializer(row).data, "url": url}, status=201)

    @extend_schema(summary="Revoke a link", responses={204: None})
    def destroy(self, request: Request, document_id: UUID, link_id: UUID) -> Response:
        """It opens nothing from then on; what was said with it stays."""
        document = self.finished(document_id)
        try:
            links.revoke(document=document, link_id=link_id, by=self.caller, now=timezone.now())
        except ReviewLink.DoesNotExist:
            raise Http404 from None
        return Response(status=204)


class CommentViewSet(DocumentRoute):
    """Comments on a finished document."""

    required_scopes = {"list": READ, "mark": WRITE, "destroy": WRITE, "answer": WRITE}
    refuses_with = {"list": (409,), "mark": (409,), "destroy": (409,), "answer": (409, 429)}
    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    ordering = ("said_at", "id")

    @extend_schema(summary="Comments", responses=CommentSerializer(many=True))
    def list(self, request: Request, document_id: UUID) -> Response:
        """In the order in which they were said, with their answers."""
        document = self.finished(document_id)
        page = self.paginate_queryset(document.comments.prefetch_related("answers"))
        return self.get_paginated_response(_sent(document, page or []))

    @extend_schema(summary="Accept a comment", request=MarkedSerializer, responses=CommentSerializer)
    def mark(self, request: Request, document_id: UUID, comment_id: UUID) -> Response:
        """Says that it is done with, or takes it up again."""
        document, comment = self._comment(document_id, comment_id)
        wanted = MarkedSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        saying.mark(comment=comment, is_done=wanted.validated_data["is_done"], now=timezone.now())
        return self._as_it_is(document, comment)

    @extend_schema(summary="Delete a comment", responses={204: None})
    def destroy(self, request: Request, document_id: UUID, comment_id: UUID) -> Response:
        """With its answers, for good."""
        _document, comment = self._comment(document_id, comment_id)
        saying.delete(comment=comment, by=self.caller)
        return Response(status=204)

    @extend_schema(summary="Answer a comment", request=AnsweringSerializer, responses={201: CommentSerializer})
    def answer(self, request: Request, document_id: UUID, comment_id: UUID) -> Response:
        """Who made the comment by a link sees the answer there."""
        document, comment = self._comment(document_id, comment_id)
        said = AnsweringSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        try:
            saying.answer(comment=comment, text=said.validated_data["text"], by=self.caller, now=timezone.now())
        except CommentRefused as refusal:
            raise Refusal(str(refusal), status=409, kind="too-many-answers") from refusal
        except QuotaReached as error:
            raise over_quota(error) from error
        return self._as_it_is(document, comment, status=201)

    def _comment(self, document_id: UUID, comment_id: UUID) -> tuple[Document, Comment]:
        document = self.finished(document_id)
        try:
            return document, saying.one_of(document, comment_id)
        except Comment.DoesNotExist:
            raise Http404 from None

    def _as_it_is(self, document: Document, comment: Comment, *, status: int = 200) -> Response:
        return Response(_sent(document, [saying.one_of(document, comment.pk)])[0], status=status)


class CommentFileViewSet(DocumentRoute):
    """A DOCX that came back with comments."""

    required_scopes = {"create": WRITE}
    refuses_with = {"create": (409, 413, 415, 422, 429)}
    serializer_class = CommentFileSerializer
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="Read the comments of a DOCX",
        request={"multipart/form-data": CommentFileSerializer},
        responses=TakenSerializer,
    )
    def create(self, request: Request, document_id: UUID) -> Response:
        """Puts each to the sentence that it is about; what is here already is not taken twice."""
        document = self.finished(document_id)
        sent = CommentFileSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data["file"].read()
        try:
            taken = word_files.read(document=document, data=data, by=self.caller, now=timezone.now())
        except CommentsUnreadable as refusal:
            raise Refusal(str(refusal), status=422, kind="file-not-usable") from refusal
        except QuotaReached as error:
            raise over_quota(error) from error
        return Response(TakenSerializer(taken).data)


def _sent(document: Document, comments: Any) -> Any:
    said = placing.by_section(comments)
    changed = placing.changed_of(sections_in_order(document), said)
    return CommentSerializer(comments, many=True, context={"changed": changed}).data
