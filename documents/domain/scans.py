"""Whether, when and how the text of a file that could not be read is recognised (R-82).

That takes a worker up to half an hour. So only ``OCR_AT_ONCE`` files are recognised at one time, and others wait for
their turn without a worker: files that can be read, mails and exports never wait behind scans.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.enums import Recognising, UploadState
from documents.models import Upload
from reading.failures import ExtractionFailed
from reading.protocol import Recognition
from reading.recognition import program_of
from tesigo.platform import duty

#: Stands beside the file while it is done.
BEING_RECOGNISED: Final[Promise] = _("This file is scanned: its text is being recognised, which takes a while.")
#: After which a file that waits asks again.
_WAIT: Final = timedelta(seconds=30)
_LOCK: Final = 7_406_027
_NO_LETTERS: Final = "no_letters"
_OF_SCANS: Final = frozenset({"no_text", _NO_LETTERS})


def recognition_of(upload: Upload, failure: ExtractionFailed) -> Recognition | None:
    """How to recognise the file's text after this failure; None where that would not help or cannot be done here."""
    program = program_of(settings.OCR_PROGRAM)
    if failure.code not in _OF_SCANS or not program:
        return None
    return Recognition(program, upload.document.language, is_forced=failure.code == _NO_LETTERS)


def take_turn(upload: Upload) -> None:
    """Lets the file be recognised now. Raises duty.PutOff while as many others are as may be at one time.

    One whose worker died keeps no turn: its lease is over within a minute.
    """
    now = timezone.now()
    rows = Upload.objects.filter(state=UploadState.EXTRACTING)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        going = rows.filter(recognition=Recognising.GOING, due_at__gt=now).exclude(pk=upload.pk).count()
        has_turn = going < settings.OCR_AT_ONCE
        upload.recognition = Recognising.GOING if has_turn else Recognising.WAITING
        mine = rows.filter(pk=upload.pk, token=upload.token)
        if not mine.update(recognition=upload.recognition, verdict=str(BEING_RECOGNISED)):
            raise duty.LostDuty(str(upload.pk))
    if not has_turn:
        raise duty.PutOff("Other scans are being recognised.", wait=_WAIT)


def give_turn_back(upload: Upload) -> None:
    """However it ended; one that has to be read again waits for another turn."""
    Upload.objects.filter(pk=upload.pk, token=upload.token).update(recognition=Recognising.WAITING)
