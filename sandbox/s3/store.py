"""Buckets with their objects and the uploads that have begun; limits as in Amazon S3, "multipart upload limits"."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sandbox.s3.errors import Refused

LEAST_PART_BYTES: Final = 5 * 1024 * 1024
MOST_PARTS: Final = 10_000


def _etag(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Stored:
    """An object, or a part of one that is being uploaded."""

    data: bytes
    etag: str
    headers: dict[str, str] = field(default_factory=dict)
    at: float = field(default_factory=time.time)


def stored(data: bytes, headers: dict[str, str] | None = None) -> Stored:
    """One that came in one go."""
    return Stored(data, _etag(data), headers or {})


@dataclass
class Upload:
    """A multipart upload that has begun."""

    key: str
    headers: dict[str, str]
    begun_at: float = field(default_factory=time.time)
    parts: dict[int, Stored] = field(default_factory=dict)

    def put(self, number: int, data: bytes) -> Stored:
        """Keeps a part; one of the same number is replaced."""
        if not 1 <= number <= MOST_PARTS:
            raise Refused("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        self.parts[number] = stored(data)
        return self.parts[number]

    def joined(self, wanted: Sequence[tuple[int, str]]) -> Stored:
        """The object of the parts that are named, each by number and ETag."""
        if not wanted:
            raise Refused("MalformedXML")
        numbers = [number for number, _etag in wanted]
        if numbers != sorted(set(numbers)):
            raise Refused("InvalidPartOrder")
        if any(number not in self.parts or self.parts[number].etag != tag.strip('"') for number, tag in wanted):
            raise Refused("InvalidPart")
        found = [self.parts[number] for number in numbers]
        if any(len(part.data) < LEAST_PART_BYTES for part in found[:-1]):
            raise Refused("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        tag = _etag(b"".join(bytes.fromhex(part.etag) for part in found))
        return Stored(b"".join(part.data for part in found), f"{tag}-{len(found)}", self.headers)


@dataclass
class Bucket:
    """What lies under one name."""

    objects: dict[str, Stored] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def of(self, key: str) -> Stored:
        """An object that is there."""
        if key not in self.objects:
            raise Refused("NoSuchKey", "The specified key does not exist.")
        return self.objects[key]

    def begin(self, key: str, headers: dict[str, str]) -> str:
        """The id of a new upload."""
        upload_id = secrets.token_urlsafe(32)
        self.uploads[upload_id] = Upload(key, headers)
        return upload_id

    def upload(self, upload_id: str, key: str) -> Upload:
        """An upload that has begun and not ended."""
        upload = self.uploads.get(upload_id)
        if upload is None or upload.key != key:
            raise Refused("NoSuchUpload", "The specified upload does not exist.")
        return upload


class Buckets:
    """All of them."""

    def __init__(self) -> None:
        self.by_name: dict[str, Bucket] = {}

    def reset(self) -> None:
        """Forgets everything."""
        self.by_name.clear()

    def of(self, name: str) -> Bucket:
        """A bucket that was made."""
        if name not in self.by_name:
            raise Refused("NoSuchBucket", "The specified bucket does not exist")
        return self.by_name[name]

    def describe(self) -> dict[str, dict[str, dict[str, int]]]:
        """Sizes of objects, and of what has come of uploads, by bucket and key."""
        return {
            name: {
                "objects": {key: len(one.data) for key, one in bucket.objects.items()},
                "uploads": {
                    f"{one.key} {upload_id}": sum(len(part.data) for part in one.parts.values())
                    for upload_id, one in bucket.uploads.items()
                },
            }
            for name, bucket in self.by_name.items()
        }
