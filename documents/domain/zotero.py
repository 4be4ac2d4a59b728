"""A Zotero library as sources of a document (R-97)."""

import json
from typing import Final

from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import quotas
from accounts.models import User
from documents.domain import uploads
from documents.errors import NotEditable, UploadRefused
from documents.models import Document
from documents.sources.zotero import MAX_ITEMS, ZoteroRefused, library

_WHY: Final[dict[str, Promise]] = {
    "key": gettext_lazy(
        "Zotero does not know this key. Make one at zotero.org, Settings, Security, and copy all 24 letters and digits."
    ),
    "access": gettext_lazy("This key opens no library of yours. Make one at zotero.org that may read your library."),
    "silent": gettext_lazy("Zotero did not answer in time. Try again in a moment, or export the library as a file."),
}


def add(*, document: Document, key: str, by: User) -> str:
    """Takes the library in as a reference list, read in the background like one; returns what is said of it.

    Raises:
        NotEditable: when the document has been paid for.
        UploadRefused: when the library cannot be read; the message says why, in plain words.
        QuotaReached: when the day is used up (R-104).
    """
    if not document.is_editable:
        raise NotEditable(document.state)
    quotas.spend(user=by, what="lookup", limit=settings.LOOKUPS_PER_DAY)
    uploads.give_connection_back()
    try:
        items, is_all = async_to_sync(library)(key=key.strip(), url=settings.ZOTERO_URL)
    except ZoteroRefused as refused:
        raise UploadRefused(str(_WHY[str(refused)])) from refused
    if not items:
        raise UploadRefused(_("This library is empty: there is nothing in it to cite."))
    listed = json.dumps(items, ensure_ascii=False).encode()
    uploads.receive_source(document=document, name="Zotero.json", chunks=[listed], by=by)
    if is_all:
        return _("Your Zotero library is being read: %(count)d entries.") % {"count": len(items)}
    return _("Your Zotero library is being read, its first %(count)d entries: that is the most that is taken.") % {
        "count": MAX_ITEMS
    }
