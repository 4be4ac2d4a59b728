"""The mails of this machine can be read as their readers see them, by day and by night."""

import io
from typing import Literal

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from demo.student import Student
from tesigo.platform.processes import wait_until

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
    # What is there may not be painted yet.
    assert wait_until(lambda: min(grey(page)) < DARK and max(grey(page)) > LIGHT, seconds=30)
    corner = grey(page)[0]
    context.close()
    assert (corner < DARK) if is_dark else (corner > LIGHT)


def grey(page: Page) -> bytes:
    """How bright each point of the shown mail is, within the frame's rounded border, from the corner on."""
    shown = Image.open(io.BytesIO(page.locator("iframe").screenshot())).convert("L")
    return shown.crop((10, 10, shown.width - 10, shown.height - 10)).tobytes()
