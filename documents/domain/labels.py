"""What its owner calls a document, and the words by which they find it. Nothing of it is printed."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import quotas
from documents.domain import briefs
from documents.errors import LabelRefused
from documents.models import Document, DocumentTag
from documents.models.labels import MOST_TAG_CHARACTERS
from privacy.domain import audit
from tesigo.platform.plain_text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

MOST_TAGS: Final = 20
#: Of one person, on all of their documents.
MOST_WORDS: Final = 50
_BETWEEN: Final = re.compile(r"[,;\n]")


def words_in(text: str) -> list[str]:
    """The tags of a line as it is typed, with commas between them: each once, whatever its capitals."""
    return _once(clean_line(word) for word in _BETWEEN.split(text))


def change(*, document_id: UUID, by: "User", name: str | None = None, tags: Sequence[str] | None = None) -> None:
    """Takes another name, other tags, or both; None leaves what is there, an empty name is the title again.

    A tag that its owner has in other capitals is written as that one. Raises LabelRefused.
    """
    with transaction.atomic():
        # What one person has of them is counted one after the other.
        quotas.one_after_another(by)
        if tags is not None:
            _tag(document_id, by, _once(tags))
        if name is not None:
            Document.objects.filter(pk=document_id).update(called=name)
            briefs.index(document_id=document_id)
        audit.record(action="document.labelled", subject=Document(pk=document_id), by=by)


def _tag(document_id: UUID, by: "User", tags: Sequence[str]) -> None:
    if len(tags) > MOST_TAGS:
        raise LabelRefused(_("A document may have at most %d tags.") % MOST_TAGS)
    if any(len(tag) > MOST_TAG_CHARACTERS for tag in tags):
        raise LabelRefused(_("A tag may have at most %d characters. Put commas between them.") % MOST_TAG_CHARACTERS)
    # A draft that was thrown away is on no list from which a tag could be taken.
    elsewhere = DocumentTag.objects.filter(document__owner=by, document__thrown_away_at=None)
    elsewhere = elsewhere.exclude(document=document_id)
    known = {word.casefold(): word for word in elsewhere.values_list("word", flat=True)}
    words = [known.get(tag.casefold(), tag) for tag in tags]
    if len(known.keys() | {word.casefold() for word in words}) > MOST_WORDS:
        words_said = _("You may have at most %d tags in all. Take one away elsewhere first.")
        raise LabelRefused(words_said % MOST_WORDS)
    DocumentTag.objects.filter(document=document_id).delete()
    # The database folds some letters otherwise than Python ("İ"): of those that are one to it, the first stays.
    DocumentTag.objects.bulk_create(
        (DocumentTag(document_id=document_id, word=word) for word in words), ignore_conflicts=True
    )


def _once(words: Iterable[str]) -> list[str]:
    return list({word.casefold(): word for word in words if word}.values())
