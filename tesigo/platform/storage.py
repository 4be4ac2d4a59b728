"""S3 or MinIO with time limits: a storage that hangs costs one request its patience, the next nothing (R-106)."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import IO, Any, Final, TypeVar

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from django.core.files.base import File
from django.db import connection
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from tesigo.platform import patience
from tesigo.platform.breaker import Breaker, ServiceAway
from tesigo.platform.measuring import OPERATION, measured
from tesigo.platform.storage_limits import IN_REQUEST

T = TypeVar("T")

#: Seconds without a try after a failure.
PAUSE_SECONDS: Final = 10.0
#: Of a file that is read; a larger one waits on the local disk. The package's own 0 means all of it, whatever its size.
IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
#: Time-outs of connecting and of reading are among them.
_AWAY: Final = (BotoConnectionError, HTTPClientError, RetriesExceededError)
#: A file is asked for once: the package would ask five times, each as long as the storage is waited for.
_ONCE: Final = TransferConfig(num_download_attempts=1)

breaker: Final = Breaker("Storage", pause=PAUSE_SECONDS, longest=90.0)


class StorageAway(ServiceAway):
    """The storage did not answer in time."""


class BoundedS3Storage(S3Storage):  # type: ignore[misc]  # the package has no types
    """Every call gives its database connection back first, and raises ServiceAway when the storage does not answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_memory_size": IN_MEMORY_BYTES, "transfer_config": _ONCE, **options})
        self._hurried = threading.local()

    @property
    def connection(self) -> Any:
        """The client of this thread: with little patience in a request."""
        if patience.of_request() is None:
            return super().connection
        if not hasattr(self._hurried, "connection"):
            self._hurried.connection = self._create_session().resource(
                "s3",
                region_name=self.region_name,
                use_ssl=self.use_ssl,
                endpoint_url=self.endpoint_url,
                config=self.client_config.merge(IN_REQUEST),
                verify=self.verify,
            )
        return self._hurried.connection

    @property
    def bucket(self) -> Any:
        """The bucket by the client of now; the package keeps the first one for ever."""
        return self.connection.Bucket(self.bucket_name)

    def _save(self, name: str, content: IO[Any]) -> str:
        saved: str = self._ask(lambda: super(BoundedS3Storage, self)._save(name, content))
        return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        def opened() -> Any:
            file = super(BoundedS3Storage, self)._open(name, mode)
            if "r" not in mode:
                return file
            try:
                file.open()  # fetched now: the package would at the first read, where nobody looks at the time
            except BaseException:
                file.close()
                raise
            return file

        return self._ask(opened)

    def open_passing(self, name: str) -> "File[bytes]":
        """A file to be read once, from its beginning, as it comes: nothing of it waits here, however large it is.

        Raises FileNotFoundError. A storage that falls silent midway raises at the read that waits for it.
        """
        place = self._normalize_name(clean_name(name))
        try:
            answer = self._ask(lambda: self.bucket.Object(place).get())
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise
        file: File[bytes] = File(answer["Body"], name)
        file.size = answer["ContentLength"]
        return file

    def delete(self, name: str) -> None:
        """Removes a file."""
        self._ask(lambda: super(BoundedS3Storage, self).delete(name))

    def exists(self, name: str) -> bool:
        """Whether it is there."""
        return bool(self._ask(lambda: super(BoundedS3Storage, self).exists(name)))

    def _ask(self, call: Callable[[], T]) -> T:
        if not connection.in_atomic_block:
            connection.close()  # back to the pool: others need it while this one waits
        try:
            with measured(OPERATION, "storage"), breaker.guarding(*_AWAY):
                return call()
        except _AWAY as error:
            raise StorageAway("The storage does not answer.") from error
