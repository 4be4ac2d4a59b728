"""A ZIP of any size, written and checked in little memory (R-71)."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import IO, Any, Final, Self, TextIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from privacy.errors import ArchiveNotWhole

CHUNK_BYTES: Final = 1024 * 1024


class Archive:
    """A ZIP that is being written to an open file; `sizes` says what should be in it, in bytes, by name."""

    def __init__(self, out: IO[bytes], *, now: datetime) -> None:
        self._zip = ZipFile(out, "w")
        self._at = now.astimezone(UTC).timetuple()[:6]
        self.sizes: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Writes the directory; before, it is no archive. Of one that failed only the memory is let go of."""
        with suppress(*([Exception] if kind else [])):
            self._zip.close()

    @contextmanager
    def entry(self, name: str, *, packed: bool = True) -> Iterator[IO[bytes]]:
        """A file in the archive, to be written; one at a time. More than 4 GiB may come, so it is made for that."""
        info = ZipInfo(name, date_time=self._at)
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            yield file
        self.sizes[name] = info.file_size

    def add(self, name: str, source: IO[bytes], *, packed: bool = True) -> None:
        """Copies an open file in, from its beginning, a piece at a time."""
        source.seek(0)
        with self.entry(name, packed=packed) as file:
            while chunk := source.read(CHUNK_BYTES):
                file.write(chunk)

    @contextmanager
    def csv(self, name: str) -> Iterator[TextIO]:
        """A CSV file that is written on the side, while another entry is open; put in at the end."""
        with tempfile.TemporaryFile() as raw:
            text = io.TextIOWrapper(raw, "utf-8", newline="", write_through=True)
            text.write("\ufeff")
            yield text
            self.add(name, raw)
            text.detach()


def check(out: IO[bytes], sizes: dict[str, int]) -> None:
    """Reads an archive to its end. Raises ArchiveNotWhole where it is not what was written."""
    try:
        with ZipFile(out) as written:
            found: dict[str, Any] = {info.filename: info.file_size for info in written.infolist()}
            broken = written.testzip()
    except (BadZipFile, EOFError) as error:
        raise ArchiveNotWhole("The archive cannot be read.") from error
    if found != sizes or broken is not None:
        raise ArchiveNotWhole("The archive is not what was written.")
