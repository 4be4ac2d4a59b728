"""Admin pages of documents that their owners show for a complaint: the list, what changed, and the same as a Word file.

Each look is written down, and shown to the owner. Without an open leave nothing of a text is shown (R-118).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from generation.editing import changed, changed_file, disclosing
from generation.editing.changed import ChangedDocument
from generation.errors import ComparingTooLong, NotDisclosed
from generation.models import Disclosure
from tesigo.platform import come_back, rate_limits
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Of one member of staff: each takes seconds of a processor.
LOOKS_PER_MINUTE: Final = 20


@never_cache
@require_safe
def what_changed(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """The versions of each section, and its text as it was delivered beside that of now, word by word."""

    def page(row: Disclosure, found: ChangedDocument, now: datetime) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "title": _("What changed"),
            "row": row,
            "changed": found,
            "compared": changed_file.compared_in_words(found),
            "counts": changed_file.counts_in_words(found.counts),
            "parts": [
                (one, changed_file.section_in_words(one) if one in found.sections else []) for one in found.parts
            ],
        }  # fmt: skip
        return render(request, "generation/admin/what_changed.html", context)

    return _looked(request, disclosure_id, disclosing.PAGE, page)


@never_cache
@require_safe
def what_changed_file(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """The same as a Word file with changes to accept or reject; it is not kept."""

    def file(row: Disclosure, found: ChangedDocument, now: datetime) -> HttpResponse:
        response = HttpResponse(changed_file.docx(found, now=now), content_type=_DOCX)
        name = f"{_('What changed')} {str(found.document)[:80]}.docx"
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        return response

    return _looked(request, disclosure_id, disclosing.FILE, file)


def _looked(
    request: HttpRequest,
    disclosure_id: UUID,
    what: str,
    answer: Callable[[Disclosure, ChangedDocument, datetime], HttpResponse],
) -> HttpResponse:
    if not request.user.has_perm("generation.view_disclosure"):
        raise PermissionDenied
    by = cast(User, request.user)
    asked = rate_limits.check("what-changed", str(by.pk), limit=LOOKS_PER_MINUTE, seconds=60)
    if not asked.allowed:
        return come_back.later(request, wait=asked.retry_after)
    now = timezone.now()
    try:
        row = disclosing.look(disclosure_id=disclosure_id, what=what, by=by, now=now)
        response = answer(row, changed.of_document(row.document), now)
    except NotDisclosed:
        return _closed(request)
    except ComparingTooLong:
        return _refused(
            request,
            _("It took too long"),
            _(
                "The versions of this document are too long, or too different, to be compared at once. "
                "Try it again later."
            ),
            status=422,
        )
    # It may have been taken back while the versions were compared.
    return response if disclosing.still_open(row, now=timezone.now()) else _closed(request)


def _closed(request: HttpRequest) -> HttpResponse:
    words = _("Its owner does not show this document, or does not any more. Nothing of it can be seen.")
    return _refused(request, _("Not shown"), words, status=404)


def _refused(request: HttpRequest, title: str, words: str, *, status: int) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "words": words}
    return render(request, "generation/admin/not_shown.html", context, status=status)


@admin.register(Disclosure)
class DisclosureAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Documents whose owners let staff look, as long as they do."""

    person_path = "document__owner"
    list_display = ("document", "person", "words", "given_at", "ends_at", "is_looked_at", "shown")
    list_select_related = ("document",)
    search_fields = ("id", "document__id")
    fields = ("document", "person", "words", "given_at", "ends_at", "shown")
    readonly_fields = ("person", "shown")

    def get_urls(self) -> list[URLPattern]:
        """With what changed, as a page and as a file."""
        view = self.admin_site.admin_view
        one = "<uuid:disclosure_id>/changes"
        return [
            path(f"{one}/", view(what_changed), name="generation_disclosure_changes"),
            path(f"{one}/file/", view(what_changed_file), name="generation_disclosure_changes_file"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disclosure]:
        """Those that are open: the others show nothing."""
        return disclosing.marked(disclosing.open_now(timezone.now()))

    @admin.display(description=gettext_lazy("looked at"), boolean=True, ordering="is_seen")
    def is_looked_at(self, row: Disclosure) -> bool:
        return row.is_seen  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=gettext_lazy("What changed"))
    def shown(self, row: Disclosure) -> SafeString:
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("admin:generation_disclosure_changes", args=[row.pk]), _("Look at it"),
            reverse("admin:generation_disclosure_changes_file", args=[row.pk]), _("Word file"),
        )  # fmt: skip
