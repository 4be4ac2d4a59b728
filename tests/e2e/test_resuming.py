"""A file that breaks off goes on where it was, in a real browser (R-80)."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from demo.student import Student
from tests.documents import files
from tests.e2e.test_bad_input import BRIEF

pytestmark = pytest.mark.e2e
PIECE_BYTES = 16 * 1024 * 1024


def test_a_file_goes_on_after_a_cut_a_pause_and_a_reload(page: Page, site: str, tmp_path: Path) -> None:
    student = Student(site, os.environ["MAIL_INBOX_URL"])
    student.sign_in("goes.on@example.org")
    document = student.describe(**BRIEF)
    page.context.add_cookies([{"name": name, "value": value, "url": site} for name, value in student.cookies.items()])
    student.close()
    words = (files.prose(2_000) + "\n").encode()
    large = tmp_path / "large.txt"
    large.write_bytes(words * (3 * PIECE_BYTES // len(words)))
    begun: list[str] = []
    offsets: list[int] = []
    cut = {PIECE_BYTES}  # for as long as it stands here

    def pass_on(route: Route) -> None:
        at = int(route.request.headers["upload-offset"])
        offsets.append(at)
        route.abort("connectionreset") if at in cut else route.continue_()

    page.on("request", lambda one: begun.append(one.url) if one.method == "POST" and "/files/" in one.url else None)
    page.route("**/files/*-*", lambda route: pass_on(route) if route.request.method == "PATCH" else route.continue_())
    page.goto(f"/documents/{document}/brief/")
    page.locator("#source-files").set_input_files(large)
    row = page.locator(".upload", has_text=large.name)
    expect(row.get_by_role("progressbar")).to_be_visible()
    expect(row.get_by_role("status")).to_contain_text("The connection broke", timeout=60_000)
    pause = row.get_by_role("button", name=f"Pause: {large.name}")
    pause.click()
    expect(row.get_by_role("status")).to_contain_text("Paused")
    assert set(offsets) == {0, PIECE_BYTES}

    page.reload()
    cut.clear()
    offsets.clear()
    expect(row).to_contain_text("Choose the same file again to go on")
    page.locator("#source-files").set_input_files(large)
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-state", "extracting", timeout=60_000)
    assert offsets == [PIECE_BYTES, 2 * PIECE_BYTES]
    assert len(begun) == 1
