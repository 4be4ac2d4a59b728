"""Links by which a supervisor reads a document, as its owner makes and revokes them (R-94)."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.comment_forms import LinkForm
from documents.domain.comments import links
from documents.domain.queries import finished_document
from documents.errors import TooManyLinks
from documents.models import ReviewLink
from tesigo.platform import come_back


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def links_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The links that are open; POST makes one, and the page after it is the only one that ever shows it."""
    document = finished_document(document_id=document_id, user=request.user)
    now = timezone.now()
    form = LinkForm(request.POST or None)
    wait = None
    if request.method == "POST" and form.is_valid():
        try:
            row, token = links.make(document=document, by=request.user, now=now, **form.cleaned_data)
        except TooManyLinks as refusal:
            form.add_error(None, str(refusal))
        except QuotaReached as error:
            form.add_error(None, str(error))
            wait = error.retry_after
        else:
            url = settings.SITE_URL + reverse("documents:shared", args=[token])
            return render(request, "documents/link_made.html", {"document": document, "row": row, "url": url})
    context = {"document": document, "links": links.open_of(document, now=now), "form": form}
    status = 429 if wait else 422 if form.errors else 200
    return come_back.tell(render(request, "documents/links.html", context, status=status), wait)


@login_required
@require_POST
def revoke(request: SignedInRequest, document_id: UUID, link_id: UUID) -> HttpResponse:
    """Takes a link back; from then on it opens nothing."""
    document = finished_document(document_id=document_id, user=request.user)
    try:
        links.revoke(document=document, link_id=link_id, by=request.user, now=timezone.now())
    except ReviewLink.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The link is revoked. What was said with it stays."))
    return redirect("documents:links", document_id)
