"""The certificate that browsers are shown at SITE_URL (R-113): looked at as they look at it."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

#: Seconds for connecting, and for each step of the handshake.
TIMEOUT_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Certificate:
    """Until when it is good; or, where it is not, why in OpenSSL's words."""

    good_until: datetime | None
    flaw: str = ""


def look(url: str) -> Certificate | None:
    """What is shown at ``url``; None where it is not https.

    Raises OSError where nobody answers, which says nothing of the certificate.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    context = ssl.create_default_context()
    with socket.create_connection((parts.hostname, parts.port or 443), timeout=TIMEOUT_SECONDS) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=parts.hostname) as secured:
                shown = secured.getpeercert()
        except ssl.SSLCertVerificationError as error:
            return Certificate(None, error.verify_message)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            raise
        except ssl.SSLError as error:
            return Certificate(None, error.reason or "the handshake failed")
    ends = str((shown or {}).get("notAfter", ""))
    return Certificate(datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC))
