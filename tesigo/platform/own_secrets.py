"""Secrets of our own that every installation needs; other services issue the rest (R-103)."""

from typing import Final

from tesigo.platform.strength import strong_secret

OWN_SECRETS: Final = ("SECRET_KEY", "SIGNIN_SECRET", "API_JWT_SECRET")


def new_secrets() -> dict[str, str]:
    """A fresh value of at least 256 bits for each of them."""
    return {name: strong_secret() for name in OWN_SECRETS}
