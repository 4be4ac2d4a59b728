"""Amazon SES by way of SNS: JSON as text/plain, signed with a key whose certificate lies at Amazon's.

The address of the certificate comes with the message, so it is believed only where it is one of Amazon's own. Topics
sign with version 2 (SHA-256); version 1 (SHA-1) is refused.
"""

import base64
import json
import re
import time
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from django.core.cache import cache

from accounts.enums import MailEventKind
from accounts.errors import EventRefused, TryLater
from accounts.providers.told import MAIL_HEADER, Headers, Told, mail_of, moment, name_of, status_of, within
from tesigo.platform import rate_limits

_HOST: Final = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE: Final = re.compile(r"/SimpleNotificationService-[0-9a-f]{8,64}\.pem")
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
#: SNS tries again for an hour at most; a message is kept for longer than it could be replayed.
_OLDEST: Final = timedelta(days=3)
_AHEAD: Final = timedelta(minutes=15)
_TIMEOUT_SECONDS: Final = 3.0
_MAX_CERTIFICATE_BYTES: Final = 16 * 1024
_CERTIFICATE_KEPT_SECONDS: Final = 24 * 3600
#: Certificates looked for in a minute: there is one in use at a time, and anybody may name others.
_CERTIFICATES_A_MINUTE: Final = 20
_KINDS: Final = {
    "Bounce": MailEventKind.BOUNCED,
    "Complaint": MailEventKind.COMPLAINED,
    "Delivery": MailEventKind.DELIVERED,
}


def is_set_up() -> bool:
    """Whether there is a topic of ours."""
    return bool(settings.SES_TOPICS)


def way_back(mail_id: str) -> dict[str, str]:
    """Comes back as a tag; our own header does as well where SES is told to include headers."""
    return {"X-SES-MESSAGE-TAGS": f"tesigo-mail={mail_id}"}


def read(body: bytes, data: dict[str, Any], headers: Headers, now: datetime) -> list[Told]:
    """One report, or the question whether we want them. Raises EventRefused, or TryLater without a certificate."""
    if data.get("TopicArn") not in settings.SES_TOPICS or data.get("SignatureVersion") != "2":
        raise EventRefused("topic or version")
    _check(data)
    sent = moment(data.get("Timestamp"), otherwise=now - 2 * _OLDEST)
    if not -_AHEAD <= now - sent <= _OLDEST:
        raise EventRefused("too old")
    event_id = name_of(data.get("MessageId"))
    if data["Type"] == "SubscriptionConfirmation":
        url = _of_amazon(data.get("SubscribeURL"))
        return [Told(event_id, MailEventKind.CONFIRM, None, sent, confirm_url=url)]
    return [_report(event_id, data, sent)]


def confirm(url: str) -> None:
    """Says yes to a topic of ours. Raises httpx.HTTPError."""
    with _client() as client:
        client.get(_reached_at(url)).raise_for_status()


def _report(event_id: str, data: dict[str, Any], sent: datetime) -> Told:
    try:
        report = json.loads(data["Message"])
    except (ValueError, RecursionError):
        report = None
    mail = within(report, "mail")
    kind = _KINDS.get(str(within(report, "notificationType") or within(report, "eventType")), MailEventKind.OTHER)
    recipients = within(report, "bounce", "bouncedRecipients")
    recipient = recipients[0] if isinstance(recipients, list) and recipients else None
    return Told(
        event_id=event_id,
        kind=kind,
        mail_id=mail_of(_header(mail) or _tag(mail)),
        status=status_of(within(recipient, "status"), within(recipient, "diagnosticCode")),
        happened_at=sent,
    )


def _header(mail: object) -> object:
    headers = within(mail, "headers")
    for one in headers if isinstance(headers, list) else []:
        if str(within(one, "name")).lower() == MAIL_HEADER.lower():
            return within(one, "value")
    return None


def _tag(mail: object) -> object:
    values = within(mail, "tags", "tesigo-mail")
    return values[0] if isinstance(values, list) and values else None


def _check(data: dict[str, Any]) -> None:
    names = _SIGNED.get(str(data.get("Type")))
    if names is None or not all(isinstance(data.get(name, ""), str) for name in names):
        raise EventRefused("unreadable")
    told = "".join(f"{name}\n{data[name]}\n" for name in names if name in data)
    url = _of_amazon(data.get("SigningCertURL"))
    if not _CERTIFICATE.fullmatch(urlsplit(url).path) or urlsplit(url).query:
        raise EventRefused("certificate")
    try:
        signed = base64.b64decode(str(data.get("Signature")), validate=True)
        _key(_certificate(url)).verify(signed, told.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature) as error:
        raise EventRefused("signature") from error


def _of_amazon(url: object) -> str:
    """The address, if it is one of SNS itself. Raises EventRefused."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        is_plain = parts.scheme == "https" and _HOST.fullmatch(parts.netloc) and not parts.fragment
    except ValueError:
        is_plain = False
    if not is_plain or len(str(url)) > 1_000:
        raise EventRefused("not Amazon's address")
    return str(url)


def _certificate(url: str) -> str:
    known: str | None = cache.get(f"sns:{url}")
    if known is not None:
        return known
    if not rate_limits.check("sns-certificate", "all", limit=_CERTIFICATES_A_MINUTE, seconds=60).allowed:
        raise TryLater
    try:
        ends = time.monotonic() + _TIMEOUT_SECONDS
        with _client() as client, client.stream("GET", _reached_at(url)) as answer:
            answer.raise_for_status()
            found = b""
            for part in answer.iter_bytes():
                found += part
                if len(found) > _MAX_CERTIFICATE_BYTES:
                    raise EventRefused("certificate")
                if time.monotonic() > ends:
                    raise TryLater
    except httpx.HTTPStatusError as error:
        raise EventRefused("certificate") from error
    except httpx.HTTPError as error:
        raise TryLater from error
    pem = found.decode("ascii", "replace")
    _key(pem)
    cache.set(f"sns:{url}", pem, _CERTIFICATE_KEPT_SECONDS)
    return pem


@lru_cache(maxsize=8)
def _read(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def _key(pem: str) -> RSAPublicKey:
    try:
        certificate = _read(pem)
    except ValueError as error:
        raise EventRefused("certificate") from error
    now = datetime.now(certificate.not_valid_after_utc.tzinfo)
    key = certificate.public_key()
    is_valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not is_valid or not isinstance(key, RSAPublicKey):
        raise EventRefused("certificate")
    return key


def _reached_at(url: str) -> str:
    """Where Amazon is reached: at its own address, unless `SNS_BASE_URL` says otherwise."""
    if not settings.SNS_BASE_URL:
        return url
    parts = urlsplit(url)
    return f"{settings.SNS_BASE_URL}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _client() -> httpx.Client:
    return httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)
