"""nginx as it is deployed, in front of a real web process: what it lets through, what it stops, what it says."""

import base64
import hashlib
import json
import re
import secrets
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from documents.models import Upload
from tesigo.platform.processes import wait_until
from tests.deploy.front import CONFIGURATION, KEPT, NAME, SITE, Front, front, lay_out, nginx, point_at
from tests.documents.factories import DocumentFactory
from tests.documents.test_views import student_with_consent

MIB = 1024 * 1024
#: The processes behind share the database: what a test writes must be committed.
shared = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The front of this module; its processes share the test's database."""
    with front(tmp_path_factory.mktemp("front")) as running:
        yield running


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """Redis is shared with the running processes here and is left alone."""


def test_it_is_a_configuration_that_nginx_takes(tmp_path: Path) -> None:
    lay_out(tmp_path)
    tried = nginx(tmp_path, "-t")
    assert tried.returncode == 0, tried.stderr
    assert [line for line in tried.stderr.splitlines() if "warn" in line] == []


def test_a_wrong_configuration_is_seen_by_the_same_check(tmp_path: Path) -> None:
    configuration = lay_out(tmp_path)
    configuration.write_text(configuration.read_text().replace("server_tokens off", "server_tokenz off"))
    assert "unknown directive" in nginx(tmp_path, "-t").stderr


def test_pages_come_with_the_applications_headers_and_nothing_of_nginx(site: Front) -> None:
    answer, page = site.ask("GET", "/signin/")
    assert answer.status == 200
    assert b"csrfmiddlewaretoken" in page
    assert answer.headers["Server"] == "nginx"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "__Host-csrftoken=" in str(answer.headers["Set-Cookie"])
    assert answer.headers.get("Content-Encoding") is None


def test_http2_and_tls_1_2_are_spoken_and_nothing_older(site: Front) -> None:
    with site.socket(protocols=("h2", "http/1.1")) as line:
        assert line.selected_alpn_protocol() == "h2"
        assert line.version() == "TLSv1.3"
    assert _handshake(site, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match=r"(?i)version|alert"):
        _handshake(site, ssl.TLSVersion.TLSv1_1)


def test_other_names_get_no_certificate_and_no_redirect(site: Front) -> None:
    with pytest.raises(ssl.SSLError):
        site.socket(name="other.example")
    with pytest.raises(Exception, match=r"closed connection|without response|reset"):
        site.ask("GET", "/", secure=False, Host="other.example")


def test_people_are_redirected_from_plain_http_to_our_name_and_programs_are_refused(site: Front) -> None:
    answer, _ = site.ask("GET", "/signin/?next=/documents/", secure=False)
    assert (answer.status, answer.headers["Location"]) == (301, f"{SITE}/signin/?next=/documents/")
    for path in settings.PROGRAM_PATHS:
        answer, body = site.ask("POST", path, body=b"{}", secure=False, Authorization="Bearer something")
        assert (answer.status, answer.headers.get("Location")) == (403, None), path
        assert json.loads(body)["status"] == 403


def test_the_programs_of_plain_http_are_those_of_the_settings() -> None:
    (named,) = re.findall(r"location ~ \^/\(\?:([^)]*)\)/ \{", (CONFIGURATION / "site.conf").read_text())
    assert {f"/{one}/" for one in named.split("|")} == set(settings.PROGRAM_PATHS)


def test_the_challenge_of_a_renewal_is_served_over_plain_http(site: Front) -> None:
    folder = site.home / "acme" / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token-1").write_text("token-1.thumbprint")
    answer, body = site.ask("GET", "/.well-known/acme-challenge/token-1", secure=False)
    assert (answer.status, body) == (200, b"token-1.thumbprint")
    assert site.ask("GET", "/.well-known/acme-challenge/../nginx/tls/privkey.pem", secure=False)[0].status != 200


@shared
def test_an_address_that_a_caller_made_up_counts_for_nothing(site: Front) -> None:
    from accounts.models import SignInRequest

    address = f"{secrets.token_hex(6)}@uni.example"
    answer, said = site.ask(
        "POST",
        "/api/v1/auth/magic-link/request",
        body=json.dumps({"email": address}).encode(),
        Content_Type="application/json",
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Proto="http",
        X_Forwarded_Host="evil.example",
        Forwarded="for=203.0.113.9",
    )
    assert answer.status in {200, 202, 204}, said
    assert SignInRequest.objects.latest("pk").ip == "127.0.0.1"


@shared
def test_a_live_line_opens_through_it_and_only_from_our_own_pages(site: Front) -> None:
    document, cookies = _a_draft()
    assert _upgrade(site, f"/ws/documents/{document}/progress/", cookies, origin=SITE).startswith(b"HTTP/1.1 101 ")
    refused = _upgrade(site, f"/ws/documents/{document}/progress/", cookies, origin="https://evil.example")
    assert refused.startswith(b"HTTP/1.1 403 ")


