"""Signature version 4, in the header and in the address, computed anew (Amazon S3, "Authenticating requests")."""

import base64
import hashlib
import hmac
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.requests import Request

from sandbox.s3.errors import Refused

ACCESS_KEY: Final = "SANDBOXACCESSKEY"
SECRET_KEY: Final = "sandbox+of+the+storage+and+nobody+else"  # noqa: S105  # pragma: allowlist secret
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_SKEW: Final = timedelta(minutes=15)
_LONGEST_SECONDS: Final = 7 * 24 * 3600
_FIELD: Final = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_CREDENTIAL_PARTS: Final = 5


def check(request: Request, body: bytes) -> None:
    """Raises `Refused` unless the call is signed by the one who may, and its body is what was signed."""
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    if "X-Amz-Signature" in query:
        _check_address(request, query)
        return
    header = request.headers.get("authorization", "")
    if not header:
        raise Refused("AccessDenied", "Access Denied")
    fields = dict(_FIELD.findall(header))
    if not header.startswith(_ALGORITHM + " ") or len(fields) < 3:  # the three of the pattern
        raise Refused("InvalidRequest", "The authorization mechanism you have provided is not supported.")
    stamp = request.headers.get("x-amz-date", "")
    if abs(datetime.now(UTC) - _time(stamp)) > _SKEW:
        raise Refused("RequestTimeTooSkewed")
    said = request.headers.get("x-amz-content-sha256", "")
    if said != _UNSIGNED and said != hashlib.sha256(body).hexdigest():
        raise Refused("XAmzContentSHA256Mismatch")
    names = fields["SignedHeaders"].split(";")
    sent = {name for name in request.headers if name.startswith("x-amz-")}
    if "host" not in names or not sent <= set(names):
        raise Refused("AccessDenied", "There were headers present in the request which were not signed")
    _compare(request, fields["Credential"], names, stamp, said, fields["Signature"])
    _check_digests(request, body)


def _check_address(request: Request, query: dict[str, str]) -> None:
    lasts = query.get("X-Amz-Expires", "")
    if query.get("X-Amz-Algorithm") != _ALGORITHM or not lasts.isdigit() or int(lasts) > _LONGEST_SECONDS:
        raise Refused("AuthorizationQueryParametersError")
    stamp = query.get("X-Amz-Date", "")
    if _time(stamp) + timedelta(seconds=int(lasts)) < datetime.now(UTC):
        raise Refused("AccessDenied", "Request has expired")
    names = query.get("X-Amz-SignedHeaders", "").split(";")
    _compare(request, query.get("X-Amz-Credential", ""), names, stamp, _UNSIGNED, query["X-Amz-Signature"])


def _time(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("AccessDenied", "X-Amz-Date is missing or no date") from None


def _compare(request: Request, credential: str, names: list[str], stamp: str, hashed: str, signature: str) -> None:
    parts = credential.split("/")
    if len(parts) != _CREDENTIAL_PARTS or parts[0] != ACCESS_KEY:
        raise Refused("InvalidAccessKeyId")
    _key, day, region, service, ending = parts
    if (service, ending, day) != ("s3", "aws4_request", stamp[:8]):
        raise Refused("SignatureDoesNotMatch")
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    signed = (pair for pair in pairs if pair[0] != "X-Amz-Signature")
    query = "&".join(sorted("=".join(quote(word, safe="-_.~") for word in pair) for pair in signed))
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    path = request.scope["raw_path"].decode("ascii").partition("?")[0]
    canonical = "\n".join([request.method, path, query, headers, ";".join(names), hashed])
    scope = f"{day}/{region}/{service}/{ending}"
    text = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"AWS4" + SECRET_KEY.encode()
    for step in (day, region, service, ending, text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(key.hex(), signature):
        raise Refused("SignatureDoesNotMatch")


def _check_digests(request: Request, body: bytes) -> None:
    said = request.headers.get("content-md5")
    if said and base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() != said:
        raise Refused("BadDigest")
    said = request.headers.get("x-amz-checksum-crc32")
    if said and base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode() != said:
        raise Refused("BadDigest")
