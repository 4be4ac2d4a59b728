"""The page on which a document's owner lets staff look at what changed in it, and sees when they looked (R-118)."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain.queries import finished_document
from generation.editing import disclosing
from generation.editing.forms import DisclosureForm
from generation.errors import AlreadyDisclosed
from generation.models import Disclosure
from tesigo.platform import come_back


@login_required
@require_http_methods(["GET", "POST"])
def show_changes(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """What staff would see, and for how long; POST lets them."""
    document = finished_document(document_id=document_id, user=request.user)
    now = timezone.now()
    form = DisclosureForm(request.POST or None)
    wait = None
    if request.method == "POST" and form.is_valid():
        try:
            disclosing.give(document=document, words=form.cleaned_data["words"], by=request.user, now=now)
        except AlreadyDisclosed:
            messages.info(request, _("Our staff may look already."))
        except QuotaReached as error:
            form.add_error(None, str(error))
            wait = error.retry_after
        else:
            messages.success(request, _("Our staff may look now. You can take that back at any time."))
        if wait is None:
            return redirect("generation:show-changes", document_id)
    given = disclosing.of_document(document, now=now)
    context = {
        "document": document,
        "open": next((one for one in given if one.is_open), None),
        "over": [one for one in given if not one.is_open],
        "form": form,
        "days": settings.DISCLOSURE_DAYS,
    }
    status = 429 if wait else 422 if form.errors else 200
    return come_back.tell(render(request, "generation/show_changes.html", context, status=status), wait)


@login_required
@require_POST
def take_back(request: SignedInRequest, document_id: UUID, disclosure_id: UUID) -> HttpResponse:
    """Ends it at once."""
    document = finished_document(document_id=document_id, user=request.user)
    try:
        disclosing.take_back(document=document, disclosure_id=disclosure_id, by=request.user, now=timezone.now())
    except Disclosure.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Taken back. Our staff see no more of its text than before."))
    return redirect("generation:show-changes", document_id)
