"""A real browser on the whole site."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.site import running_site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="package")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The running site's address, for every test of this folder."""
    with running_site(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """Redis is shared with the running site here and is left alone."""


@pytest.fixture(scope="module", autouse=True)
def clean_storage() -> None:
    """And so are its files."""


@pytest.fixture(scope="package")
def browser(site: str) -> Iterator[Browser]:
    """Headless Chromium of the system. The site comes first and goes last: its database is made beside no loop."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is missing; `make test` installs it where it may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh person's window; an error of a script or of the CSP fails the test."""
    context: BrowserContext = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real files beside the project, where they are."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real input of ../shared/data is not here")
    return folder
