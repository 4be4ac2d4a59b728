"""Text of a section that its owner typed and did not save: kept on the server, offered back on any device (R-90)."""

from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from documents.models import Section, UnsavedText
from generation.editing.typed import MOST_CHARACTERS
from generation.errors import TextTaken, TextTooLong
from tesigo.platform.plain_text import clean_lines


def of_section(section: Section) -> UnsavedText | None:
    """What is kept of a section and is not what was saved; nothing where there is none."""
    found = UnsavedText.objects.filter(section=section).first()
    return found if found and found.text != section.text else None


def keep(*, section: Section, text: str, base_revision: int, known: UUID | None) -> UnsavedText | None:
    """Keeps a text in place of the one with the token ``known``; what is saved already is not kept, and None returned.

    Raises TextTaken where another window or device keeps a text of this section, TextTooLong.
    """
    text = clean_lines(text).strip()
    if len(text) > 2 * MOST_CHARACTERS:
        raise TextTooLong(_("This text is too long to be kept unsaved."))
    kept = UnsavedText.objects.filter(section=section)
    if not text or (text == section.text and base_revision == section.revision):
        if known is not None:
            kept.filter(token=known).delete()
        return None
    made = UnsavedText(section=section, text=text, base_revision=base_revision, token=uuid4(), saved_at=timezone.now())
    values = {"text": text, "base_revision": base_revision, "token": made.token, "saved_at": made.saved_at}
    if known is not None and kept.filter(token=known).update(**values):
        return made
    # Gone meanwhile, or the first one: whoever comes second is told.
    UnsavedText.objects.bulk_create([made], ignore_conflicts=True)
    there = kept.first()
    if there is None:  # thrown away at this moment: there is room again
        return keep(section=section, text=text, base_revision=base_revision, known=None)
    if there.token == made.token:
        return made
    if there.text == text:
        return there
    raise TextTaken(there)


def drop(*, section: Section, known: UUID) -> bool:
    """Throws away what is kept under a token; False where another window wrote over it meanwhile."""
    deleted, _by_model = UnsavedText.objects.filter(section=section, token=known).delete()
    return bool(deleted)
