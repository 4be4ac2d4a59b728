"""What callers say in headers of tus 1.0.0. Whatever cannot be read is a `Refusal` with status 400, in words."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from documents.domain.arrivals import CHECKSUMS, Checksum
from documents.domain.file_parts import MAX_PARTS
from tesigo.platform.api.problems import Refusal

_METADATA_CHARACTERS: Final = 2_000
_LONGEST_NUMBER: Final = 18


def parts_of(request: Request, concat: str) -> list[UUID]:
    """The ids of the parts that are to be joined, by their addresses at this site. Raises Http404 for any other."""
    kind, _semicolon, addresses = concat.partition(";")
    ids = [_id_of(address, request.get_host()) for address in addresses.split()]
    if kind != "final" or not ids or len(ids) > MAX_PARTS or len(set(ids)) < len(ids):
        words = _("Upload-Concat is partial, or final; with the addresses of at most %(limit)d parts, each once.")
        raise bad(words % {"limit": MAX_PARTS})
    return ids


def _id_of(address: str, host: str) -> UUID:
    try:
        parts = urlsplit(address)
        upload_id = UUID(parts.path.rpartition("/")[2])
    except ValueError:
        raise Http404 from None
    if parts.netloc not in ("", host) or parts.path != reverse("documents:arrival", args=[upload_id]):
        raise Http404
    return upload_id


def number(request: Request, name: str) -> int:
    """A number of bytes in the header ``name``."""
    given = request.headers.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER):
        raise bad(_("The header %(name)s must be a number of bytes.") % {"name": name})
    return int(given)


def pairs_of(header: str) -> Mapping[str, str]:
    """Pairs of a key and a text in Base64, by key."""
    if len(header) > _METADATA_CHARACTERS:
        raise bad(_("Upload-Metadata is too long."))
    pairs: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        key, _space, value = pair.strip().partition(" ")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            raise bad(_("Upload-Metadata is not what tus says it is.")) from None
    return pairs


def checksum_of(request: Request) -> Checksum | None:
    """What the bytes must come to, where the caller says so."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _space, digest = header.partition(" ")
    if algorithm not in CHECKSUMS:
        raise bad(_("Checksums may be %(names)s.") % {"names": ", ".join(CHECKSUMS)})
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except binascii.Error:
        raise bad(_("The checksum is not in Base64.")) from None


def bad(words: Any) -> Refusal:
    """A 400 with the reason."""
    return Refusal(words, status=400)
