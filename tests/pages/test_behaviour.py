"""What the small scripts add to a page, in a real browser under the real policy: no server and no database needed."""

import json
import mimetypes
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

READER = """
<button class="theme-switch" type="button" data-now="system" data-label-system="as the system"
  data-label-light="light" data-label-dark="dark"></button>
<div data-reader>
  <p>First claim <a class="cite" id="first" href="#cite-1">(A, p. 1)</a>,
     second claim <a class="cite" id="second" href="#cite-2">(B, p. 2)</a>.</p>
  <a id="after" href="#">after</a>
</div>
<section class="citations-list" data-cards>
  <div class="citation-card" id="cite-1"><p>Source A</p><blockquote>passage of A</blockquote></div>
  <div class="citation-card" id="cite-2"><p><a href="#b">Source B</a></p>
    <blockquote>passage of B</blockquote></div>
</section>
"""


def item(name: str, pages: str | None, inner: str = "") -> str:
    """One row of the outline as documents/_outline_item.html writes it."""
    field = f'<input type="number" data-pages name="pages-{name}" value="{pages}" aria-label="Pages of {name}">'
    return f"""<li data-outline-item id="{name}">
      <input type="hidden" name="order-{name}" value="0" data-order>
      <button type="button" class="outline-grip" data-grip aria-label="Move: {name}"></button>
      <span class="outline-number"></span>
      {field if pages else "<span data-chapter-pages></span>"}
      <button name="move" value="{name}:up" data-move="up" aria-label="Up: {name}"></button>
      <button name="move" value="{name}:down" data-move="down" aria-label="Down: {name}"></button>
      {f"<ol data-outline-list>{inner}</ol>" if inner else ""}</li>"""


OUTLINE = f"""
<form data-outline>
  <ol class="outline" data-outline-list>
    {item("one", "3")}{item("two", None, item("two-a", "4") + item("two-b", "2"))}{item("three", "3")}
  </ol>
  <div data-outline-sum data-total="12" data-fits="Adds up." data-over="Too many:" data-under="Left:">
    <output data-sum></output><progress data-sum-bar max="12" value="0"></progress><p data-sum-words></p></div>
  <p data-outline-status></p>
</form>
"""

SLIDER = """
<form><div data-sync><input type="range" min="1" max="200" value="12" data-sync-range aria-label="slider">
<input type="number" name="pages" min="1" max="200" value="12" aria-label="number"></div></form>
"""


def editor(text: str, *, revision: int, is_unsaved: bool = False) -> str:
    """The form of the writing room as generation/edit.html writes it."""
    mark = " data-is-unsaved" if is_unsaved else ""
    return f"""<form method="post" data-editor="s1"{mark}>
      <p data-editor-found hidden>Found. <button type="button" data-editor-take>Take</button>
        <button type="button" data-editor-drop>Drop</button></p>
      <textarea name="text" aria-label="Text">{text}</textarea>
      <input type="hidden" name="revision" value="{revision}">
      <p role="status" data-editor-state data-unsaved="Not saved for {{seconds}} s." data-saved="Nothing to save."></p>
      <button>Save</button></form>"""


def page_of(body: str, script: str) -> str:
    """A whole page around a fragment, with the style sheets and one script of the project."""
    sheets = "".join(
        f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in ("tokens", "base", "components", "pages")
    )
    return (
        f'<!doctype html><html lang="en"><head><title>t</title>{sheets}<script src="/static/js/theme.js"></script>'
        f'<script type="module" src="/static/js/{script}.js"></script></head><body>{body}</body></html>'
    )


PAGES = {
    "/reader": page_of(READER, "reader"),
    "/outline": page_of(OUTLINE, "outline"),
    "/slider": page_of(SLIDER, "brief"),
    "/editor": page_of(editor("As saved.", revision=2), "editor"),
    "/editor-refused": page_of(editor("Mine [@x].", revision=2, is_unsaved=True), "editor"),
}


def answer(route: Route) -> None:
    """Serves the pages above and the project's static files, with the policy in force."""
    path = route.request.url.split("pages.test", 1)[1].split("?")[0].split("#")[0]
    headers = {"content-security-policy": POLICY}
    if path in PAGES:
        route.fulfill(body=PAGES[path], content_type="text/html", headers=headers)
        return
    file = ROOT / path.lstrip("/")
    if not file.is_file():
        route.fulfill(status=404)
        return
    route.fulfill(
        body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain", headers=headers
    )


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        complaints: list[str] = []
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.route("http://pages.test/**", answer)
        yield tab
        browser.close()
        assert not [text for text in complaints if "favicon" not in text and "404" not in text]


