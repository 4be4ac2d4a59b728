"""Keyed hashes and seals."""

import pytest
from pytest_django import Settings

from tesigo.platform.crypto import SealBroken, keyed_hash, same, seal, unseal


def test_a_seal_opens_with_its_key_and_with_an_older_one(settings: Settings) -> None:
    sealed = seal("a secret")
    assert "secret" not in sealed
    assert unseal(sealed) == "a secret"
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one"
    assert unseal(sealed) == "a secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealBroken):
        unseal(sealed)


def test_hashes_depend_on_key_and_purpose(settings: Settings) -> None:
    first = keyed_hash("link", "value")
    assert same(first, keyed_hash("link", "value"))
    assert not same(first, keyed_hash("code", "value"))
    settings.SIGNIN_SECRET = "another key that is long enough to be one"
    assert not same(first, keyed_hash("link", "value"))