@shared
def test_a_large_file_passes_where_files_are_handed_in_and_nowhere_else(site: Front) -> None:
    document, cookies = _a_draft()
    body, kind = _form(cookies, b"%PDF-1.7\n" + secrets.token_bytes(6 * MIB))
    headers = {"Cookie": _cookie_header(cookies), "Content-Type": kind, "Referer": f"{SITE}/"}
    answer, page = site.ask("POST", f"/documents/{document}/uploads/", body=body, **headers)
    assert answer.status in {200, 302}, page[:500]
    assert Upload.objects.filter(document_id=document).count() == 1
    # What a page cannot want is stopped before it reaches the application, with a page of ours.
    answer, page = site.ask("POST", "/signin/", body=body, **headers)
    assert answer.status == 413
    assert b"That is too large" in page


def test_no_upload_is_larger_than_nginx_lets_through() -> None:
    (largest,) = re.findall(r"client_max_body_size (\d+)m;", (CONFIGURATION / "site.conf").read_text())
    assert int(largest) * MIB > settings.UPLOAD_MAX_BYTES + MIB


def test_the_log_holds_no_address_no_token_and_no_query(site: Front) -> None:
    token, word = secrets.token_hex(12), secrets.token_hex(8)
    answer, _ = site.ask("GET", f"/signin/link/{token}/?next={word}")
    # It is written after the answer was sent.
    assert wait_until(lambda: answer.headers["X-Correlation-ID"] in site.log(), seconds=60)
    lines = [json.loads(line) for line in site.log().splitlines()]
    assert lines[-1]["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert (lines[-1]["path"], lines[-1]["method"]) == ("/signin", "GET")
    for unsaid in (token, word):
        assert unsaid not in site.log()
    # The site has the same address here as who asks it.
    assert "127.0.0.1" not in "".join(value for line in lines for key, value in line.items() if key != "upstream")
    assert {key for line in lines for key in line}.isdisjoint({"remote_addr", "ip", "user_agent", "referer"})


def test_measures_are_not_for_the_world(site: Front) -> None:
    assert site.ask("GET", "/metrics")[0].status == 404


def test_a_process_that_is_gone_costs_no_request(site: Front) -> None:
    # Port 9 of this machine is nobody's: refused, and the next one answers.
    point_at(site.home, 9, site.web_port)
    assert nginx(site.home, "-s", "reload").returncode == 0
    assert [site.ask("GET", "/health")[0].status for _ in range(20)] == [200] * 20


def test_with_all_processes_gone_people_read_a_page_and_programs_a_problem(site: Front) -> None:
    before, style = site.ask("GET", f"/static/{KEPT}", Cookie="__Host-sessionid=somebody")
    assert (before.status, style) == (200, b"/* of the last version */\n")
    point_at(site.home, 9)
    try:
        assert nginx(site.home, "-s", "reload").returncode == 0
        _until(site, 503)
        answer, page = site.ask("GET", f"/documents/{uuid4()}/read/")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        assert b"Back in a moment" in page
        inline = re.search(rb"<style>(.*?)</style>", page, re.DOTALL)
        assert inline is not None
        digest = base64.b64encode(hashlib.sha256(inline[1]).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
        # A page of the version before still finds its styles.
        assert site.ask("GET", f"/static/{KEPT}")[1] == style
        assert site.ask("GET", "/static/other.css")[0].status == 503
        answer, body = site.ask("GET", "/api/v1/user")
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert json.loads(body)["status"] == 503
    finally:
        point_at(site.home, site.web_port)
        nginx(site.home, "-s", "reload")
        _until(site, 200)


def _handshake(site: Front, version: ssl.TLSVersion) -> str | None:
    """The version agreed on with a client that speaks no other."""
    context = site.context()
    # Else this side would refuse the old one before the server can.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    if version >= ssl.TLSVersion.TLSv1_2:
        context.minimum_version = version
    with (
        socket.create_connection(("127.0.0.1", site.https), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as line,
    ):
        return line.version()


def _until(site: Front, status: int) -> None:
    assert wait_until(lambda: site.ask("GET", "/health")[0].status == status, seconds=60)


def _a_draft() -> tuple[str, dict[str, str]]:
    """A draft of somebody, and the cookies of their browser under the names of a site with https."""
    student = student_with_consent()
    document = DocumentFactory.create(owner=student)
    browser = Client()
    browser.force_login(student)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return str(document.pk), {"__Host-sessionid": session, "__Host-csrftoken": secrets.token_hex(16)}


def _cookie_header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _form(cookies: dict[str, str], content: bytes) -> tuple[bytes, str]:
    """A form with a file, and its content type."""
    mark = secrets.token_hex(12)
    fields = {"csrfmiddlewaretoken": cookies["__Host-csrftoken"], "purpose": "source"}
    head = f"--{mark}\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(f'{head}"file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n')
    return "".join(parts).encode() + content + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def _upgrade(site: Front, path: str, cookies: dict[str, str], *, origin: str) -> bytes:
    """The first line of what the server says to a browser that asks for a WebSocket."""
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {NAME}", "Connection: Upgrade", "Upgrade: websocket", f"Origin: {origin}",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}",
        f"Cookie: {_cookie_header(cookies)}", "", "",
    ]  # fmt: skip
    with site.socket() as line:
        line.sendall("\r\n".join(lines).encode())
        return line.recv(200)
