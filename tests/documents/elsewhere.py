"""A storage that is away."""

from typing import Any

from django.conf import settings as configured

from tesigo.platform.processes import free_port
from tesigo.platform.storage_limits import IN_REQUEST

HERE = configured.STORAGES


def away() -> dict[str, Any]:
    """Settings of a bucket where nobody listens. Afterwards the breaker is to be told: ``breaker.succeeded()``."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    options = {
        "bucket_name": "files", "endpoint_url": nowhere, "access_key": "a", "secret_key": "b",
        "region_name": "eu-central-1", "client_config": IN_REQUEST,
    }  # fmt: skip
    return {**HERE, "default": {"BACKEND": "tesigo.platform.storage.BoundedS3Storage", "OPTIONS": options}}
