"""Files that come in several goes, at `/files/`: all but the bytes themselves (tus 1.0.0; `documents.tus`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.errors import QuotaReached
from documents.api.said_by_tus import bad, checksum_of, number, pairs_of, parts_of
from documents.api.shared import READ, WRITE, not_editable, over_quota, take_back
from documents.domain import arrivals, file_parts
from documents.domain.arrivals import Checksum, Sending, TooMuch, WrongOffset
from documents.domain.file_parts import NoSuchPart, NotWhole
from documents.domain.queries import owned_document
from documents.enums import UploadPurpose, UploadState
from documents.errors import Gone, NotEditable, UploadRefused
from documents.models import FilePart, Upload
from documents.uploads.partial import Held
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiView

#: The key of the `Errand` in an ASGI scope. `documents.tus` puts it there, the views fill it in.
ERRAND: Final = "documents.errand"
TUS_VERSION: Final = "1.0.0"
BYTES: Final = "application/offset+octet-stream"
#: What `Upload-Concat` says of a part.
PARTIAL: Final = "partial"


@dataclass(slots=True)
class Errand:
    """A request that brings bytes, which nobody has read yet. ``sending`` is set where they may come.

    ``version`` is that of tus, ``announced`` how many bytes there are, 0 where nobody says. In ``context`` what is said
    about them is in the caller's language.
    """

    version: str
    announced: int
    sending: Sending | None = None
    context: Context = field(default_factory=Context)


class _TusView(ApiView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuses another version of the protocol."""
        super().initial(request, *args, **kwargs)
        errand = getattr(request._request, "scope", {}).get(ERRAND)
        if errand is not None and errand.version != TUS_VERSION:
            words = _("This site speaks tus %(version)s.") % {"version": TUS_VERSION}
            raise Refusal(words, status=412, headers={"Tus-Version": TUS_VERSION})


class ArrivalsView(_TusView):
    """Where files begin to come."""

    required_scopes = {"POST": WRITE}

    def post(self, request: Request) -> Response:
        """Makes room for a file; 201 with its address. Bytes may come with it."""
        concat = request.headers.get("Upload-Concat", "")
        if concat == PARTIAL:
            return self._part(request)
        parts = parts_of(request, concat) if concat else []
        size = 0 if parts else number(request, "Upload-Length")
        said = pairs_of(request.headers.get("Upload-Metadata", ""))
        purpose = said.get("purpose", UploadPurpose.SOURCE)
        if purpose not in UploadPurpose.values:
            raise bad(_("The purpose in Upload-Metadata is neither source nor assignment."))
        try:
            document_id = UUID(said.get("document", ""))
        except ValueError:
            raise bad(_("Upload-Metadata does not say which document the file is for.")) from None
        by = caller_of(request)
        document = owned_document(document_id=document_id, user=by)
        checksum = checksum_of(request)
        brings_bytes = request.content_type == BYTES
        about: dict[str, Any] = {
            "document": document,
            "purpose": UploadPurpose(purpose),
            "name": said.get("filename", ""),
            "metadata": request.headers["Upload-Metadata"],
            "by": by,
        }
        upload: Upload | FilePart
        with _refusals():
            if parts:
                if brings_bytes:
                    raise TooMuch
                joined = file_parts.join(parts=parts, concat=concat, now=timezone.now(), **about)
                upload = joined.upload
                _entrust(request, joined)
            else:
                if brings_bytes and _errand(request).announced > size:
                    raise TooMuch
                upload = arrivals.begin(size=size, **about)
                if brings_bytes and upload.state == UploadState.RECEIVING:
                    _open(request, upload, offset=0, checksum=checksum)
        return _created(upload)

    def _part(self, request: Request) -> Response:
        size = number(request, "Upload-Length")
        metadata = request.headers.get("Upload-Metadata", "")
        pairs_of(metadata)
        checksum = checksum_of(request)
        brings_bytes = request.content_type == BYTES
        with _refusals():
            if brings_bytes and _errand(request).announced > size:
                raise TooMuch
            part = file_parts.begin(size=size, metadata=metadata, by=caller_of(request), now=timezone.now())
            if brings_bytes:
                _open(request, part, offset=0, checksum=checksum)
        return _created(part)


