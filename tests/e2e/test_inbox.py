"""The mails of this machine can be read as their readers see them, by day and by night."""

import io
from typing import Literal

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, expect

from demo.student import Student

pytestmark = pytest.mark.e2e

#: From 0, black, to 255.
DARK, LIGHT = 64, 192


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_a_mail_is_shown_on_the_paper_that_its_ink_is_for(
    browser: Browser, site: str, scheme: Literal["light", "dark"], is_dark: bool
) -> None:
    address = f"reads.by.{scheme}@example.org"
    student = Student(site, settings.MAIL_INBOX_URL.rstrip("/"))
    student.sign_in(address)
    student.close()
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{settings.MAIL_INBOX_URL}?to={address}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="is your code").click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("TesiGo")
    shown = Image.open(io.BytesIO(page.locator("iframe").screenshot())).convert("L")
    # Within the frame's rounded border, from the corner on.
    grey = shown.crop((10, 10, shown.width - 10, shown.height - 10)).tobytes()
    context.close()
    assert (grey[0] < DARK) if is_dark else (grey[0] > LIGHT)
    assert min(grey) < DARK
    assert max(grey) > LIGHT
