"""Pages of a document being written: progress, the fragment that is refreshed, stopping it in time,
starting over after a failure.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import lifecycle
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.errors import IllegalMove
from documents.models import Document
from generation.engine import admission, calling_off
from generation.errors import WritingBegan
from generation.progress import snapshots


@login_required
def progress_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Stages, sections, time left. Rendered whole on the server, so that a reload shows the same."""
    document = owned_document(document_id=document_id, user=request.user)
    if document.is_editable:
        if not admission.start_paid(document_id=document_id):
            return redirect("documents:outline", document_id)
        document.refresh_from_db()
    return render(request, "generation/progress.html", _context(document))


@login_required
def progress_fragment(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The part of the page that changes."""
    document = owned_document(document_id=document_id, user=request.user)
    return render(request, "generation/_progress.html", _context(document))


def _context(document: Document) -> dict[str, object]:
    return {
        "document": document,
        "progress": snapshots.snapshot(document.pk, document=document),
        "may_stop": calling_off.may_stop(document),
    }


@login_required
def stop(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """What stopping the order means; POST stops it before its writing has begun, and the money goes back (R-05)."""
    document = owned_document(document_id=document_id, user=request.user)
    if request.method != "POST":
        context = {"document": document, "may_stop": calling_off.may_stop(document)}
        return render(request, "generation/stop.html", context)
    try:
        calling_off.stop(document_id=document_id, by=request.user)
    except WritingBegan:
        messages.error(request, _("Writing has begun, so the order can no longer be stopped."))
    except QuotaReached as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The order is stopped. What you paid goes back to you the way you paid."))
        return redirect("documents:outline", document_id)
    return redirect("generation:progress", document_id)


@login_required
@require_POST
def try_again(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """A failed document goes back to its outline, to be changed and ordered anew."""
    owned_document(document_id=document_id, user=request.user)
    try:
        lifecycle.move(document_id=document_id, to=DocumentState.OUTLINED, cause="owner tries again", by=request.user)
    except IllegalMove:
        return redirect("generation:progress", document_id)
    return redirect("documents:outline", document_id)
