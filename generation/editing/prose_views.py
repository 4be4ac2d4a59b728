"""What the editor in the writing room asks for: texts as trees, saved and kept, and passages to cite (R-90).

JSON in and out; words of a refusal are ``detail``. Without JavaScript nothing of it is needed.
"""

import json
from functools import wraps
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.errors import NotEditable, StaleRevision
from documents.models import Document, Section
from generation.editing import prose, unsaved, versions
from generation.editing.forms import PassagesForm, ProseForm
from generation.editing.typed import MOST_CHARACTERS, too_long
from generation.errors import TextInvalid, TextTaken
from tesigo.platform import rate_limits


class _View(Protocol):
    def __call__(self, request: SignedInRequest, document: Document, section: Section) -> HttpResponse: ...


def _of_section(view: _View) -> Any:
    """A view of one's own written section; too many calls come back later, and refusals are words."""

    @wraps(view)
    def wrapped(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
        asked = rate_limits.check("editor", str(request.user.pk), limit=settings.EDITOR_CALLS_PER_MINUTE, seconds=60)
        if not asked.allowed:
            headers = {"Retry-After": str(asked.retry_after)}
            return JsonResponse({"detail": _("Too much at once; please wait a moment.")}, status=429, headers=headers)
        document, section = versions.written_section(document_id=document_id, section_id=section_id, user=request.user)
        try:
            return view(request, document, section)
        except TextInvalid as refusal:
            return JsonResponse({"detail": str(refusal)}, status=422)

    return login_required(wrapped)


@require_POST
@_of_section
def show(request: SignedInRequest, document: Document, section: Section) -> HttpResponse:
    """The tree of a text, or the text of a tree with the tree that it is read as."""
    sent = _sent(request)
    if isinstance(sent.get("text"), str):
        return JsonResponse({"doc": prose.shown(section=section, document=document, text=sent["text"])})
    said = _said(sent)
    made = prose.typed(section=section, document=document, doc=sent.get("doc"), base_revision=said["revision"])
    doc = prose.shown(section=section, document=document, text=made.text)
    return JsonResponse({"text": made.text, "doc": doc})


@require_POST
@_of_section
def save(request: SignedInRequest, document: Document, section: Section) -> HttpResponse:
    """Saves a tree as a version, and answers with what it is read as; 409 with its text where another came first."""
    sent = _sent(request)
    said = _said(sent)
    try:
        revision = prose.save(
            section=section,
            document=document,
            doc=sent.get("doc"),
            expected_revision=said["revision"],
            unsaved=said["unsaved"],
            by=request.user,
            window=said["window"],
            is_unanswered=said["is_unanswered"],
        )
    except StaleRevision:
        mine = prose.typed(section=section, document=document, doc=sent.get("doc"), base_revision=said["revision"])
        return JsonResponse({"text": mine.text}, status=409)
    except NotEditable:
        raise Http404 from None
    section.refresh_from_db()
    doc = prose.shown(section=section, document=document, text=section.text)
    return JsonResponse({"revision": revision, "text": section.text, "doc": doc})


@require_POST
@_of_section
def keep(request: SignedInRequest, document: Document, section: Section) -> HttpResponse:
    """Keeps what is not saved; 409 with the other's token where another window or device keeps a text, too."""
    sent = _sent(request)
    said = _said(sent)
    made = prose.typed(section=section, document=document, doc=sent.get("doc"), base_revision=said["revision"])
    try:
        kept = unsaved.keep(section=section, text=made.text, base_revision=said["revision"], known=said["unsaved"])
    except TextTaken as taken:
        other = taken.kept
        doc = prose.shown(section=section, document=document, text=other.text)
        answer = {"unsaved": other.token, "at": other.saved_at, "revision": other.base_revision, "doc": doc}
        return JsonResponse(answer, status=409)
    told: dict[str, Any] = {"unsaved": kept and kept.token, "at": kept and kept.saved_at, "text": made.text}
    if (length := len(made.text.strip())) > MOST_CHARACTERS:
        # More can be kept than saved: it is said until it is shorter.
        told["detail"] = str(too_long(length))
    return JsonResponse(told)


@require_GET
@_of_section
def passages(request: SignedInRequest, document: Document, section: Section) -> HttpResponse:
    """Passages of the sources that can be cited, to pick one."""
    form = PassagesForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"passages": []})
    found = prose.find_passages(document=document, **form.cleaned_data)
    rows = [
        {
            "id": one.pk,
            "key": one.source.key,
            "title": one.source.title,
            "page": one.page_label or (str(one.page) if one.page else ""),
            "text": one.text[: prose.PASSAGE_CHARACTERS],
        }
        for one in found
    ]
    return JsonResponse({"passages": rows})


def _sent(request: SignedInRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise TextInvalid(_("This text cannot be read. It is kept in this browser; reload the page to go on with it."))
    return sent


def _said(sent: dict[str, Any]) -> dict[str, Any]:
    form = ProseForm({name: sent.get(name) for name in ProseForm.base_fields})
    if not form.is_valid():
        raise TextInvalid(_("This text cannot be read. It is kept in this browser; reload the page to go on with it."))
    return form.cleaned_data
