"""The manifest: what a document says its citations rest on, read with care, signed and checked.

``docs/manifest.md`` describes every field. What is signed is the manifest without its signature, as JSON with sorted
keys, without blanks, in UTF-8; there are no fractions in it, so that this form is the same everywhere (RFC 8785).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from tesigo_verify.errors import NotSigned, Unverifiable
from tesigo_verify.folding import FOLDING

FORMAT: Final = "tesigo-manifest"
VERSION: Final = 1
#: How texts may have been folded (`folding`); what does not say it is of the first way.
_FOLDINGS: Final = (1, FOLDING)
ALGORITHM: Final = "Ed25519"
#: Of an attached or separate manifest.
MOST_BYTES: Final = 32 * 1024 * 1024
#: Of a document, and of a file of a source.
MOST_FILE_BYTES: Final = 512 * 1024 * 1024
#: How a citation may have been checked; any other word says that it was not.
_CHECKS: Final = frozenset({"verbatim", "overlap", "judged"})
_MOST_CITATIONS: Final = 20_000
_MOST_SOURCES: Final = 5_000
_MOST_CHARACTERS: Final = 20_000
#: Stands before what is signed, so that no signature can be used for anything else.
_PURPOSE: Final = b"tesigo-manifest-1\n"


@dataclass(frozen=True)
class Citation:
    """One citation. ``pieces`` are the words of its sentence between citations; ``page`` is 0 where there is none.

    ``folding`` says how its words were folded (`folding.FOLDING`).
    ``seals`` are of what weighs in each part of the passage, with the part before it and the part behind it.
    ``is_checked`` where the manifest says that the passage supports the sentence as it stands now.
    """

    number: int
    key: str
    pieces: tuple[str, ...]
    page: int
    page_label: str
    document_page: int
    signs: int
    whole: str
    parts: tuple[str, ...]
    seals: tuple[tuple[str, str], ...]
    is_checked: bool
    folding: int


@dataclass(frozen=True)
class Source:
    """A work that is cited; ``file_hashes`` are the SHA-256 of the files that it was read from."""

    key: str
    title: str
    file_hashes: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read; ``raw`` is all that it says. ``copied`` are words that it reports as not quoted."""

    raw: Mapping[str, Any]
    language: str
    bibliography: str
    citations: tuple[Citation, ...]
    sources: tuple[Source, ...]
    copied: tuple[str, ...]
    folding: int


def parse(data: bytes) -> Manifest:
    """Reads a manifest. Raises Unverifiable for one that is too big, damaged, or of a version not known here."""
    if len(data) > MOST_BYTES:
        raise Unverifiable("The manifest is too big.")
    try:
        raw = json.loads(data, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unverifiable("The manifest is damaged: it is no JSON of whole numbers and single names.") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise Unverifiable("There is no manifest in this file.")
    if raw.get("version") != VERSION:
        raise Unverifiable("The manifest is of another version. Get a newer tesigo-verify.")
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unverifiable("The manifest is damaged: a field is missing or of another kind.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(number: str) -> None:
    raise ValueError("a fraction")


def _read(raw: dict[str, Any]) -> Manifest:
    citations, sources = raw["citations"], raw["sources"]
    folding = _number(raw.get("folding", _FOLDINGS[0]))
    if folding not in _FOLDINGS:
        raise Unverifiable("The manifest is of another version. Get a newer tesigo-verify.")
    if len(citations) > _MOST_CITATIONS or len(sources) > _MOST_SOURCES:
        raise Unverifiable("The manifest lists more than can be checked.")
    return Manifest(
        raw=raw,
        language=_text(raw["document"]["language"]),
        bibliography=_text(raw["document"]["bibliography"]),
        citations=tuple(_citation(one, folding) for one in citations),
        sources=tuple(
            Source(_text(one["key"]), _text(one["title"]), tuple(_text(file["sha256"]) for file in one["files"]))
            for one in sources
        ),
        copied=tuple(_text(one["words"]) for one in raw["copied"]),
        folding=folding,
    )


def _citation(one: dict[str, Any], folding: int) -> Citation:
    passage = one["passage"]
    return Citation(
        number=_number(one["number"]),
        key=_text(one["key"]),
        pieces=tuple(map(_text, one["pieces"])),
        page=_number(one["page"]),
        page_label=_text(one["page_label"]),
        document_page=_number(one["document_page"]),
        signs=_number(passage["signs"]),
        whole=_text(passage["sha256"]),
        parts=tuple(map(_text, passage["parts"])),
        seals=tuple((_text(before), _text(behind)) for before, behind in passage["seals"]),
        is_checked=_text(one["check"]) in _CHECKS,
        folding=folding,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        raise ValueError("no text")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
        raise ValueError("no number")
    return value


def signed_bytes(raw: Mapping[str, Any]) -> bytes:
    """What the signature is of."""
    unsigned = {name: value for name, value in raw.items() if name != "signature"}
    return _PURPOSE + json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def key_id(public_key: bytes) -> str:
    """The name of a public key: the first 16 hex digits of its SHA-256."""
    return sha256(public_key).hexdigest()[:16]


def signed(raw: Mapping[str, Any], *, private_key: bytes) -> dict[str, Any]:
    """The manifest with its signature; ``private_key`` is 32 bytes (RFC 8032). Raises NotSigned for others."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if len(private_key) != 32:
        raise NotSigned("An Ed25519 key has 32 bytes.")
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    public = key.public_key().public_bytes_raw()
    signature = {
        "algorithm": ALGORITHM,
        "key_id": key_id(public),
        "public_key": base64.b64encode(public).decode(),
        "value": base64.b64encode(key.sign(signed_bytes(raw))).decode(),
    }
    return {**raw, "signature": signature}


def signer(raw: Mapping[str, Any]) -> bytes | None:
    """The public key that the manifest was signed with, None where it is not signed.

    Raises NotSigned if the signature is not of this text.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature = raw.get("signature")
    if signature is None:
        return None
    try:
        if signature["algorithm"] != ALGORITHM:
            raise NotSigned("The signature is of a kind not known here.")
        public = base64.b64decode(signature["public_key"], validate=True)
        value = base64.b64decode(signature["value"], validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(value, signed_bytes(raw))
    except InvalidSignature:
        raise NotSigned("The manifest was changed after it was signed.") from None
    except (KeyError, TypeError, ValueError, binascii.Error, UnicodeError):
        raise NotSigned("The signature is damaged.") from None
    return public
