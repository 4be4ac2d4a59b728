"""The main journey in a real browser, on the demo's own brief and source."""

import os
import re
from pathlib import Path

import httpx
import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from demo.source import write_source

pytestmark = pytest.mark.e2e

ASSIGNMENT = Path(__file__).resolve().parents[2] / "demo" / "assignment.md"
PAGES = 4
WRITING_SECONDS = 180


def mails_to(address: str) -> list[dict[str, str]]:
    """All mails to an address, the newest first."""
    answer = httpx.get(f"{os.environ['MAIL_INBOX_URL']}messages.json", params={"to": address}).json()
    mails: list[dict[str, str]] = answer["messages"] if isinstance(answer, dict) else answer
    return mails


def mail_to(address: str) -> str:
    """The text of the newest mail to an address."""
    mails = mails_to(address)
    return f"{mails[0]['subject']}\n{mails[0]['text']}" if mails else ""


def sign_in(page: Page, address: str) -> None:
    """By the code of the mail; gives the required consent."""
    page.goto("/signin/")
    page.get_by_label(re.compile("e-mail", re.I)).fill(address)
    page.locator("main form button").first.click()
    code_field = page.locator("input[name=code]")
    expect(code_field).to_be_visible()
    code = None
    for _ in range(100):
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", mail_to(address))
        if found:
            code = found[1]
            break
        page.wait_for_timeout(100)
    assert code, "the sign-in mail did not come"
    code_field.fill(code)
    code_field.press("Enter")
    page.wait_for_url(re.compile("/consents/"))
    page.locator("input[name=essential]").check()
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile("/documents/"))


def assert_accessible(page: Page) -> None:
    """axe finds nothing (WCAG 2.2 AA)."""
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def assert_fits_a_phone(page: Page) -> None:
    """Nothing sticks out at 360 px."""
    page.set_viewport_size({"width": 360, "height": 740})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert width <= 360, f"{page.url} is {width} px wide on a phone"


def looked_at(page: Page) -> None:
    """What every page of the journey must be."""
    assert_fits_a_phone(page)
    assert_accessible(page)


def test_from_an_address_to_a_finished_cited_pdf(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    looked_at(page)
    sign_in(page, "ada.lovelace@example.org")
    looked_at(page)

    page.goto("/documents/new/")
    page.get_by_label("Seminar paper").check()
    page.locator("[name=topic]").fill("How lighthouses were kept, and what became of their keepers")
    page.locator("[name=pages]").fill(str(PAGES))
    page.locator("[name=search_for_sources]").uncheck()
    looked_at(page)
    page.get_by_role("button", name="Save and add files").click()
    page.wait_for_url(re.compile("/brief/"))

    source = write_source(tmp_path / "keeping-the-light.pdf")
    for purpose, file in (("assignment", ASSIGNMENT), ("source", source)):
        form = page.locator(f"form:has(input[name=purpose][value={purpose}])").first
        form.locator("input[type=file]").set_input_files(file)
        if form.get_by_role("button").first.is_visible():
            form.get_by_role("button").first.click()
        row = page.locator(".upload", has_text=file.name)
        expect(row).to_have_attribute("data-state", "ready", timeout=60_000)
    looked_at(page)
    page.get_by_role("button", name="Save and go to the outline").click()

    page.get_by_role("button", name="Make the outline").click()
    first = page.locator("input[name^='title-']").first
    expect(first).to_be_visible(timeout=90_000)
    looked_at(page)
    first.fill("What the lights were for")
    page.get_by_role("button", name="Save and look at the sources").click()

    page.wait_for_url(re.compile("/sources/"))
    expect(page.locator(".desk-entry")).to_have_count(1)
    page.get_by_role("button", name="It has to be cited").click()
    expect(page.locator(".desk .chip").first).to_have_text("has to be cited")
    page.get_by_text("Where each part comes from").click()
    looked_at(page)
    page.get_by_role("link", name="Continue to the price").first.click()

    page.wait_for_url(re.compile("/price/"))
    expect(page.locator("main")).to_contain_text("€2.00")
    looked_at(page)
    for box in page.locator("form[action*='/pay/'] input[type=checkbox]").all():
        box.check()
    page.locator("form[action*='/pay/'] button[type=submit], form[action*='/pay/'] button").last.click()

    page.wait_for_url(re.compile("/stripe/checkout/"))
    page.locator("form button").first.click()
    page.wait_for_url(re.compile("/progress/"))
    looked_at(page)
    expect(page.locator("main")).to_contain_text("What the lights were for")
    page.reload()
    document = re.search(r"/documents/([^/]+)/", page.url)[1]
    # The page finds out by itself, over its WebSocket.
    expect(page.get_by_role("heading", name="Your document is ready")).to_be_visible(timeout=WRITING_SECONDS * 1000)
    looked_at(page)

    page.goto(f"/documents/{document}/read/")
    expect(page.locator("article")).to_contain_text("What the lights were for")
    looked_at(page)
    citation = page.locator("article a.cite").first
    card = page.locator(citation.get_attribute("href") or "#missing")
    expect(card).to_contain_text("Keeping the Light")
    expect(card).to_contain_text("Page")
    citation.click()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")

    page.goto(f"/documents/{document}/citations/")
    looked_at(page)
    page.goto(f"/documents/{document}/take-away/")
    looked_at(page)
    files = {}
    for format in ("PDF", "DOCX"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Download {format}").click()
        files[format] = tmp_path / f"out.{format.lower()}"
        download.value.save_as(files[format])
    assert files["DOCX"].read_bytes()[:2] == b"PK"
    text = [leaf.get_textpage().get_text_bounded() for leaf in pypdfium2.PdfDocument(files["PDF"])]
    assert "What the lights were for" in text[1], "the contents come after the title page"
    assert any("Ellingsen" in leaf for leaf in text)
    # Title page and contents before the body, the bibliography after it.
    assert PAGES - 0.5 <= len(text) - 3 <= PAGES + 1

    page.goto("/documents/?q=lighthouses")
    expect(page.locator(".rows")).to_contain_text("ready")
    looked_at(page)
    page.goto("/account/")
    expect(page.locator("main")).to_contain_text("€2.00")
    looked_at(page)
    assert any("ready" in mail["subject"].lower() for mail in mails_to("ada.lovelace@example.org"))


def test_somebody_elses_document_is_not_there(page: Page) -> None:
    sign_in(page, "grace.hopper@example.org")
    page.goto("/documents/new/")
    page.locator("[name=topic]").fill("Compilers")
    page.get_by_role("button", name="Save and add files").click()
    page.wait_for_url(re.compile("/brief/"))
    mine = re.sub(r".*/documents/([^/]+)/.*", r"\1", page.url)
    page.locator("header").get_by_role("button", name="Sign out").click()
    sign_in(page, "mallory@example.org")
    for place in ("brief", "outline", "sources", "price", "progress", "read", "take-away", "citations"):
        answer = page.goto(f"/documents/{mine}/{place}/")
        assert answer is not None
        assert answer.status == 404, place
    answer = page.goto(f"/api/documents/{mine}/progress/")
    assert answer is not None
    assert answer.status == 404
