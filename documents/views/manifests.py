"""Manifests of files, beside the files, and the keys that they are signed with (R-18)."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_safe

from accounts.domain.signed_in import SignedInRequest
from documents import downloads
from documents.domain import manifest_keys
from documents.domain.queries import owned_document


@login_required
@require_GET
def manifest(request: SignedInRequest, document_id: UUID, export_id: UUID) -> HttpResponse:
    """What a file says of its citations; 404 for a file without one. Not while the payment is disputed."""
    document = owned_document(document_id=document_id, user=request.user)
    if document.frozen_at:
        return redirect("documents:take_away", document_id)
    return downloads.manifest(export_id=export_id, document=document, by=request.user)


@require_safe
@cache_control(public=True, max_age=3600)
def keys(request: HttpRequest) -> JsonResponse:
    """The public keys of this site's manifests, the present one first; for everybody."""
    return JsonResponse({"keys": manifest_keys.published()})