class ArrivalView(_TusView):
    """A file that comes."""

    required_scopes = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    def head(self, request: Request, upload_id: UUID) -> Response:
        """How much of it has come."""
        upload = _owned(request, upload_id)
        with _refusals():
            upload = arrivals.look(upload, by=caller_of(request), now=timezone.now())
        headers = {"Upload-Length": str(upload.size), "Cache-Control": "no-store", **said_of(upload)}
        if concat := PARTIAL if isinstance(upload, FilePart) else upload.concat:
            headers["Upload-Concat"] = concat
        if upload.metadata:
            headers["Upload-Metadata"] = upload.metadata
        return Response(headers=headers)

    def patch(self, request: Request, upload_id: UUID) -> Response:
        """Lets more of it come."""
        if request.content_type != BYTES:
            raise Refusal(_("Bytes of a file come as %(type)s.") % {"type": BYTES}, status=415)
        offset = number(request, "Upload-Offset")
        checksum = checksum_of(request)
        upload = _owned(request, upload_id)
        if arrivals.is_joined(upload):
            raise Refusal(_("This file is made of parts. No bytes of its own come to it."), status=403)
        with _refusals():
            _open(request, upload, offset=offset, checksum=checksum)
        return Response(status=204)

    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Takes it back, with all that was read from it."""
        upload = _owned(request, upload_id)
        if isinstance(upload, FilePart):
            with _refusals():
                file_parts.delete(part=upload)
        else:
            take_back(upload_id=upload.pk, by=caller_of(request))
        return Response(status=204)


def said_of(upload: Upload | FilePart) -> dict[str, str]:
    """How much of a file has come, and until when the rest is waited for; of one that is being joined not how much."""
    arrived = upload.size if upload.arrived is None else upload.arrived
    is_awaited = isinstance(upload, FilePart) or upload.state == UploadState.RECEIVING
    said = {} if is_awaited and arrivals.is_joined(upload) else {"Upload-Offset": str(arrived)}
    if is_awaited and upload.due_at is not None:
        said["Upload-Expires"] = http_date(upload.due_at.timestamp())
    return said


def _created(upload: Upload | FilePart) -> Response:
    address = reverse("documents:arrival", args=[upload.pk])
    return Response(status=201, headers={"Location": address, **said_of(upload)})


def _open(request: Request, upload: Upload | FilePart, *, offset: int, checksum: Checksum | None) -> None:
    sending = arrivals.send(
        upload=upload,
        offset=offset,
        announced=_errand(request).announced,
        checksum=checksum,
        by=caller_of(request),
        now=timezone.now(),
    )
    _entrust(request, sending)


def _entrust(request: Request, sending: Sending) -> None:
    errand = _errand(request)
    errand.context = copy_context()
    errand.sending = sending


def _errand(request: Request) -> Errand:
    errand: Errand = request._request.scope[ERRAND]  # type: ignore[attr-defined]  # an ASGI request has one
    return errand


def _owned(request: Request, upload_id: UUID) -> Upload | FilePart:
    by = caller_of(request)
    upload = Upload.objects.filter(pk=upload_id, document__owner=by, document__thrown_away_at=None).first()
    found = upload or FilePart.objects.filter(pk=upload_id, owner=by).first()
    if found is None:
        raise Http404
    return found


@contextmanager
def _refusals() -> Iterator[None]:
    """What the domain raises, in words and a status."""
    try:
        yield
    except TooMuch as error:
        words = str(error) or _("More bytes came than the file was said to have.")
        raise Refusal(words, status=413, kind="file-too-large") from error
    except Gone as error:
        words = _("This file is not waited for any more. Begin again.")
        raise Refusal(words, status=410, kind="file-gone") from error
    except Held as error:
        words = _("Another window or program sends this file just now.")
        raise Refusal(words, status=423, kind="file-held") from error
    except WrongOffset as error:
        words = _("The bytes do not begin where those before them ended. Ask how much has come.")
        raise Refusal(words, status=409, kind="wrong-offset") from error
    except NoSuchPart:
        raise Http404 from None
    except NotWhole as error:
        raise bad(_("Not all of these parts have arrived whole. Send what is missing, then join them.")) from error
    except NotEditable as error:
        raise not_editable() from error
    except UploadRefused as error:
        raise Refusal(str(error), status=409, kind="file-refused") from error
    except QuotaReached as error:
        raise over_quota(error) from error
