"""Comments on a finished text, as its owner reads and answers them (R-94)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.comment_forms import AnswerForm, CommentFileForm
from documents.domain.comments import placing, saying, word_files
from documents.domain.comments.word_files import Taken
from documents.domain.queries import finished_document, sections_in_order
from documents.errors import CommentRefused, CommentsUnreadable
from documents.models import Comment, Document
from tesigo.platform import come_back


@login_required
def comments_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Every comment by section, with its answers."""
    document = finished_document(document_id=document_id, user=request.user)
    return _shown(request, document)


@login_required
@require_POST
def change(request: SignedInRequest, document_id: UUID, comment_id: UUID) -> HttpResponse:
    """Answers a comment, accepts it, takes it up again or deletes it, by the button that was pressed."""
    document = finished_document(document_id=document_id, user=request.user)
    try:
        comment = saying.one_of(document, comment_id)
    except Comment.DoesNotExist as error:
        raise Http404 from error
    if "delete" in request.POST:
        saying.delete(comment=comment, by=request.user)
        messages.success(request, _("The comment is deleted."))
        return _back(request, document)
    if "done" in request.POST or "again" in request.POST:
        saying.mark(comment=comment, is_done="done" in request.POST, now=timezone.now())
        return _back(request, document, comment)
    form = AnswerForm(request.POST, auto_id=f"answer-{comment.pk}-%s")
    wait = None
    if form.is_valid():
        try:
            saying.answer(comment=comment, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
        except CommentRefused as refusal:
            form.add_error("text", str(refusal))
        except QuotaReached as error:
            form.add_error("text", str(error))
            wait = error.retry_after
        else:
            return _back(request, document, comment)
    response = _shown(request, document, answering=comment, answer=form, status=429 if wait else 422)
    return come_back.tell(response, wait)


@login_required
@require_POST
def read_file(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Takes the comments of a DOCX that came back."""
    document = finished_document(document_id=document_id, user=request.user)
    form = CommentFileForm(request.POST, request.FILES)
    wait = None
    if form.is_valid():
        data = form.cleaned_data["file"].read()
        try:
            taken = word_files.read(document=document, data=data, by=request.user, now=timezone.now())
        except CommentsUnreadable as refusal:
            form.add_error("file", str(refusal))
        except QuotaReached as error:
            form.add_error("file", str(error))
            wait = error.retry_after
        else:
            messages.success(request, _said_of(taken))
            return redirect("documents:comments", document_id)
    response = _shown(request, document, file_form=form, status=429 if wait else 422)
    return come_back.tell(response, wait)


def _said_of(taken: Taken) -> str:
    if not taken.new and not taken.answers and not taken.left_out:
        return _("There is nothing new in this file: all of its comments are here already.")
    told = [ngettext("%(n)d new comment.", "%(n)d new comments.", taken.new) % {"n": taken.new}]
    if taken.answers:
        told.append(ngettext("%(n)d new answer.", "%(n)d new answers.", taken.answers) % {"n": taken.answers})
    if lost := taken.new - taken.placed:
        told.append(
            ngettext(
                "Of %(n)d the sentence was not found in the text: it stands in the list with the words it was about.",
                "Of %(n)d the sentence was not found in the text: they stand in the list with the words they were "
                "about.",
                lost,
            )
            % {"n": lost}
        )
    if taken.left_out:
        told.append(
            ngettext(
                "For %(n)d comment or answer of this file there was no room.",
                "For %(n)d comments and answers of this file there was no room.",
                taken.left_out,
            )
            % {"n": taken.left_out}
        )
    return " ".join(told)


def _shown(
    request: SignedInRequest,
    document: Document,
    *,
    status: int = 200,
    answering: Comment | None = None,
    answer: AnswerForm | None = None,
    file_form: CommentFileForm | None = None,
) -> HttpResponse:
    said = placing.by_section(saying.of_document(document))
    sections = sections_in_order(document)
    changed = placing.changed_of(sections, said)
    groups = [
        (section, [(one, section is None or one.pk in changed, answer if one == answering else None) for one in found])
        for section in (None, *sections)
        if (found := said.get(section.pk if section else None))
    ]
    context = {
        "document": document,
        "groups": groups,
        "counted": saying.counted(document),
        "file_form": file_form or CommentFileForm(),
    }
    return render(request, "documents/comments.html", context, status=status)


def _back(request: SignedInRequest, document: Document, comment: Comment | None = None) -> HttpResponse:
    """To the page that the button was on."""
    page = "read" if request.POST.get("on") == "read" else "comments"
    anchor = f"#comment-{comment.pk}" if comment else ""
    return redirect(reverse(f"documents:{page}", args=[document.pk]) + anchor)
