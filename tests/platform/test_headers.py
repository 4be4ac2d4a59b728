"""Every kind of answer bears every security header, its charset, and cookies that no sibling host can plant."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.domain import browsers
from tesigo import asgi
from tesigo.doors import body_limit
from tesigo.platform.body_limit import BodyLimit
from tesigo.platform.handler import OneThreadHandler
from tesigo.platform.headers import Headers
from tesigo.platform.log_values import OURS
from tesigo.platform.paths import ROOT
from tests.documents.factories import UserFactory
from tests.documents.test_views import student_with_consent
from tests.staff import sign_in

EVERYWHERE = {
    "content-security-policy": r"(?=.*default-src)(?=.*frame-ancestors 'none')(?=.*base-uri 'none')",
    "x-content-type-options": r"nosniff",
    "x-frame-options": r"DENY",
    "referrer-policy": r"strict-origin-when-cross-origin|same-origin",
    "permissions-policy": r".*camera=\(\)",
    "cross-origin-opener-policy": r"same-origin",
    "cross-origin-resource-policy": r"same-origin",
}
#: Kinds of answers: how each is asked for, and what it is to be, so that no kind is another one unseen.
KINDS: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "page": ("GET", "/", {}, 200),
    "redirect": ("GET", "/favicon.ico", {}, 302),
    "to the sign-in page": ("GET", "/account/", {}, 302),
    "without the slash": ("GET", "/signin", {}, 301),
    "not found": ("GET", "/nothing/", {}, 404),
    "method": ("GET", "/signout/", {}, 405),
    "no token": ("POST", "/signin/", {"data": {"email": "a@example.org"}}, 403),
    "too large": ("POST", "/signin/", {"content": b"x" * (3 * 1024 * 1024)}, 413),
    "webhook refused": ("POST", "/stripe/webhook/", {"content": b"{}"}, 400),
    "staff's sign-in page": ("GET", "/admin/login/", {}, 200),
    "health": ("GET", "/health", {}, 200),
    "static file": ("GET", "/static/a.css", {}, 200),
    "static drawing": ("GET", "/static/a.svg", {}, 200),
    "no static file": ("GET", "/static/none.css", {}, 404),
    "address that is no text": ("GET", "/%ff%fe", {}, 404),
    "unknown host": ("GET", "/", {"headers": {"Host": "evil.example"}}, 400),
    "head": ("HEAD", "/", {}, 200),
    "options": ("OPTIONS", "/signin/", {}, 405),
}


@pytest.fixture
def site(tmp_path: Path, settings: Any) -> Any:
    """The door as it is, with files of its own to serve."""
    (tmp_path / "a.css").write_text("a{color:red}")
    (tmp_path / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.STATIC_ROOT = tmp_path
    return Headers(BodyLimit(OneThreadHandler(), limit_of=body_limit))


def calling(app: Any, **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=django_settings.SITE_URL, **options)


def check(answer: httpx.Response) -> None:
    for name, wanted in EVERYWHERE.items():
        value = answer.headers.get(name, "")
        assert re.fullmatch(f"(?:{wanted}).*", value), (name, value)
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "unsafe-" not in answer.headers["content-security-policy"]
    kind = answer.headers.get("content-type", "")
    if re.match(r"text/|[\w/.-]+[/+]xml", kind):
        assert kind.replace('"', "").endswith("charset=utf-8"), kind


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_answer_has_every_header(kind: str, site: Any) -> None:
    method, path, options, status = KINDS[kind]
    async with calling(site) as browser:
        answer = await browser.request(method, path, **options)
    assert answer.status_code == status
    check(answer)


@pytest.mark.django_db(transaction=True)
async def test_a_file_that_did_not_change_has_them_too(site: Any) -> None:
    async with calling(site) as browser:
        first = await browser.get("/static/a.css")
        again = await browser.get("/static/a.css", headers={"If-Modified-Since": first.headers["last-modified"]})
    assert again.status_code == 304
    assert "default-src 'none'" in again.headers["content-security-policy"]
    check(again)


@pytest.mark.django_db(transaction=True)
async def test_a_page_keeps_the_policy_that_it_is_made_for(site: Any) -> None:
    async with calling(site) as browser:
        assert "default-src 'self'" in (await browser.get("/")).headers["content-security-policy"]


@pytest.mark.django_db(transaction=True)
def test_mistakes_of_ours_and_what_is_away_have_them() -> None:
    def away(*_: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    browser = Client(raise_request_exception=False)
    with connection.execute_wrapper(away):
        answer = browser.get("/")
    assert answer.status_code == 503
    check(httpx.Response(503, headers=dict(answer.headers)))


async def test_an_application_that_fails_before_django_is_answered_for() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("Jane Doe")

    async with calling(Headers(broken)) as browser:
        answer = await browser.get("/")
    assert answer.status_code == 500
    assert "Jane" not in answer.text
    check(answer)


async def test_an_answer_without_any_header_gets_them() -> None:
    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"x"})

    async with calling(Headers(bare)) as browser:
        check(await browser.get("/"))


def test_the_site_is_served_through_it() -> None:
    assert isinstance(asgi.application, Headers)


# --- programs ----------------------------------------------------------------------------------------------------


def patterns(found: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address that is answered, with its view."""
    for one in found.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        elif isinstance(one, URLPattern):
            yield route, one.callback


