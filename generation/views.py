"""Pages of a document being written: progress, the fragment that is refreshed, starting over after a failure."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.domain import lifecycle
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.errors import IllegalMove
from generation.engine import admission
from generation.progress import snapshots


@login_required
def progress_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Stages, sections, time left. Rendered whole on the server, so that a reload shows the same."""
    document = owned_document(document_id=document_id, user=request.user)
    if document.is_editable:
        if not admission.start_paid(document_id=document_id):
            return redirect("documents:outline", document_id)
        document.refresh_from_db()
    context = {"document": document, "progress": snapshots.snapshot(document_id, document=document)}
    return render(request, "generation/progress.html", context)


@login_required
def progress_fragment(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The part of the page that changes."""
    document = owned_document(document_id=document_id, user=request.user)
    context = {"document": document, "progress": snapshots.snapshot(document_id, document=document)}
    return render(request, "generation/_progress.html", context)


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
