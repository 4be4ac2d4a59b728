"""A storage that is elsewhere: S3 as the sandbox has it, or one that is away."""

from typing import Any

from django.conf import settings as configured

from sandbox.s3.signing import ACCESS_KEY, SECRET_KEY
from tesigo.platform.processes import free_port
from tesigo.platform.storage import BoundedS3Storage
from tesigo.platform.storage_limits import IN_REQUEST

HERE = configured.STORAGES


def in_s3(base_url: str, *, is_there: bool = False, **more: Any) -> dict[str, Any]:
    """Settings of the bucket ``files`` at the sandbox, which is made here unless it is there."""
    options = {
        "bucket_name": "files", "endpoint_url": f"{base_url}/s3", "access_key": ACCESS_KEY, "secret_key": SECRET_KEY,
        "region_name": "eu-central-1", "client_config": IN_REQUEST, "file_overwrite": False,
        "querystring_expire": 300, **more,
    }  # fmt: skip
    if not is_there:
        BoundedS3Storage(**options).bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return {**HERE, "default": {"BACKEND": "tesigo.platform.storage.BoundedS3Storage", "OPTIONS": options}}


def away() -> dict[str, Any]:
    """Settings of a bucket where nobody listens. Afterwards the breaker is to be told: ``breaker.succeeded()``."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    options = {
        "bucket_name": "files", "endpoint_url": nowhere, "access_key": "a", "secret_key": "b",
        "region_name": "eu-central-1", "client_config": IN_REQUEST,
    }  # fmt: skip
    return {**HERE, "default": {"BACKEND": "tesigo.platform.storage.BoundedS3Storage", "OPTIONS": options}}