def test_a_citation_shows_its_passage_on_tap_and_hides_it_again(page: Page) -> None:
    page.goto("http://pages.test/reader")
    one, other = page.locator("#cite-1"), page.locator("#cite-2")
    expect(one).to_be_hidden()
    page.locator("#first").click()
    expect(one).to_be_visible()
    expect(page.locator("#first")).to_have_attribute("aria-expanded", "true")
    page.locator("#second").click()
    expect(other).to_be_visible()
    expect(one).to_be_hidden()
    expect(page.locator("#first")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(other).to_be_hidden()


def test_a_citation_shows_its_passage_while_the_pointer_rests_on_it(page: Page) -> None:
    page.goto("http://pages.test/reader")
    page.locator("#first").hover()
    expect(page.locator("#cite-1")).to_be_visible()
    page.locator("#after").hover()
    expect(page.locator("#cite-1")).to_be_hidden()


def test_a_citation_can_be_read_and_left_by_keyboard(page: Page) -> None:
    page.goto("http://pages.test/reader")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#first")).to_be_focused()
    expect(page.locator("#cite-1")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#second")).to_be_focused()
    expect(page.locator("#cite-2")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#cite-2 a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#second")).to_be_focused()
    expect(page.locator("#cite-2")).to_be_hidden()


def test_the_colours_are_switched_and_remembered(page: Page) -> None:
    page.goto("http://pages.test/reader")
    by_day = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator(".theme-switch").click()
    page.locator(".theme-switch").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    by_night = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert by_day != by_night
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".theme-switch")).to_have_attribute("aria-label", "dark")


def order(page: Page) -> list[str]:
    """The sections in the order that would be sent."""
    return page.evaluate(
        "[...document.querySelectorAll('[data-order]')].sort((a, b) => a.value - b.value).map((f) => f.name.slice(6))"
    )


def test_pages_of_the_outline_add_up_while_they_are_typed(page: Page) -> None:
    page.goto("http://pages.test/outline")
    expect(page.locator("[data-sum]")).to_have_text("12")
    expect(page.locator("[data-sum-words]")).to_have_text("Adds up.")
    expect(page.locator("[data-chapter-pages]")).to_have_text("6")
    page.get_by_label("Pages of two-b").fill("2.5")
    expect(page.locator("[data-sum]")).to_have_text("12.5")
    expect(page.locator("[data-sum-words]")).to_have_text("Too many: 0.5")
    page.get_by_label("Pages of one").fill("1")
    expect(page.locator("[data-sum-words]")).to_have_text("Left: 1.5")


def test_sections_are_moved_by_keyboard_and_by_button(page: Page) -> None:
    page.goto("http://pages.test/outline")
    page.get_by_label("Move: one").focus()
    page.keyboard.press("ArrowDown")
    assert order(page) == ["two", "two-a", "two-b", "one", "three"]
    expect(page.get_by_label("Move: one")).to_be_focused()
    expect(page.locator("#one .outline-number")).to_have_text("2")
    page.get_by_label("Up: two-b").click()
    assert order(page) == ["two", "two-b", "two-a", "one", "three"]
    expect(page.locator("#two-b .outline-number")).to_have_text("1.1")


def test_a_section_is_moved_by_dragging_its_grip(page: Page) -> None:
    page.goto("http://pages.test/outline")
    grip = page.get_by_label("Move: one").bounding_box()
    last = page.locator("#three").bounding_box()
    assert grip is not None
    assert last is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, last["y"] + last["height"], steps=12)
    page.mouse.up()
    assert order(page) == ["two", "two-a", "two-b", "three", "one"]
    assert page.locator("[data-dragged]").count() == 0


def test_slider_and_number_say_the_same(page: Page) -> None:
    page.goto("http://pages.test/slider")
    page.get_by_label("number").fill("40")
    expect(page.get_by_label("slider")).to_have_value("40")
    page.get_by_label("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("number")).to_have_value("41")
    page.get_by_label("number").fill("900")
    expect(page.get_by_label("slider")).to_have_value("41")


def test_a_text_that_came_back_unsaved_is_kept_and_offered_again(page: Page) -> None:
    page.goto("http://pages.test/editor-refused")
    expect(page.get_by_role("status")).to_have_text(re.compile("Not saved"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("http://pages.test/editor")
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_label("Text")).to_have_value("Mine [@x].")


def test_a_text_taken_up_again_keeps_the_version_that_it_was_made_from(page: Page) -> None:
    page.goto("http://pages.test/editor")
    page.evaluate("localStorage.setItem('tesigo-section-s1', JSON.stringify({text: 'Older.', revision: '1'}))")
    page.reload()
    page.get_by_role("button", name="Take").click()
    page.get_by_label("Text").fill("Older, and more.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    kept = json.loads(page.evaluate("localStorage.getItem('tesigo-section-s1')"))
    assert kept == {"text": "Older, and more.", "revision": "1", "isSent": False}


def test_a_text_that_was_saved_is_let_go_on_the_page_behind(page: Page) -> None:
    page.goto("http://pages.test/editor")
    for is_sent, is_kept in (("false", True), ("true", False)):
        page.evaluate(f"localStorage.setItem('tesigo-section-s1', JSON.stringify({{text: 'New.', isSent: {is_sent}}}))")
        page.goto("http://pages.test/reader?saved=s1#s-1")
        expect(page).to_have_url("http://pages.test/reader#s-1")
        assert page.evaluate("localStorage.getItem('tesigo-section-s1') !== null") == is_kept
