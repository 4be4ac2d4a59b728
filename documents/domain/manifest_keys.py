"""The keys that manifests are signed with: the present one, and public halves of those before (R-18, R-103)."""

import base64
from typing import Final

from django.conf import settings

from tesigo_verify.manifest import ALGORITHM, key_id

_KEY_BYTES: Final = 32


def private_key() -> bytes | None:
    """The present key; None where the site has none. Raises ValueError for one that is no key."""
    return _raw(settings.MANIFEST_SIGNING_KEY) if settings.MANIFEST_SIGNING_KEY else None


def published() -> list[dict[str, str]]:
    """The public keys that manifests of this site bear, the present one first. Raises ValueError."""
    keys = [_raw(key) for key in settings.MANIFEST_EARLIER_PUBLIC_KEYS]
    if (private := private_key()) is not None:
        keys.insert(0, _public(private))
    return [
        {"key_id": key_id(key), "algorithm": ALGORITHM, "public_key": base64.b64encode(key).decode()}
        for key in dict.fromkeys(keys)
    ]


def _public(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _raw(key: str) -> bytes:
    try:
        raw = base64.b64decode(key, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise ValueError("A key of manifests is 32 bytes in base64.")
    return raw
