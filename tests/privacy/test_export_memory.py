"""An export takes as much memory for large files and many rows as for none (R-71)."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from documents.enums import UploadPurpose, UploadState
from documents.models import Passage, Upload
from privacy.domain import exports
from privacy.models import DataExport
from tesigo.platform.paths import ROOT
from tests.documents.factories import DocumentFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

MIB = 1024 * 1024
FILES, FILE_BYTES = 5, 64 * MIB
PASSAGES, PASSAGE_LENGTH = 4_000, 15_000
#: What rows, buffers and the allocator's habits take beside; a single file, or all passages, would be more.
MOST_MORE_MIB = 40


def much_of(user: User) -> None:
    """Files of 320 MiB, which take no room on the disk, and 60 MB of text."""
    document = DocumentFactory.create(owner=user)
    for number in range(FILES):
        name = f"uploads/{uuid.uuid4().hex}"
        path = Path(settings.MEDIA_ROOT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(FILE_BYTES)
        Upload.objects.create(
            document=document, purpose=UploadPurpose.SOURCE, name=f"{number}.pdf", format="pdf", size=FILE_BYTES,
            state=UploadState.READY, stored_as=name,
        )  # fmt: skip
    source = SourceFactory.create(document=document)
    text = "x" * PASSAGE_LENGTH
    Passage.objects.bulk_create(
        (Passage(source=source, position=number, text=text) for number in range(PASSAGES)), batch_size=500
    )


def test_memory_stays_flat_however_much_there_is() -> None:
    little, much = UserFactory.create(), UserFactory.create()
    much_of(much)
    ids = [str(exports.ask(user=user, by=user, now=timezone.now()).pk) for user in (little, much)]
    made = subprocess.run(
        [sys.executable, "-m", "tests.privacy.exporting", *ids],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    # What took over a second on a busy machine is told there, too.
    first, second = (float(line) for line in made.stdout.splitlines() if line.replace(".", "").isdigit())
    assert DataExport.objects.get(user=much).size > FILES * FILE_BYTES
    assert second - first < MOST_MORE_MIB, (first, second)
    for row in DataExport.objects.all():
        (Path(settings.MEDIA_ROOT) / row.stored_as).unlink()
