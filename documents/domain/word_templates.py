"""Word templates that students bring, for the DOCX of their documents (R-04)."""

import hashlib
import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import quotas
from accounts.errors import QuotaReached
from accounts.models import User
from documents.errors import TemplateInUse, TemplateInvalid
from documents.models import Document, OwnTemplate
from documents.uploads.docx import inspect_template
from documents.uploads.packages import BROKEN, NOT_TEXT
from documents.uploads.verdict import Refused
from privacy.domain import audit
from typesetting import own_template
from typesetting.own_template import reading

_MOST_TITLE_CHARACTERS: Final = 200
#: Styles that a student knows by name, by ours; what is not among them is set like the text in every template.
_ROLES: Final = {
    "Title": gettext_lazy("title"),
    "Heading1": gettext_lazy("headings of chapters"),
    "Heading2": gettext_lazy("headings of sections"),
    "BlockText": gettext_lazy("quotations"),
    "TableCaption": gettext_lazy("captions"),
    "Table": gettext_lazy("tables"),
    "ListParagraph": gettext_lazy("lists"),
    "FootnoteText": gettext_lazy("footnotes"),
    "Bibliography": gettext_lazy("bibliography"),
    "TOC1": gettext_lazy("contents"),
}
#: By `typesetting.own_template.REFUSALS`.
_REFUSED: Final = {
    "large": gettext_lazy("The file is too large for a template: at most 4 MB."),
    "no-word": NOT_TEXT,
    "damaged": BROKEN,
    "outside": gettext_lazy(
        "The file shows something that lies elsewhere, such as a linked picture. Put it into the file."
    ),
    "no-styles": gettext_lazy("The file has no styles that can be used. Save it with Word and choose the new file."),
    "many-styles": gettext_lazy("The file has too many styles. Delete those that the template does not need."),
}
_LEFT_OUT: Final = {
    "numbers": gettext_lazy("Headings and lists are numbered as your format says, not by the template."),
    "page": gettext_lazy("The template has no upright page with room for a text: page and margins stay ours."),
    "columns": gettext_lazy("The text stands in one column, not in several."),
    "even-pages": gettext_lazy("Heads and feet are the same on left and right pages."),
    "head-table": gettext_lazy("Tables in the head or foot are set as lines."),
    "head-drawing": gettext_lazy("Shapes, text boxes and further pictures in the head or foot are left out."),
    "head-field": gettext_lazy("Fields in the head or foot other than page numbers are left out."),
    "head-long": gettext_lazy("The head or foot holds more words than have room there, and is left out."),
    "logo": gettext_lazy("The picture in the head or foot is left out: it has to be a PNG or JPEG of up to 400 KB."),
}


def own(*, by: User) -> list[OwnTemplate]:
    """The templates that a person brought, without their content."""
    return list(OwnTemplate.objects.filter(owner=by).defer("content"))


def named(said: str, *, by: User) -> OwnTemplate | None:
    """The template of that id, if it is the person's."""
    try:
        return OwnTemplate.objects.filter(owner=by, pk=UUID(said)).first()
    except ValueError:
        return None


def content_of(document: Document) -> str:
    """What the typesetter gets of the document's template; empty without one."""
    if document.own_template_id is None:
        return ""
    return OwnTemplate.objects.values_list("content", flat=True).get(pk=document.own_template_id)


def said(template: OwnTemplate) -> list[str]:
    """What it does to a document and what it does not, in sentences."""
    found = own_template.OwnTemplate.from_text(template.content)
    head, foot = (" ".join(line.words for line in lines).strip() for lines in (found.head, found.foot))
    missing = [str(words) for name, words in _ROLES.items() if name not in found.names]
    told = [
        _("At the head of each page: “%s”") % head if head else "",
        _("At the foot of each page: “%s”") % foot if foot else "",
        _("It has no styles for these, which are set as in our own files: %s.") % ", ".join(missing) if missing else "",
    ]
    return [words for words in told if words] + [str(_LEFT_OUT[name]) for name in found.left_out]


def add(*, data: bytes, name: str, by: User) -> OwnTemplate:
    """Keeps what is read of a DOCX or DOTX as the person's; the same file twice is one template.

    Takes a moment, in a child process, with no database connection held. Raises TemplateInvalid, QuotaReached.
    """
    digest = hashlib.sha256(data).hexdigest()
    if there := OwnTemplate.objects.filter(owner=by, digest=digest).first():
        return there
    quotas.spend(user=by, what="template", limit=settings.WORD_TEMPLATES_PER_DAY)
    if not connection.in_atomic_block:
        connection.close()
    try:
        _inspect(data)
        content = reading.read(data).to_text()
    except Refused as refusal:
        raise TemplateInvalid(str(refusal)) from None
    except own_template.TemplateRefused as refusal:
        raise TemplateInvalid(str(_REFUSED[refusal.kind])) from None
    title = " ".join(name.rpartition(".")[0].split())[:_MOST_TITLE_CHARACTERS] or _("Template")
    return _keep(by, title, content, digest)


def remove(pk: UUID, *, by: User) -> None:
    """Removes a template that none of the person's documents uses; files made in it stay as they are.

    Drafts that were thrown away do not count: brought back, they have none.

    Raises OwnTemplate.DoesNotExist where it is nobody's or somebody else's, TemplateInUse.
    """
    with transaction.atomic():
        quotas.one_after_another(by)
        template = OwnTemplate.objects.select_for_update().get(pk=pk, owner=by)
        if using := Document.objects.filter(own_template=template, thrown_away_at=None).first():
            raise TemplateInUse(
                _("“%(document)s” uses this template. Choose another one for it first.") % {"document": using}
            )
        audit.record(action="template.removed", subject=template, by=by)
        template.delete()


def _inspect(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="tesigo-template-") as folder:
        path = Path(folder) / "template"
        path.write_bytes(data)
        inspect_template(path, size=len(data))


def _keep(by: User, title: str, content: str, digest: str) -> OwnTemplate:
    with transaction.atomic():
        quotas.one_after_another(by)
        if OwnTemplate.objects.filter(owner=by).count() >= settings.WORD_TEMPLATES_PER_PERSON:
            raise QuotaReached(
                _("You have %(limit)d templates of your own, the most one may keep.")
                % {"limit": settings.WORD_TEMPLATES_PER_PERSON}
            )
        kept, is_new = OwnTemplate.objects.get_or_create(
            owner=by, digest=digest, defaults={"title": title, "content": content}
        )
        if is_new:
            audit.record(action="template.added", subject=kept, by=by)
    return kept
