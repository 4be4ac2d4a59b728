"""Staff in a real browser: the second factor by an app and by a passkey, the first password, the page of a person."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demo import totp
from local.supervisor import Child, Supervisor
from tesigo.platform.processes import free_port
from tests.e2e.site import wait_for

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "clerk@tesigo.example"
OWN = "seven green otters"  # pragma: allowlist secret


@pytest.fixture(scope="module")
def named_site(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same site by a name: passkeys are bound to one, never to an IP address."""
    port = free_port()
    address = f"http://localhost:{port}"
    lines: list[str] = []
    supervisor = Supervisor(home=tmp_path_factory.mktemp("named"), say=lines.append)
    web = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    here = {"SITE_URL": address, "SITE_PORT": str(port)}
    supervisor.start(Child("web", [*web, "--lifespan", "off", "--no-access-log"], environ=here))
    try:
        wait_for(f"{address}/health", supervisor, lines)
        yield address
    finally:
        supervisor.stop(("web",))


@pytest.fixture
def window(browser: Browser, named_site: str) -> Iterator[Page]:
    """A narrow window; an error of a script or of the policy fails the test."""
    context = browser.new_context(base_url=named_site, viewport={"width": 360, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    context.close()
    assert problems == []


def password(page: Page, typed: str) -> None:
    page.goto("/admin/")
    page.fill("input[name=username]", ADDRESS)
    page.fill("input[name=password]", typed)
    page.click("input[type=submit]")


def fits(page: Page) -> bool:
    """Whether the page is no wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_first_sign_in_sets_up_an_app_then_a_passkey_opens_the_administration(window: Page) -> None:
    page = window
    made = subprocess.run(
        [sys.executable, "manage.py", "create_staff", ADDRESS, "--generate"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    password(page, re.search(r"once: (\S+)", made.stdout)[1])
    expect(page.locator("h1")).to_have_text("Set up your second factor")
    assert fits(page)
    page.fill("input[name=code]", totp.code(page.inner_text("#totp-secret")))
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator(".codes code")).to_have_count(10)
    assert fits(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("h1")).to_have_text("Choose a password of your own")
    page.fill("input[name=old_password]", re.search(r"once: (\S+)", made.stdout)[1])
    page.fill("input[name=new_password1]", OWN)
    page.fill("input[name=new_password2]", OWN)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Find a person by address")).to_be_visible()

    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"isUserVerified": True}})
    page.goto("/staff/second-factor/webauthn/add/")
    page.fill("input[name=name]", "The key on my ring")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("The key on my ring")).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    password(page, OWN)
    expect(page.locator("h1")).to_have_text("Second step")
    assert fits(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_label("Find a person by address")).to_be_visible()
    page.goto("/admin/accounts/user/")
    page.get_by_role("link", name=ADDRESS).last.click()
    expect(page.get_by_role("heading", name="Where they are signed in")).to_be_visible()
    assert fits(page)
