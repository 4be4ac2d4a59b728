"""Why a file could not be read, in words for its owner (R-84)."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: By `reading.failures.CODES`.
WORDS: Final[dict[str, Promise]] = {
    "encrypted": _(
        "This file is locked with a password and cannot be read. Remove the password, then choose the file again."
    ),
    "broken": _("This file is damaged and could not be repaired. Open it, save it again, and choose the new file."),
    "too_big": _("This file holds more than can be read at once. Split it, and hand in the parts you need."),
    "timeout": _("Reading this file took too long, so it was stopped. Save it again in a simpler form, or split it."),
    "crashed": _("This file made the reader stop. Open it, save it again as PDF, and choose the new file."),
    "forbidden": _(
        "This file holds definitions that harmful files use. Save its text as a new file and choose that one."
    ),
    "no_text": _(
        "There is no text in this file: it looks scanned. Run it through text recognition (OCR), "
        "then choose the new file."
    ),
    "no_letters": _(
        "This file shows its letters but does not say which they are, so its text cannot be read. Choose another copy, "
        "or run it through text recognition (OCR), then choose the new file."
    ),
    "not_recognised": _(
        "This file is scanned, and its text could not be recognised. Choose a clearer copy, or one that holds the text."
    ),
    "too_little": _("There is too little text in this file to work with. Choose a file that holds the whole text."),
    "no_entries": _("No entry of this bibliography could be read. Export it again from your reference manager."),
}
