"""Amazon SNS as far as a receiver of it sees: signed messages, the certificate of their key, and confirmations."""

import base64
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

HOST = "https://sns.eu-central-1.amazonaws.com"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:mails"
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class Sns:
    """One topic with a key of its own, made when it is first wanted."""

    def __init__(self) -> None:
        self.name = f"SimpleNotificationService-{uuid.uuid4().hex}.pem"
        self.fetched = 0
        self.confirmed: list[str] = []

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """What messages are signed with."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def certificate(self) -> bytes:
        """The certificate of the key, as it lies at Amazon's."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def message(self, body: dict[str, Any]) -> dict[str, Any]:
        """A message as SNS posts it, signed over ``body`` and what it leaves out. ``Message`` may be an object."""
        made = {
            "Type": "Notification",
            "MessageId": str(uuid.uuid4()),
            "TopicArn": TOPIC,
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": "2",
            "SigningCertURL": f"{HOST}/{self.name}",
            "Message": "",
            **body,
        }
        if not isinstance(made["Message"], str):
            made["Message"] = json.dumps(made["Message"])
        if made["Type"] == "SubscriptionConfirmation":
            made = {"Token": "t0ken", "SubscribeURL": f"{HOST}/?Action=ConfirmSubscription&Token=t0ken", **made}
        told = "".join(f"{name}\n{made[name]}\n" for name in _SIGNED[str(made["Type"])] if name in made)
        signed = self.key.sign(told.encode(), padding.PKCS1v15(), hashes.SHA256())
        return {"Signature": base64.b64encode(signed).decode(), **made}


def routes(sns: Sns) -> list[Route]:
    """What lies at Amazon's address."""

    async def certificate(request: Request) -> Response:
        sns.fetched += 1
        if request.path_params["name"] != sns.name:
            return PlainTextResponse("no such certificate", status_code=404)
        return Response(sns.certificate, media_type="application/x-pem-file")

    async def confirm(request: Request) -> Response:
        sns.confirmed.append(request.query_params.get("Token", ""))
        return PlainTextResponse("confirmed")

    pages: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [("/", confirm), ("/{name}", certificate)]
    return [Route(path, page) for path, page in pages]
