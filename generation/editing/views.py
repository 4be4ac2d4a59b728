"""Pages of the writing room: a section's text, its versions, and two of them side by side (R-90, R-91)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.domain.queries import sections_in_order
from documents.errors import NotEditable, StaleRevision
from documents.models import Document, Section, Source
from generation.editing import comparing, prose, saving, typed, unsaved, versions
from generation.editing.forms import ComparedForm, SectionForm, UnsavedForm, VersionForm
from generation.editing.notes import looking
from generation.errors import TextInvalid
from tesigo.platform import rate_limits


@login_required
def edit(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """A section's text to be changed, one field without JavaScript; saved as a version."""
    document, section = _section(request, document_id, section_id)
    if request.method != "POST":
        return _opened(request, document, section)
    form = SectionForm(request.POST)
    if not form.is_valid():
        return _page(request, document, section, form, status=422)
    said = form.cleaned_data
    try:
        revision = saving.save(
            section=section,
            document=document,
            text=said["text"],
            expected_revision=said["revision"],
            by=request.user,
            unsaved=said["unsaved"],
        )
    except TextInvalid as refusal:
        form.add_error("text", str(refusal))
        return _page(request, document, section, form, status=422)
    except StaleRevision:
        return _both(request, document, section, said)
    except NotEditable:
        raise Http404 from None
    if revision == section.revision:
        messages.info(request, _("Nothing was changed, so nothing was saved."))
    else:
        messages.success(request, _("Saved. The text with its citations is being set anew; reload in a few seconds."))
    # The browser that kept the text until now lets go of it there.
    return redirect(f"{reverse('documents:read', args=[document.pk])}?saved={section.pk}#s-{section.pk}")


def _opened(request: SignedInRequest, document: Document, section: Section) -> HttpResponse:
    """The text as it was saved, or on wish what was typed on whichever device and not saved."""
    kept = unsaved.of_section(section)
    if kept is None or "unsaved" not in request.GET:
        form = SectionForm(initial={"text": section.text, "revision": section.revision})
        return _page(request, document, section, form, kept=kept)
    form = SectionForm(initial={"text": kept.text, "revision": kept.base_revision, "unsaved": kept.token})
    return _page(request, document, section, form, is_unsaved=True)


