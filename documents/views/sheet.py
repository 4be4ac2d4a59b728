"""What the assignment sheet asks, line by line, with where each is met; its owner corrects it (R-17)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.domain.queries import owned_document
from documents.domain.sheet import lines, meeting
from documents.errors import SheetFull
from documents.forms import SheetLineForm


@login_required
def sheet(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The list; POST adds a line."""
    document = owned_document(document_id=document_id, user=request.user)
    form = SheetLineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = lines.add(document_id=document_id, asks=form.cleaned_data["asks"], by=request.user)
        except SheetFull:
            messages.error(request, _("The list is full. Take a line off it first."))
            return redirect("documents:sheet", document_id)
        return redirect(f"{request.path}#line-{added[0].pk}")
    context = {"document": document, "sheet": meeting.report(document), "form": form}
    return render(request, "documents/sheet.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change(request: SignedInRequest, document_id: UUID, line_id: int) -> HttpResponse:
    """Takes the owner's words for a line, or takes it off the list."""
    line = lines.one(owned_document(document_id=document_id, user=request.user), line_id)
    if "remove" in request.POST:
        lines.remove(line=line, by=request.user)
        messages.success(request, _("The line is off the list."))
        return redirect("documents:sheet", document_id)
    form = SheetLineForm(request.POST)
    if form.is_valid():
        lines.change(line=line, asks=form.cleaned_data["asks"], by=request.user)
    else:
        messages.error(request, _("Say in at most 300 characters what is asked. The line is as it was."))
    address = redirect("documents:sheet", document_id)
    address["Location"] += f"#line-{line_id}"
    return address
