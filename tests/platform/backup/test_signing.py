"""What was changed, or written by somebody else, is seen (R-120)."""

import pytest

from tesigo.platform.backup import signing
from tesigo.platform.backup.errors import FormatWrong, NotConfigured, SignatureWrong

KEY, OTHER = signing.new_key(), signing.new_key()
PUBLIC = signing.public_key(KEY)


def test_a_signature_holds_for_its_bytes_and_key_alone() -> None:
    signature = signing.sign(b"content", key=KEY)
    signing.verify(b"content", signature, keys=[PUBLIC], where="it")
    signing.verify(b"content", signature + "\n", keys=[signing.public_key(OTHER), PUBLIC], where="it")
    for content, text, keys in (
        (b"Content", signature, [PUBLIC]),
        (b"content", signature, [signing.public_key(OTHER)]),
        (b"content", signature, []),
        (b"content", "", [PUBLIC]),
        (b"content", "no base64", [PUBLIC]),
        (b"content", signing.sign(b"content", key=OTHER), [PUBLIC]),
    ):
        with pytest.raises(SignatureWrong, match="it"):
            signing.verify(content, text, keys=keys, where="it")


def test_json_carries_its_signature() -> None:
    raw = signing.signed_json({"user": 7, "at": "2026"}, key=KEY)
    assert signing.read_signed_json(raw, keys=[PUBLIC], where="it").content == {"user": 7, "at": "2026"}
    with pytest.raises(SignatureWrong):
        signing.read_signed_json(raw.replace(b"7", b"8", 1), keys=[PUBLIC], where="it")
    with pytest.raises(SignatureWrong, match="no signature"):
        signing.read_signed_json(b'{"user": 7}', keys=[PUBLIC], where="it")
    with pytest.raises(FormatWrong):
        signing.read_signed_json(b"[]", keys=[PUBLIC], where="it")


@pytest.mark.parametrize("key", ["", "short", "ü" * 44, PUBLIC[:-4]], ids=["none", "short", "letters", "cut"])
def test_what_is_no_key_is_said(key: str) -> None:
    with pytest.raises(NotConfigured, match="BACKUP_SIGNING_KEY"):
        signing.sign(b"content", key=key)
