"""S3 or MinIO with time limits: a storage that hangs costs one request its patience, the next nothing (R-106)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import IO, Any, Final, TypeVar
from urllib.parse import quote, urlencode

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.db import connection
from django.utils.encoding import filepath_to_uri
from django.utils.functional import cached_property
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from tesigo.platform import patience
from tesigo.platform.breaker import Breaker, ServiceAway
from tesigo.platform.measuring import OPERATION, measured
from tesigo.platform.multipart import Multipart
from tesigo.platform.storage_limits import IN_REQUEST
from tesigo.platform.unfinished import is_unfinished

T = TypeVar("T")

#: Seconds without a try after a failure.
PAUSE_SECONDS: Final = 10.0
#: Of a file that is read; a larger one waits on the local disk. The package's own 0 means all of it, whatever its size.
IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
#: Time-outs of connecting and of reading are among them.
_AWAY: Final = (BotoConnectionError, HTTPClientError, RetriesExceededError)
#: A file is asked for once: the package would ask five times, each as long as the storage is waited for.
_ONCE: Final = TransferConfig(num_download_attempts=1)

#: The last is said of a file that is shorter than where it is asked from.
_NOT_THERE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)

breaker: Final = Breaker("Storage", pause=PAUSE_SECONDS, longest=90.0)


class StorageAway(ServiceAway):
    """The storage did not answer in time."""


class BoundedS3Storage(S3Storage):  # type: ignore[misc]  # the package has no types
    """Every call gives its database connection back first, and raises ServiceAway when the storage does not answer."""

    def __init__(self, **options: Any) -> None:
        self._public_url = options.pop("public_url", "")
        self._cdn_url = options.pop("cdn_url", "").rstrip("/")
        super().__init__(**{"max_memory_size": IN_MEMORY_BYTES, "transfer_config": _ONCE, **options})
        if self._cdn_url and self.cloudfront_signer is None:
            raise ImproperlyConfigured("CDN_URL needs CDN_KEY_ID and CDN_PRIVATE_KEY: its addresses are signed.")
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
    def multipart(self) -> Multipart:
        """What takes files in parts; it may take its time, also within a request."""
        return Multipart(super().connection.meta.client, self.bucket_name, self.ask)

    @property
    def bucket(self) -> Any:
        """The bucket by the client of now; the package keeps the first one for ever."""
        return self.connection.Bucket(self.bucket_name)

    def _save(self, name: str, content: IO[Any]) -> str:
        saved: str = self.ask(lambda: super(BoundedS3Storage, self)._save(name, content))
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

        return self.ask(opened)

    def open_passing(self, name: str, *, size: int | None = None, first: int = 0, end: int = 0) -> "File[bytes]":
        """A file to be read once, as it comes: nothing of it waits here, however large it is.

        With ``size`` its bytes from ``first`` up to ``end``, else all. Raises FileNotFoundError, also for one that is
        not ``size`` bytes long. A storage that falls silent midway raises at the read that waits for it.
        """
        place = self._normalize_name(clean_name(name))
        part = {"Range": f"bytes={first}-{end - 1}"} if size and end - first < size else {}
        try:
            answer = self.ask(lambda: self.bucket.Object(place).get(**part))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in _NOT_THERE:
                raise FileNotFoundError(name) from error
            raise
        whole = int(answer["ContentRange"].rpartition("/")[2]) if part else answer["ContentLength"]
        if size not in (None, whole):
            answer["Body"].close()
            raise FileNotFoundError(name)
        file: File[bytes] = File(answer["Body"], name)
        file.size = answer["ContentLength"]
        return file

    def link(self, name: str, *, disposition: str, content_type: str) -> str:
        """A signed address where the file can be fetched for ``querystring_expire`` seconds, as ``disposition`` says.

        At the CDN, where one is set (signed as CloudFront reads it), else at the service as browsers reach it.
        """
        place = self._normalize_name(clean_name(name))
        if self._cdn_url:
            said = {"response-content-disposition": disposition, "response-content-type": content_type}
            until = datetime.now(UTC) + timedelta(seconds=self.querystring_expire)
            address = f"{self._cdn_url}/{filepath_to_uri(place)}?{urlencode(said, quote_via=quote)}"
            signed: str = self.cloudfront_signer.generate_presigned_url(address, date_less_than=until)
            return signed
        wanted = {
            "Bucket": self.bucket_name, "Key": place, "ResponseContentDisposition": disposition,
            "ResponseContentType": content_type,
        }  # fmt: skip
        link: str = self._public_client.generate_presigned_url("get_object", wanted, ExpiresIn=self.querystring_expire)
        return link

    @cached_property
    def _public_client(self) -> Any:
        """Signs addresses as browsers reach the service, and never connects."""
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self._public_url,
            config=self.client_config.merge(Config(signature_version="s3v4")),
        )

    def size(self, name: str) -> int:
        """Bytes of a file. Raises FileNotFoundError."""
        return int(self.ask(lambda: super(BoundedS3Storage, self).size(name)))

    def delete(self, name: str) -> None:
        """Removes a file; with one that has not come whole all that has come of it."""
        if is_unfinished(name):
            self.multipart.abandon(name)
            return
        self.ask(lambda: super(BoundedS3Storage, self).delete(name))

    def exists(self, name: str) -> bool:
        """Whether it is there."""
        return bool(self.ask(lambda: super(BoundedS3Storage, self).exists(name)))

    def ask(self, call: Callable[[], T]) -> T:
        """What ``call`` returns, with no connection held. Raises StorageAway."""
        if not connection.in_atomic_block:
            connection.close()  # back to the pool: others need it while this one waits
        try:
            with measured(OPERATION, "storage"), breaker.guarding(*_AWAY):
                return call()
        except _AWAY as error:
            raise StorageAway("The storage does not answer.") from error
