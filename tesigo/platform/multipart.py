"""Files that come to S3 in parts: an upload that begins with its first part, and is one file once it is finished.

A file that arrives is known by its name in `unfinished.FOLDER`. There lies what is too short for a part, as objects
named after it with a dot and something more; the parts are those of an upload that becomes the file of the same name in
``uploads``. Which parts and which tail count, and how long it is, the caller keeps: what a process that died had sent
beyond is written over, or goes with the upload (R-80).
"""

import io
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, Final

from tesigo.platform.unfinished import FOLDER

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

#: S3 takes no shorter part but the last, and no more parts than that (Amazon S3, multipart upload limits).
LEAST_PART_BYTES: Final = 5 * 1024 * 1024
MOST_PARTS: Final = 10_000
#: What is held in memory of each file that arrives: S3's least would be a call for each 5 MiB.
PART_BYTES: Final = 8 * 1024 * 1024
#: A copy within S3 takes at most 5 GiB; shorter ones end within the time that is waited for an answer.
COPIED_BYTES: Final = 512 * 1024 * 1024
_READ_BYTES: Final = 1024 * 1024
_FILES: Final = "uploads"


class NotThere(Exception):
    """The storage has no such upload, part or file any more."""


def file_of(name: str) -> str:
    """The name of the file that one which arrives as ``name`` becomes."""
    return f"{_FILES}/{name.removeprefix(FOLDER + '/')}"


def part_bytes(size: int) -> int:
    """How long the parts of a file of ``size`` bytes are, so that they are not too many."""
    return max(PART_BYTES, -(-size // (MOST_PARTS - 1000)))


class Multipart:
    """The calls, each with the storage's time limits, breaker and tries of a background task."""

    def __init__(self, client: Any, bucket: str, ask: Callable[[Callable[[], Any]], Any]) -> None:
        """With boto3's client, and ``ask``, which makes a call within limits (`BoundedS3Storage.ask`)."""
        self._client, self._bucket, self._ask = client, bucket, ask

    def begin(self, name: str) -> str:
        """The id of a new upload."""
        return str(self._call("create_multipart_upload", Key=file_of(name))["UploadId"])

    def put_part(self, name: str, upload_id: str, number: int, data: bytes) -> str:
        """Sends the ``number``-th part, from 1; returns its tag. Raises NotThere."""
        answer = self._call("upload_part", Key=file_of(name), UploadId=upload_id, PartNumber=number, Body=data)
        return str(answer["ETag"])

    def copy_part(self, name: str, upload_id: str, number: int, *, file: str, span: tuple[int, int] | None) -> str:
        """Has a part be a stored file, or its bytes from the first up to the second of ``span``. Raises NotThere.

        Of a file of 5 MiB or less S3 copies no range.
        """
        part = {} if span is None else {"CopySourceRange": f"bytes={span[0]}-{span[1] - 1}"}
        answer = self._call(
            "upload_part_copy",
            Key=file_of(name),
            UploadId=upload_id,
            PartNumber=number,
            CopySource={"Bucket": self._bucket, "Key": file},
            **part,
        )
        return str(answer["CopyPartResult"]["ETag"])

    def finish(self, name: str, upload_id: str, tags: Collection[str], *, size: int) -> None:
        """Makes one file of parts, also where that was done before. Raises NotThere if it is not ``size`` bytes."""
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
        wanted = {"Key": file_of(name), "UploadId": upload_id, "MultipartUpload": {"Parts": parts}}
        with suppress(NotThere):  # a process may have finished it, and died then
            self._call("complete_multipart_upload", **wanted)
        if self._call("head_object", Key=file_of(name))["ContentLength"] != size:
            raise NotThere(name)

    def put(self, name: str, data: bytes) -> None:
        """Writes a small file whole."""
        self._call("put_object", Key=name, Body=data)

    def read(self, name: str, size: int) -> bytes:
        """The first ``size`` bytes of a small file. Raises NotThere, also for one that is shorter."""
        held = io.BytesIO()
        self.fetch(name, held)
        if held.tell() < size:
            raise NotThere(name)
        return held.getvalue()[:size]

    def fetch(self, name: str, into: IO[bytes]) -> None:
        """Copies a file into an open one. Raises NotThere."""
        body = self._call("get_object", Key=name)["Body"]
        self._ask(lambda: shutil.copyfileobj(body, into, _READ_BYTES))

    def remove(self, name: str) -> None:
        """Deletes a file; nothing where there is none."""
        self._call("delete_object", Key=name)

    def abandon(self, name: str) -> None:
        """Deletes all of a file that arrives: its upload with the parts, its tails, and the file if it was made."""
        for upload in self._begun(file_of(name)):
            self._end(upload)
        self.remove(file_of(name))
        for tail in self._tails(f"{name}."):
            self.remove(tail["Key"])

    def sweep(self, names: Collection[str], *, before: datetime) -> int:
        """Deletes uploads and tails that are none of ``names`` and older than ``before``; returns how many."""
        files = {file_of(name) for name in names}
        removed = 0
        for upload in list(self._begun(f"{_FILES}/")):
            if upload["Key"] not in files and upload["Initiated"] < before:
                self._end(upload)
                removed += 1
        for tail in list(self._tails(f"{FOLDER}/")):
            if tail["Key"].partition(".")[0] not in names and tail["LastModified"] < before:
                self.remove(tail["Key"])
                removed += 1
        return removed

    def _tails(self, prefix: str) -> Iterator[Any]:
        for page in self._pages("list_objects_v2", Prefix=prefix):
            yield from page.get("Contents", [])

    def _begun(self, prefix: str) -> Iterator[Any]:
        for page in self._pages("list_multipart_uploads", Prefix=prefix):
            yield from page.get("Uploads", [])

    def _end(self, upload: Any) -> None:
        with suppress(NotThere):  # ended meanwhile
            self._call("abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])

    def _pages(self, method: str, **wanted: Any) -> Iterator[Any]:
        pages = self._client.get_paginator(method).paginate(Bucket=self._bucket, **wanted)
        return iter(self._ask(lambda: list(pages)))

    def _call(self, method: str, **wanted: Any) -> Any:
        from botocore.exceptions import ClientError  # only where storage is S3: it is large

        call = getattr(self._client, method)
        try:
            return self._ask(lambda: call(Bucket=self._bucket, **wanted))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND or _is_lost(error):
                raise NotThere(wanted["Key"]) from error
            raise


def _is_lost(error: "ClientError") -> bool:
    return error.response["Error"].get("Code") in ("InvalidPart", "InvalidPartOrder")
