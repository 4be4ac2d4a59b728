"""A session that ends while a page lies open: the page says so and leads back to where it was (R-100, ASVS V7.4)."""

import re
import time

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Route, expect

from demo.student import Student

pytestmark = pytest.mark.e2e

#: Keeps the codes that lines were closed with; the page knows nothing of it.
LISTEN = """
const codes = JSON.parse(sessionStorage.getItem("codes") || "[]");
const Line = window.WebSocket;
window.WebSocket = class extends Line {
  constructor(...given) {
    super(...given);
    this.addEventListener("close", (event) => {
      codes.push(event.code);
      sessionStorage.setItem("codes", JSON.stringify(codes));
    });
  }
};
"""


def _without_parts(route: Route) -> None:
    if route.request.headers.get("x-requested-with") == "fetch":
        route.fulfill(status=503)
    else:
        route.continue_()


def test_a_page_that_watches_is_told_that_it_is_signed_out_and_leads_back(browser: Browser, site: str) -> None:
    student = Student(site, settings.MAIL_INBOX_URL.rstrip("/"))
    student.sign_in("watcher@university.example")
    brief = {"kind": "seminar", "topic": "How lighthouses were kept", "pages": "20", "search_for_sources": "on"}
    document = student.describe(**brief)
    student.get_outline(document)
    student.pay(document)

    context = browser.new_context(base_url=site)
    context.add_init_script(LISTEN)
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in student.cookies.items()])
    page = context.new_page()
    # Asking for the page's part would tell it, too, and often sooner: here it is the line that has to.
    page.route(lambda url: "/progress/" in url, _without_parts)
    heard: list[str] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda _frame: heard.append(line.url)))
    page.goto(f"/documents/{document}/progress/")
    deadline = time.monotonic() + 60
    while not heard and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert heard
    other = context.new_page()
    other.goto("/account/")

    student.get("/account/")
    student.submit("/account/sign-out-everywhere/", {})

    expect(page).to_have_url(re.compile(rf"/signin/\?next=/documents/{document}/progress/$"), timeout=30_000)
    expect(page.locator("main")).to_contain_text("You are signed out in this browser")
    assert page.evaluate("sessionStorage.getItem('codes')") == "[4401]"
    # A page that holds no line finds out at the next click, and leads back as well.
    other.get_by_role("link", name="Library").click()
    expect(other).to_have_url(re.compile(r"/signin/\?next=/documents/$"))
    expect(other.locator("main")).to_contain_text("You are signed out in this browser")
    context.close()
    student.close()
