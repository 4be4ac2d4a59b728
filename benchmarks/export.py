"""Exporting all data of a person with 200 documents and 5 GB of files: peak memory and time, ÷ one with nothing.

Each is made by a process of its own, as a worker makes it: read, written, read again to its end, stored. The files take
no room before (they are sparse); the archive does, twice while it is stored. DOCUMENTS= (200), GB= (5).
"""

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import tables
from benchmarks.site import site

if TYPE_CHECKING:
    from accounts.models import User

_FILES_EACH: Final = 5
_DEADLINE: Final = 1_800.0
_MIB: Final = 1024 * 1024


def main() -> None:
    """The person with nothing first."""
    documents, gigabytes = int(os.environ.get("DOCUMENTS", "200")), float(os.environ.get("GB", "5"))
    with site() as here:
        from tests.documents.factories import UserFactory

        media = here.folder / "media"
        nobody, somebody = UserFactory.create(), UserFactory.create()
        _give(somebody, media, documents=documents, each=int(gigabytes * 1e9 / documents / _FILES_EACH))
        rows = [_made("nothing", nobody), _made(f"{documents} documents, {gigabytes:g} GB of files", somebody)]
    tables.show("Exporting all of a person's data", ("", "archive", "peak memory", "time"), rows)


def _give(user: "User", media: Path, *, documents: int, each: int) -> None:
    from documents.enums import UploadPurpose, UploadState
    from documents.models import Upload
    from tests.generation.making import ordered_document

    (media / "uploads").mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        document = ordered_document(owner=user, topic=f"Lighthouse {number}")
        for place in range(_FILES_EACH):
            name = f"uploads/{uuid.uuid4().hex}"
            with (media / name).open("wb") as file:
                file.truncate(each)
            Upload.objects.create(
                document=document, purpose=UploadPurpose.SOURCE, name=f"{place}.pdf", format="pdf", size=each,
                state=UploadState.READY, stored_as=name,
            )  # fmt: skip


def _made(words: str, user: "User") -> tuple[str, str, str, str]:
    from django.utils import timezone

    from privacy.domain import exports

    row = exports.ask(user=user, by=user, now=timezone.now())
    began = time.monotonic()
    child = subprocess.Popen([sys.executable, "-m", "tests.privacy.exporting", str(row.pk)], stdout=subprocess.PIPE)
    said, _ = child.communicate(timeout=_DEADLINE)
    seconds = time.monotonic() - began
    if child.returncode:
        raise SystemExit("The export failed.")
    row.refresh_from_db()
    return words, f"{row.size / _MIB:,.0f} MiB", f"{float(said):.0f} MiB", f"{seconds:.1f} s"


if __name__ == "__main__":
    main()
