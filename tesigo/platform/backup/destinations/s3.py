"""A bucket of S3 or MinIO. What is sent carries its hash, and the service refuses bytes that differ from it."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from botocore.exceptions import ConnectionError as BotoConnectionError

from tesigo.platform.backup.destinations.base import Destination, Entry, check_prefix
from tesigo.platform.backup.encryption import BLOCK_BYTES
from tesigo.platform.backup.errors import DestinationError, Full, NotThere, Refused, Unreachable

#: Seconds to connect, seconds without a byte, tries.
_PATIENCE: Final = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 3, "mode": "standard"},
    # Ours is sent with each file; the library's own would be another one.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
_FULL: Final = {"XMinioStorageFull", "QuotaExceeded", "EntityTooLarge", "InsufficientStorage"}


class Bucket(Destination):
    """Below ``prefix`` in a bucket that exists."""

    def __init__(
        self,
        name: str,
        *,
        bucket: str,
        prefix: str = "",
        access_key: str = "",
        secret_key: str = "",
        endpoint_url: str = "",
        config: Config = _PATIENCE,
    ) -> None:
        super().__init__(name)
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client: Any = boto3.session.Session().client(
            "s3",
            # MinIO takes any; a machine without one configured would fail.
            region_name=None if not endpoint_url else "us-east-1",
            aws_access_key_id=access_key or None,
            aws_secret_access_key=secret_key or None,
            endpoint_url=endpoint_url or None,
            config=config,
        )

    def get(self, path: str) -> Iterator[bytes]:
        """The content in blocks, as it comes."""
        with self._guarding(path):
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + path)["Body"]
            try:
                yield from body.iter_chunks(BLOCK_BYTES)
            finally:
                body.close()

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """All files below a folder."""
        check_prefix(prefix)
        with self._guarding(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for item in page.get("Contents", []):
                    path = item["Key"].removeprefix(self._prefix)
                    yield Entry(path, int(item["Size"]), item["LastModified"])

    def stat(self, path: str) -> Entry | None:
        """Size and time; None when it is not there."""
        found = self._head(path)
        return None if found is None else Entry(path, int(found["ContentLength"]), found["LastModified"])

    def sha256_of(self, path: str) -> str:
        """The service's own hash of what lies there; a service that keeps none is read."""
        found = self._head(path)
        if found is None:
            raise NotThere(self.name, path)
        if told := found.get("ChecksumSHA256"):
            try:
                return b64decode(told, validate=True).hex()
            except ValueError:  # of parts, not of the whole
                pass
        return super().sha256_of(path)

    def delete(self, path: str) -> None:
        """Removes it."""
        with self._guarding(path):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + path)

    def close(self) -> None:
        """Gives connections back."""
        self._client.close()

    def _put(self, path: str, source: Path | bytes, *, size: int, sha256: str) -> None:
        send = {
            "Bucket": self._bucket,
            "Key": self._prefix + path,
            "ContentLength": size,
            "ChecksumSHA256": b64encode(bytes.fromhex(sha256)).decode(),
        }
        with self._guarding(path):
            if isinstance(source, bytes):
                self._client.put_object(Body=source, **send)
                return
            with source.open("rb") as file:
                self._client.put_object(Body=file, **send)

    def _head(self, path: str) -> dict[str, Any] | None:
        try:
            with self._guarding(path):
                found: dict[str, Any] = self._client.head_object(
                    Bucket=self._bucket, Key=self._prefix + path, ChecksumMode="ENABLED"
                )
                return found
        except NotThere:
            return None

    @contextmanager
    def _guarding(self, path: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._meaning(error, path) from error
        except NoCredentialsError as error:
            raise Refused(self.name, "it asks for an access key and a secret key.") from error
        except (BotoConnectionError, HTTPClientError) as error:
            raise Unreachable(self.name, type(error).__name__) from error
        except BotoCoreError as error:
            raise Refused(self.name, f"the request was not possible ({type(error).__name__}).") from error

    def _meaning(self, error: ClientError, path: str) -> DestinationError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code == "NoSuchBucket":
            return Refused(self.name, "there is no such bucket.")
        if status == HTTPStatus.NOT_FOUND:
            return NotThere(self.name, path)
        if code in _FULL or status == HTTPStatus.INSUFFICIENT_STORAGE:
            return Full(self.name)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unreachable(self.name, f"status {status}")
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return Refused(self.name, f"it does not take this key, or not for {path} ({code}).")
        return Refused(self.name, f"it refused {path} ({code or status}).")
