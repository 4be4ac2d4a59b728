"""What this site wrote, and nobody else: Ed25519 (RFC 8032). Whoever checks needs only the public half."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tesigo.platform.backup.errors import NotConfigured, SignatureWrong
from tesigo.platform.backup.reading import Reader, as_json

_SIGNATURE: Final = "signature"


def new_key() -> str:
    """A fresh private key, as `BACKUP_SIGNING_KEY` holds it: 32 bytes in base64."""
    return b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key(private: str) -> str:
    """The public half, 32 bytes in base64. Raises `NotConfigured`."""
    return b64encode(_private(private).public_key().public_bytes_raw()).decode()


def sign(content: bytes, *, key: str) -> str:
    """The signature of the bytes, in base64. Raises `NotConfigured` for a key that is none."""
    return b64encode(_private(key).sign(content)).decode()


def verify(content: bytes, signature: str, *, keys: Sequence[str], where: str) -> None:
    """Raises `SignatureWrong` unless one of the public ``keys`` made the signature of these bytes."""
    try:
        raw = b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureWrong(f"The signature of {where} cannot be read.") from error
    for key in keys:
        try:
            _public(key).verify(raw, content)
        except InvalidSignature:
            continue
        return
    raise SignatureWrong(f"{where} was changed, or signed with another key.")


def signed_json(content: dict[str, Any], *, key: str) -> bytes:
    """JSON that carries its own signature in the field `signature`."""
    return as_json(content | {_SIGNATURE: sign(as_json(content), key=key)})


def read_signed_json(raw: bytes, *, keys: Sequence[str], where: str) -> Reader:
    """The content without its signature. Raises `SignatureWrong` and `FormatWrong`."""
    found = Reader.of(raw, where)
    signature = found.content.pop(_SIGNATURE, None)
    if not isinstance(signature, str):
        raise SignatureWrong(f"{where} bears no signature.")
    verify(as_json(found.content), signature, keys=keys, where=where)
    return found


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_raw(key, "BACKUP_SIGNING_KEY"))


def _public(key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_raw(key, "The public key that backups are checked with"))


def _raw(key: str, what: str) -> bytes:
    try:
        raw = b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise NotConfigured(f"{what} is not a key: 32 bytes in base64, as `manage.py backup_keys` makes them.")
    return raw
