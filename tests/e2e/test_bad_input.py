"""What people do to a site without meaning to, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.source import write_source
from demo.student import Student

pytestmark = pytest.mark.e2e

BRIEF = {
    "kind": "seminar",
    "topic": "How lighthouses were kept",
    "language": "en",
    "level": "bachelor",
    "pages": "2",
    "citation_style": "apa",
    "search_for_sources": None,
}
WRITING_SECONDS = 180


def test_a_tab_closed_during_writing_loses_nothing(page: Page, site: str, tmp_path: Path) -> None:
    student = Student(site, os.environ["MAIL_INBOX_URL"])
    student.sign_in("closes.tabs@example.org")
    document = student.describe(**BRIEF)
    student.upload(document, write_source(tmp_path / "keeping-the-light.pdf"), "source")
    titles = student.get_outline(document)
    student.edit_outline(document, first_title=titles[0])
    student.pay(document)

    context = page.context
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in student.cookies.items()])
    tab = context.new_page()
    tab.goto(f"/documents/{document}/progress/")
    expect(tab.locator("main")).to_contain_text(titles[0])
    tab.close()

    student.watch(document)
    again = context.new_page()
    again.goto(f"/documents/{document}/progress/")
    expect(again.get_by_role("heading", name="Your document is ready")).to_be_visible(timeout=WRITING_SECONDS * 1000)
    student.close()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page: Page, site: str, tmp_path: Path) -> None:
    student = Student(site, os.environ["MAIL_INBOX_URL"])
    student.sign_in("large.files@example.org")
    document = student.describe(**BRIEF)
    context = page.context
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in student.cookies.items()])
    student.close()
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(1024**3 + 1)  # it takes no room
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(f"/documents/{document}/brief/")
    page.locator("#source-files").set_input_files(large)
    row = page.locator(".upload", has_text=large.name)
    expect(row).to_have_attribute("data-state", "rejected")
    expect(row).to_contain_text("This file is larger than")
    assert sent == []
