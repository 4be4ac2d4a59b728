"""The certificate of the site is looked at as browsers do: over TLS, from a server of its own (R-113)."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tesigo.platform import certificate
from tesigo.platform.own_conditions import CertificateLook

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@contextmanager
def site(folder: Path, *, until: datetime, name: str = "localhost") -> Iterator[str]:
    """A server of TLS, and its address; its certificate lies in ``folder`` to be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(NOW - 90 * DAY).not_valid_after(until)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    shown = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "site.pem").write_bytes(secret + shown)
    (folder / "trusted.pem").write_bytes(shown)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "site.pem")
    with socket.create_server(("localhost", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    caller.settimeout(5)
                    try:
                        context.wrap_socket(caller, server_side=True).close()
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.fixture(autouse=True)
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))


def test_one_that_is_good_says_until_when(tmp_path: Path) -> None:
    with site(tmp_path, until=NOW + 40 * DAY) as url:
        assert certificate.look(url) == certificate.Certificate(NOW + 40 * DAY)


@pytest.mark.parametrize(
    ("until", "name", "words"),
    [(NOW - DAY, "localhost", "expired"), (NOW + 40 * DAY, "other.example", "not valid for 'localhost'")],
)
def test_one_that_browsers_refuse_is_broken(until: datetime, name: str, words: str, tmp_path: Path) -> None:
    with site(tmp_path, until=until, name=name) as url:
        found = certificate.look(url)
    assert found is not None
    assert found.good_until is None
    assert words in found.flaw


def test_one_that_nobody_vouches_for_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(tmp_path, until=NOW + 40 * DAY) as url:
        monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
        found = certificate.look(url)
    assert found is not None
    assert "self-signed" in found.flaw


def test_plain_http_has_none() -> None:
    assert certificate.look("http://localhost:1") is None


def test_a_server_that_never_answers_costs_its_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "TIMEOUT_SECONDS", 0.3)
    with socket.create_server(("localhost", 0)) as frozen, pytest.raises(OSError):
        certificate.look(f"https://localhost:{frozen.getsockname()[1]}")


def test_staff_are_told_a_fortnight_before_its_end_and_when_it_is_broken(tmp_path: Path, settings: Any) -> None:
    for until, words in ((NOW + 13 * DAY, "ends in 12 days"), (NOW - DAY, "is broken"), (NOW + 15 * DAY, "")):
        with site(tmp_path, until=until) as url:
            settings.SITE_URL = url
            subjects = [trouble.subject for trouble in CertificateLook()(datetime.now(UTC))]
        assert [words in subject for subject in subjects] == ([True] if words else [])


def test_a_site_that_cannot_be_reached_changes_nothing_of_what_is_known(tmp_path: Path, settings: Any) -> None:
    look = CertificateLook()
    with site(tmp_path, until=NOW + 3 * DAY) as url:
        settings.SITE_URL = url
        assert list(look(NOW))
    look._next = 0.0
    assert list(look(NOW))
