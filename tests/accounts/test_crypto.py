"""Keyed hashes and seals."""

import pytest
from pytest_django import Settings

from tesigo.platform.crypto import SealBroken, is_hash_of, keyed_hash, keyed_hashes, same, seal, unseal


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


def test_an_older_secret_still_proves_and_the_newest_hashes(settings: Settings) -> None:
    old = keyed_hash("link", "value")
    settings.SIGNIN_SECRET_FALLBACKS = [settings.SIGNIN_SECRET]
    settings.SIGNIN_SECRET = "another key that is long enough to be one"
    new = keyed_hash("link", "value")
    assert not same(old, new)
    assert keyed_hashes("link", "value") == [new, old]
    assert is_hash_of(old, "link", "value")
    assert is_hash_of(new, "link", "value")
    assert not is_hash_of(old, "code", "value")
    assert not is_hash_of(old, "link", "another")
    settings.SIGNIN_SECRET_FALLBACKS = []
    assert not is_hash_of(old, "link", "value")
