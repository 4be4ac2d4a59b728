"""What is printed beside a document's text changes, before and after it is paid for: it costs no order (R-04)."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.domain import quotas
from documents.domain import briefs, page_formats, restyling, title_pages
from documents.enums import DocumentState
from documents.models import Document, OwnTemplate, TitlePage
from privacy.domain import audit
from typesetting.page_format import PageFormat

if TYPE_CHECKING:
    from accounts.models import User


def change_title_page(
    *, document_id: UUID, by: "User", expects: Callable[[Document], None] | None = None, **said: Any
) -> bool:
    """Takes what is said of `title_pages.FIELDS`, once it has no `title_pages.flaws`. False where nothing is new.

    The files of a finished document are made anew in the background, as for another citation style: raises
    QuotaReached. ``expects`` looks at the locked document first and raises where it is not as the caller knew it.
    """
    now = timezone.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        present = title_pages.values(document)
        if present | said == present:
            return False
        on_page: dict[str, Any] = {name: said[name] for name in title_pages.OF_PAGE if name in said}
        TitlePage.objects.update_or_create(document=document, defaults={**on_page, "changed_at": now})
        on_document = {name: said[name] for name in title_pages.OF_DOCUMENT if name in said}
        Document.objects.filter(pk=document_id).update(**on_document, updated_at=now)
        briefs.index(document_id=document_id)
        audit.record(action="document.title_page_changed", subject=document, by=by)
        _print_anew(document, by=by)
    return True


def change_format(
    *, document_id: UUID, page_format: PageFormat, by: "User", expects: Callable[[Document], None] | None = None
) -> bool:
    """Takes a format that has no `page_formats.flaw`, at any time; the rest as for `change_title_page`.

    The price stays: standard pages are paid for (R-11).
    """
    now = timezone.now()
    kept = page_formats.as_kept(page_format)
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        if document.page_format == kept:
            return False
        Document.objects.filter(pk=document_id).update(page_format=kept, updated_at=now)
        TitlePage.objects.update_or_create(document=document, defaults={"changed_at": now})
        audit.record(action="document.format_changed", subject=document, by=by)
        _print_anew(document, by=by)
    return True


def change_template(
    *,
    document_id: UUID,
    template: OwnTemplate | None,
    by: "User",
    expects: Callable[[Document], None] | None = None,
) -> bool:
    """Takes a Word template of the person's own, or none, at any time; the rest as for `change_title_page`."""
    now = timezone.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        if document.own_template_id == (template.pk if template else None):
            return False
        Document.objects.filter(pk=document_id).update(own_template=template, updated_at=now)
        TitlePage.objects.update_or_create(document=document, defaults={"changed_at": now})
        audit.record(action="document.template_changed", subject=document, by=by)
        _print_anew(document, by=by)
    return True


def settle(*, document_id: UUID, since: datetime) -> None:
    """Has the files of a document made anew, once it is ready, if its title page or format changed ``since``."""
    if TitlePage.objects.filter(document_id=document_id, changed_at__gte=since).exists():
        restyling.print_anew(document_id=document_id)


def _print_anew(document: Document, *, by: "User") -> None:
    if document.state == DocumentState.READY:
        quotas.spend(user=by, what="restyle", limit=settings.RESTYLES_PER_DAY)
        restyling.print_anew(document_id=document.pk)
