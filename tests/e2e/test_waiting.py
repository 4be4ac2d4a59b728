"""Signing in with two browsers: the page that waits finds out by itself what became of its mail (R-51)."""

import re
import time

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.e2e

ADDRESS = "two.browsers@university.example"


def ask(page: Page) -> tuple[str, str]:
    """Asks for a mail; gives its link and its code."""
    known = len(mails())
    page.goto("/signin/?next=/account/")
    page.fill("input[name=email]", ADDRESS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/signin/check/")
    deadline = time.monotonic() + 60
    while len(mails()) == known and time.monotonic() < deadline:
        time.sleep(0.2)
    text = mails()[0]["text"]
    return re.search(r"http\S+/signin/link/\S+", text)[0], re.search(r"(?<!\d)\d{6}(?!\d)", text)[0]


def mails() -> list[dict[str, str]]:
    found: list[dict[str, str]] = httpx.get(
        f"{settings.MAIL_INBOX_URL.rstrip('/')}/messages.json", params={"to": ADDRESS}
    ).json()["messages"]
    return found


def test_the_page_that_waits_follows_its_own_tab_and_is_told_of_another_browser(page: Page, browser: Browser) -> None:
    link, _code = ask(page)
    tab = page.context.new_page()
    tab.goto(link)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab).to_have_url(re.compile("/consents/"))
    page.bring_to_front()
    expect(page).to_have_url(re.compile("/consents/"), timeout=20_000)

    page.context.clear_cookies()
    link, code = ask(page)
    telephone = browser.new_context(base_url=page.url.partition("/signin")[0]).new_page()
    telephone.goto(link)
    telephone.fill("input[name=code]", code)
    telephone.keyboard.press("Enter")
    expect(telephone).to_have_url(re.compile("/consents/"))
    page.bring_to_front()
    expect(page.locator("main")).to_contain_text("used in another browser", timeout=20_000)
    expect(page.locator("input[name=email]")).to_have_value(ADDRESS)
    telephone.context.close()