@login_required
@require_POST
def drop_unsaved(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """Throws away what was typed and not saved."""
    _document, section = _section(request, document_id, section_id)
    form = UnsavedForm(request.POST)
    if form.is_valid() and unsaved.drop(section=section, known=form.cleaned_data["unsaved"]):
        messages.success(request, _("The unsaved text is thrown away."))
    else:
        messages.error(request, _("Another window changed this section just now. Look at it again."))
    return redirect("generation:edit", document_id, section_id)


@login_required
def history(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """All versions of a section, and two of them compared word by word."""
    document, section = _section(request, document_id, section_id)
    form = ComparedForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    found = list(versions.of_section(section))
    numbers = [one.revision for one in found]
    new = said.get("new") or section.revision
    old = said.get("old") or next((number for number in numbers if number < new), new)
    context = {
        "document": document,
        "section": section,
        "versions": found,
        "old": old,
        "new": new,
        "paragraphs": comparing.compare(versions.text_of(section, old), versions.text_of(section, new)),
    }
    return render(request, "generation/versions.html", context)


@login_required
@require_POST
def restore(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """Brings an earlier version back as the newest one."""
    document, section = _section(request, document_id, section_id)
    form = VersionForm(request.POST)
    if form.is_valid():
        try:
            versions.restore(
                section=section, document=document, revision=form.cleaned_data["revision"],
                expected_revision=section.revision, by=request.user,
            )  # fmt: skip
        except TextInvalid as refusal:
            messages.error(request, _("This version cannot be brought back: %(why)s") % {"why": refusal})
        except (StaleRevision, NotEditable):
            messages.error(request, _("Another window changed this section just now. Look at its versions again."))
        else:
            messages.success(request, _("The version is back. What was there before is kept as a version, too."))
    return redirect("generation:versions", document_id, section_id)


@login_required
@require_POST
def name(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """Names a version, which keeps it for good."""
    _document, section = _section(request, document_id, section_id)
    form = VersionForm(request.POST)
    if form.is_valid():
        versions.rename(section=section, by=request.user, **form.cleaned_data)
        messages.success(request, _("Kept for good.") if form.cleaned_data["name"] else _("The name is taken away."))
    else:
        messages.error(request, _("A name has room for %(most)d letters.") % {"most": versions.NAME_LENGTH})
    return redirect("generation:versions", document_id, section_id)


def _section(request: SignedInRequest, document_id: UUID, section_id: UUID) -> tuple[Document, Section]:
    return versions.written_section(document_id=document_id, section_id=section_id, user=request.user)


def _both(request: SignedInRequest, document: Document, section: Section, said: dict[str, Any]) -> HttpResponse:
    """Another window saved first: both changes in one text where that can be, else both to be seen. Nothing is lost."""
    _document, section = _section(request, document.pk, section.pk)
    base = section.revisions.filter(revision=said["revision"]).values_list("text", flat=True).first()
    joined = None if base is None else comparing.merged(base=base, mine=said["text"], theirs=section.text)
    text = said["text"] if joined is None else joined
    # What is kept unsaved is still this text's: saving it lets go of it.
    form = SectionForm(initial={"text": text, "revision": section.revision, "unsaved": said["unsaved"]})
    compared = comparing.compare(section.text, text)
    return _page(request, document, section, form, status=409, compared=compared, is_joined=joined is not None)


def _page(
    request: SignedInRequest,
    document: Document,
    section: Section,
    form: SectionForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    numbers = {one.pk: one.number for one in sections_in_order(document)}
    # The browser spells by it.
    form.fields["text"].widget.attrs["lang"] = document.language
    sources = list(Source.objects.citable().filter(document=document).exclude(passages=None).order_by("title"))
    context = {
        "document": document,
        "section": section,
        "number": numbers[section.pk],
        "form": form,
        "is_unsaved": status != 200,
        "sources": sources,
        "named_sources": [{"key": one.key, "name": prose.name_of(one)} for one in sources],
        **({} if "looked" in more else _checks(request, document, section, form)),
        **more,
    }
    return render(request, "generation/edit.html", context, status=status)


def section_page(
    request: SignedInRequest, document: Document, section: Section, form: SectionForm, **more: Any
) -> HttpResponse:
    """The page of a section with a text as it was typed, for what else is done with it than saving."""
    return _page(request, document, section, form, **more)


def _checks(request: SignedInRequest, document: Document, section: Section, form: SectionForm) -> dict[str, object]:
    refusal = "" if asked_for_checks(request).allowed else too_often()
    return checks_of(document, section, form["text"].value() or "", refusal=refusal)


def asked_for_checks(request: SignedInRequest) -> rate_limits.LimitVerdict:
    """Counts one look over a text, or a note put away, and says whether it is one too many."""
    return rate_limits.check("checks", str(request.user.pk), limit=settings.CHECKS_PER_MINUTE, seconds=60)


def too_often() -> str:
    """What is said where it is."""
    return _("That was often in a short time. Wait a minute, then have it looked over again.")


def checks_of(document: Document, section: Section, text: str, *, refusal: str = "") -> dict[str, object]:
    """What the notes beside a text are shown with: those on it, or why there are none (R-10 to R-17)."""
    if not refusal and len(text) > typed.MOST_CHARACTERS:
        refusal = _("A section has room for %(most)d characters; this text has %(length)d.") % {
            "most": typed.MOST_CHARACTERS, "length": len(text),
        }  # fmt: skip
    is_saved = text == section.text
    looked = None if refusal else looking.of_section(document, section, None if is_saved else text)
    return {"looked": looked, "refusal": refusal}
