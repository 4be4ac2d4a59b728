"""Keyed hashes of secrets that are only compared, and sealing of secrets that must be read once more."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """The sealed text was changed, or sealed with a key that is no longer accepted."""


def keyed_hash(purpose: str, value: str) -> bytes:
    """HMAC-SHA-256 of the value under `SIGNIN_SECRET`; one purpose's hash says nothing about another's."""
    return _hash(settings.SIGNIN_SECRET, purpose, value)


def keyed_hashes(purpose: str, value: str) -> list[bytes]:
    """The hash, and those that `SIGNIN_SECRET_FALLBACKS` give: what may be stored while the secret rotates (R-103)."""
    return [_hash(secret, purpose, value) for secret in (settings.SIGNIN_SECRET, *settings.SIGNIN_SECRET_FALLBACKS)]


def is_hash_of(stored: bytes | memoryview, purpose: str, value: str) -> bool:
    """Whether ``stored`` is the value's hash under the present secret or one that is still accepted."""
    return any(same(stored, one) for one in keyed_hashes(purpose, value))


def same(one: bytes | memoryview, other: bytes | memoryview) -> bool:
    """Whether both are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(bytes(one), bytes(other))


def seal(text: str) -> str:
    """The text encrypted and authenticated under `SECRET_KEY` (Fernet)."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; keys in `SECRET_KEY_FALLBACKS` still open it. Raises `SealBroken`."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def is_of_present_key(sealed: str) -> bool:
    """Whether the present `SECRET_KEY` opens it, without those in `SECRET_KEY_FALLBACKS`."""
    try:
        _box_of(settings.SECRET_KEY).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _hash(secret: str, purpose: str, value: str) -> bytes:
    return hmac.digest(secret.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256)


def _box() -> MultiFernet:
    return _box_of(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _box_of(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    return urlsafe_b64encode(hashlib.blake2b(key.encode(), digest_size=32, person=b"tesigo-seal").digest())