def program_addresses() -> list[str]:
    """Addresses whose view asks for no token of a form: programs call there."""
    return sorted(
        re.sub(r"<[^>]+>", "x", route).strip("^$")
        for route, view in patterns(get_resolver())
        if getattr(view, "csrf_exempt", False) and not route.startswith("admin/")
    )


def test_there_are_programs_that_call() -> None:
    assert "stripe/webhook/" in program_addresses()


@pytest.mark.parametrize("path", program_addresses())
def test_a_program_is_refused_over_plain_http_and_never_redirected(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().post(f"/{path}", b"{}", content_type="application/json")
    assert answer.status_code == 403
    assert "Location" not in answer.headers
    assert json.loads(answer.content)["type"] == "urn:tesigo:problem:https-required"


@pytest.mark.parametrize("path", ["/", "/signin/", "/documents/", "/admin/", "/nothing/"])
def test_a_person_is_sent_on_to_https(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(path)
    assert answer.status_code == 301
    assert answer.headers["Location"].startswith("https://")


def test_no_answer_names_a_kind_of_text_without_its_charset() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {kind}"
        for app in sorted(OURS)
        for path in (ROOT / app).rglob("*.py")
        for kind in re.findall(r"content_type=\"(text/[^\"]*)\"", path.read_text(encoding="utf-8"))
        if "charset" not in kind
    ]
    assert found == []


# --- cookies -----------------------------------------------------------------------------------------------------


def names_at(url: str) -> dict[str, str]:
    """The names of all cookies where the site is at this address: settings are read once a process."""
    asked = (
        "import json\n"
        "from django.conf import settings\n"
        "from accounts.domain import browsers\n"
        "from billing.views import calculator\n"
        "print(json.dumps({'session': settings.SESSION_COOKIE_NAME, 'csrf': settings.CSRF_COOKIE_NAME,\n"
        " 'language': settings.LANGUAGE_COOKIE_NAME, 'asking': browsers.ASKING_COOKIE,\n"
        " 'known': browsers.KNOWN_COOKIE, 'prices': calculator.COOKIE}))"
    )
    asked = asked.replace("from billing", "import django; django.setup()\nfrom billing")
    run = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | {"SITE_URL": url, "DJANGO_SETTINGS_MODULE": "tesigo.settings"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return dict(json.loads(run.stdout.splitlines()[-1]))


def test_no_sibling_host_can_plant_a_cookie() -> None:
    assert [name for name in names_at("https://tesigo.example").values() if not name.startswith("__Host-")] == []


def test_without_https_names_are_plain_since_browsers_refuse_the_prefix() -> None:
    names = names_at("http://127.0.0.1:8000")
    assert [name for name in names.values() if name.startswith("__")] == []
    assert len(set(names.values())) == len(names)


@pytest.mark.django_db
def test_each_cookie_of_a_journey_is_what_the_prefix_asks_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SITE_IS_HTTPS = True
    monkeypatch.setattr(browsers, "ASKING_COOKIE", "__Host-tesigo-asking")
    browser = Client()
    seen: dict[str, Any] = {}
    for answer in (
        browser.get("/signin/", secure=True),
        browser.post("/signin/", {"email": "ada@example.org"}, secure=True),
    ):
        seen |= answer.cookies
    browser.force_login(student_with_consent())
    for answer in (
        browser.post("/account/", {"name": "Ada", "language": "en"}, secure=True),
        browser.post("/signout/", secure=True),
    ):
        seen |= answer.cookies
    assert {"__Host-csrftoken", "__Host-tesigo-asking", "__Host-sessionid"} <= set(seen)
    for name, cookie in seen.items():
        assert name.startswith("__Host-"), name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
        # Deleting one, too: browsers ignore it otherwise.
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax" or cookie["max-age"] == 0, name


# --- signing out ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/signout/", "/account/sign-out-everywhere/"])
def test_signing_out_clears_the_browser_but_not_what_it_proves(path: str) -> None:
    browser = Client()
    browser.force_login(student_with_consent())
    assert "Clear-Site-Data" not in browser.get("/documents/").headers
    answer = browser.post(path)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies[django_settings.SESSION_COOKIE_NAME].value == ""


@pytest.mark.django_db
def test_staff_who_sign_out_have_their_browser_cleared() -> None:
    browser = Client()
    sign_in(browser, UserFactory.create(is_staff=True, is_superuser=True))
    assert browser.post("/admin/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
