"""Whether and how the text of a file that could not be read is recognised (R-82)."""

from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.models import Upload
from reading.failures import ExtractionFailed
from reading.protocol import Recognition
from reading.recognition import program_of

#: Stands beside the file while it is done.
BEING_RECOGNISED: Final[Promise] = _("This file is scanned: its text is being recognised, which takes a while.")
_NO_LETTERS: Final = "no_letters"
_OF_SCANS: Final = frozenset({"no_text", _NO_LETTERS})


def recognition_of(upload: Upload, failure: ExtractionFailed) -> Recognition | None:
    """How to recognise the file's text after this failure; None where that would not help or cannot be done here."""
    program = program_of(settings.OCR_PROGRAM)
    if failure.code not in _OF_SCANS or not program:
        return None
    return Recognition(program, upload.document.language, is_forced=failure.code == _NO_LETTERS)
