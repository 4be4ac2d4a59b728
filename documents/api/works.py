"""Works that a document may cite: looking through them, correcting, choosing and joining them (R-97)."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, DocumentRoute, not_editable, over_quota
from documents.domain import adding, choosing, correcting, joining
from documents.domain.desk import fitting
from documents.enums import SourceUse
from documents.errors import NotEditable, NotJoinable, ReferenceInvalid, TooManyWanted, UploadRefused
from documents.models import Source
from documents.serializers.adding import AddedWorksSerializer, NamedWorksSerializer
from documents.serializers.works import (
    CorrectionSerializer,
    FoundAlikeSerializer,
    MoveSerializer,
    SameWorkSerializer,
    ThrownAwaySerializer,
    UseSerializer,
    WishedWorksSerializer,
    WorkSerializer,
)
from tesigo.platform.api.etags import expecting, tagged
from tesigo.platform.api.problems import Refusal

T = TypeVar("T")


class WorkViewSet(DocumentRoute):
    """Works that a document may cite."""

    required_scopes = {
        "list": READ, "create": WRITE, "retrieve": READ, "correct": WRITE, "choose": WRITE, "join": WRITE,
        "part": WRITE, "keep_apart": WRITE, "throw_away": WRITE, "thrown_away": READ, "move": WRITE,
        "as_usual": WRITE, "look": WRITE,
    }  # fmt: skip
    refuses_with = {
        "create": (409, 429), "correct": (409, 412, 428), "choose": (409,), "join": (409,), "part": (409,),
        "keep_apart": (409,), "throw_away": (409,), "move": (409,), "as_usual": (409,), "look": (409,),
    }  # fmt: skip
    queryset = Source.objects.none()
    serializer_class = WorkSerializer
    ordering = ("title", "pk")

    @extend_schema(
        summary="Works that may be cited", parameters=[WishedWorksSerializer], responses=WorkSerializer(many=True)
    )
    def list(self, request: Request, document_id: UUID) -> Response:
        """What was handed in or found, each with its CSL-JSON item, where each field of it came from, and how often the
        text cites it. One that is joined to another names it in ``joined_to``.
        """
        document = self.document(document_id)
        wished = WishedWorksSerializer(data=request.query_params)
        wished.is_valid(raise_exception=True)
        # What is joined to one that was thrown away went with it.
        here = document.sources.filter(thrown_away_at=None, joined_to__thrown_away_at=None)
        found = fitting(here, wished.filters()).select_related("alike")
        page = self.paginate_queryset(found.annotate(times=Count("citations")).order_by())
        return self.get_paginated_response(WorkSerializer(page, many=True).data)

    @extend_schema(summary="Add works by number", request=NamedWorksSerializer, responses={200: AddedWorksSerializer})
    def create(self, request: Request, document_id: UUID) -> Response:
        """Looks up DOIs, ISBNs, arXiv and PubMed ids and fetches web addresses, one a line, up to 40; a reference list
        as text is read in the background. Each line is told; ``left`` holds those that are not settled.
        """
        document = self.document(document_id)
        named = NamedWorksSerializer(data=request.data)
        named.is_valid(raise_exception=True)
        try:
            added = adding.add(document=document, text=named.validated_data["text"], by=self.caller)
        except NotEditable as error:
            raise not_editable() from error
        except UploadRefused as refused:
            raise Refusal(str(refused), status=409, kind="file-refused") from refused
        except QuotaReached as error:
            raise over_quota(error) from error
        return Response(AddedWorksSerializer(added).data)

    @extend_schema(summary="One work", responses=WorkSerializer)
    def retrieve(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """The work as the list shows it."""
        return tagged(request, _shown(self._work(document_id, work_id)))

    @extend_schema(summary="Correct a work", request=CorrectionSerializer(partial=True), responses=WorkSerializer)
    def correct(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """Changes these fields of its reference; they are from you and sure from now on. Its key stays."""
        work = self._work(document_id, work_id)
        sent = CorrectionSerializer(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)

        def correct() -> None:
            correcting.correct(source=work, wanted=sent.wanted(), by=self.caller, expects=expecting(request, _shown))

        self._changed(correct)
        return tagged(request, _shown(self._work(document_id, work_id)))

    @extend_schema(summary="Whether a work is used", request=UseSerializer, responses=WorkSerializer)
    def choose(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """``may`` be cited, ``must`` be cited, or ``banned``: offered to no writer."""
        work = self._work(document_id, work_id, with_thrown_away=True)
        sent = UseSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        use = SourceUse(sent.validated_data["use"])
        self._changed(lambda: choosing.choose(source=work, use=use, by=self.caller))
        return tagged(request, _shown(self._work(document_id, work_id)))

    @extend_schema(summary="Throw a work away", responses={204: None})
    def throw_away(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """It is on no list any more; for 30 days its ``use`` brings it back."""
        work = self._work(document_id, work_id)
        self._changed(lambda: choosing.throw_away(source=work, by=self.caller))
        return Response(status=204)

    @extend_schema(summary="Works that were thrown away", responses=ThrownAwaySerializer(many=True), filters=False)
    def thrown_away(self, request: Request, document_id: UUID) -> Response:
        """The newest first; ``{"use": "may"}`` brings one back."""
        return Response(ThrownAwaySerializer(choosing.thrown_away(self.document(document_id)), many=True).data)

    @extend_schema(summary="Join two entries of one work", request=SameWorkSerializer, responses=WorkSerializer)
    def join(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """Makes one of the two and returns it: the one with more text, with the surer one of each field."""
        work = self._work(document_id, work_id)
        sent = SameWorkSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        other = self._work(document_id, sent.validated_data["work"])
        kept = self._changed(lambda: joining.join(source=work, other_id=other.pk, by=self.caller))
        return tagged(request, _shown(kept))

    @extend_schema(summary="Take a joined work apart", responses={200: WorkSerializer})
    def part(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """The work stands for itself again; the other one is as it was, but for what was corrected since."""
        work = self._work(document_id, work_id)
        self._changed(lambda: joining.part(source=work, by=self.caller))
        return tagged(request, _shown(self._work(document_id, work_id)))

    @extend_schema(summary="Keep two works that look alike", responses={200: WorkSerializer})
    def keep_apart(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """The work is another one than the one it looks like; it is not offered for joining again."""
        work = self._work(document_id, work_id)
        self._changed(lambda: joining.keep_apart(source=work, by=self.caller))
        return tagged(request, _shown(self._work(document_id, work_id)))

    @extend_schema(summary="Move a work in the list", request=MoveSerializer, responses=WorkSerializer)
    def move(self, request: Request, document_id: UUID, work_id: int) -> Response:
        """One place ``up`` or ``down`` in the order made by hand, which begins with the first move; at its end nothing
        happens. The order of this list stays by title: ``place`` tells the other one.
        """
        work = self._work(document_id, work_id)
        sent = MoveSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        is_up = sent.validated_data["to"] == "up"
        self._changed(lambda: choosing.move(source=work, up=is_up, by=self.caller))
        return tagged(request, _shown(self._work(document_id, work_id)))

    @extend_schema(summary="Give up the order made by hand", responses={204: None})
    def as_usual(self, request: Request, document_id: UUID) -> Response:
        """Works are in their usual order again. Where they were, nothing happens."""
        document = self.document(document_id)
        self._changed(lambda: choosing.as_usual(document_id=document.pk, by=self.caller))
        return Response(status=204)

    @extend_schema(summary="Look for works that are here twice", request=None, responses=FoundAlikeSerializer)
    def look(self, request: Request, document_id: UUID) -> Response:
        """How many there are. What is certain is joined at once, what only looks so says it in ``alike``."""
        document = self.document(document_id)
        found = self._changed(lambda: joining.look(document_id=document.pk, by=self.caller))
        return Response(FoundAlikeSerializer({"found": found}).data)

    def _work(self, document_id: UUID, work_id: int, *, with_thrown_away: bool = False) -> Source:
        """A work of the document that was read to its end. Raises Http404, also for one that was thrown away, by itself
        or with the one that it is joined to.
        """
        works = self.document(document_id).sources.select_related("joined_to", "alike")
        found = works.filter(pk=work_id).exclude(csl={}).first()
        if found is None or (found.is_thrown_away and not (with_thrown_away and found.thrown_away_at)):
            raise Http404
        return found

    def _changed(self, change: Callable[[], T]) -> T:
        try:
            return change()
        except NotEditable as error:
            raise not_editable() from error
        except ReferenceInvalid as error:
            raise ValidationError({name: [reason] for name, reason in error.reasons.items()}) from error
        except TooManyWanted as error:
            raise Refusal(str(error), status=409, kind="too-many-wanted") from error
        except NotJoinable as error:
            raise Refusal(str(error), status=409, kind="not-joinable") from error


def _shown(work: Source) -> Any:
    times = work.citations.count()
    work.times = times  # type: ignore[attr-defined]  # as the list counts them
    return WorkSerializer(work).data
