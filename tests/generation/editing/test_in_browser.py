"""The editor in a real browser: typing, citing, undoing, a server that is away, two windows, pasting (R-90)."""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.postgres.search import SearchVector
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from accounts.models import User
from documents.models import Passage, Section, UnsavedText
from tests.e2e.conftest import ARGUMENTS
from tests.generation.editing.front import Front
from tests.generation.editing.making import BELL

#: Until an editor has heard where the caret was put.
_HEARD_MS = 200
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORD = """<html xmlns:o="urn:x"><head><style>p.MsoNormal {margin:0}</style></head><body>
<p class=MsoNormal style='margin:0'><b style='mso-x:normal'>Pasted</b> words<a style='mso-footnote-id:ftn1'
 href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a>.<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>first</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>within</p>
<h1>A heading</h1>
<div style='mso-element:footnote-list'><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText>
<a href="#_ftnref1" name="_ftn1">[1]</a> What the note says.</p></div></div></body></html>"""
PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(".prose.reading").dispatchEvent(event);
}"""

#: Leaves no room in what the site may keep in a browser.
FILL = """() => {
  let size = 1 << 22;
  for (let number = 0; size >= 1; number += 1) {
    try { localStorage.setItem(`fill-${number}`, "x".repeat(size)); } catch { size = Math.floor(size / 2); }
  }
}"""

Opens = Callable[..., Page]


@pytest.fixture
def front(live_server: Any) -> Iterator[Front]:
    made = Front(live_server.url)
    yield made
    made.kill()


@pytest.fixture
def device(student: User, section: Section, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opens]:
    """Opens the section in a browser of its own, from the server or, by its ``front``, from what stands before it.

    An error of a script or of the policy fails the test.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed")
    # Playwright's loop runs in this thread, and the database is asked beside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # A page that compares two texts takes its time on a busy machine.
    expect.set_options(timeout=30_000)
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield lambda front=live_server: opened(browser, front.url, student, section, problems)
        browser.close()
    assert problems == []


def opened(browser: Browser, site: str, student: User, section: Section, problems: list[str]) -> Page:
    client = Client()
    client.force_login(student)
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": name, "value": one.value, "url": site} for name, one in client.cookies.items()])
    context.on("weberror", lambda told: problems.append(str(told.error)))
    context.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
    context.set_default_timeout(30_000)
    return tab(context, section)


def tab(context: BrowserContext, section: Section) -> Page:
    """The section in another tab of a browser."""
    page = context.new_page()
    page.clock.install()
    page.goto(reverse("generation:edit", args=[section.document_id, section.pk]))
    expect(page.locator(".prose.reading")).to_be_visible(timeout=30_000)
    return page


def to_end(page: Page) -> None:
    """Puts the caret behind the text."""
    page.locator(".prose.reading").focus()
    # Focus puts the caret where the editor had it, by a timer.
    page.clock.run_for(_HEARD_MS)
    page.keyboard.press("Control+End")
    # The editor hears of the caret's place behind the key; what is pressed before goes where it was.
    page.wait_for_timeout(_HEARD_MS)
    page.clock.run_for(_HEARD_MS)


def write(page: Page, words: str) -> None:
    """Types at the end, in a paragraph of its own."""
    to_end(page)
    page.keyboard.press("Enter")
    page.keyboard.type(words)


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("[data-editor-state]")).to_contain_text("Saved at")


def test_what_is_typed_and_cited_is_saved_and_undone_over_a_reload(device: Opens, section: Section) -> None:
    Passage.objects.update(search=SearchVector("text", config="english"))
    page = device()
    expect(page.get_by_role("textbox", name="Text")).to_be_visible()
    write(page, "In every fog of that winter it was rung ")
    page.clock.run_for(1_000)
    page.get_by_role("button", name="Citation").click()
    page.get_by_label("Words of the passage").fill("bell fog")
    page.clock.run_for(500)
    page.get_by_label(BELL).check()
    expect(page.get_by_label("Page or place")).to_have_value("p. 2")
    page.get_by_role("button", name="Cite", exact=True).click()
    page.keyboard.type(".")
    page.clock.run_for(1_000)
    save(page)
    section.refresh_from_db()
    assert section.text.endswith("\n\nIn every fog of that winter it was rung [@light, p. 2].")
    assert section.citations.get(position=1).passage.text == BELL

    page.reload()
    last = page.locator(".prose.reading > p").last
    expect(last).to_contain_text("p. 2")
    page.locator(".prose.reading").focus()
    for _ in range(4):
        page.keyboard.press("Control+z")
    expect(page.locator(".prose.reading")).not_to_contain_text("In every fog")
    # What is typed slowly is undone in more steps than one.
    page.get_by_role("button", name="Redo").click()
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    expect(page.locator(".prose.reading")).to_contain_text("In every fog")


def test_a_server_that_is_away_is_said_and_nothing_is_lost(device: Opens, section: Section) -> None:
    page = device()
    state = page.locator("[data-room]")
    # Else the seconds that a busy machine takes count, too.
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.context.set_offline(True)
    write(page, "While the line was cut.")
    page.clock.run_for(3_000)
    expect(page.locator("[data-editor-state]")).to_contain_text("Not saved for 3 s")
    page.clock.run_for(8_000)
    page.wait_for_function("document.querySelector('[data-room]').dataset.state !== 'unsaved'")
    page.clock.run_for(6_000)
    expect(state).to_have_attribute("data-state", "warning")
    page.clock.run_for(15_000)
    expect(state).to_have_attribute("data-state", "locked")
    expect(page.locator(".prose.reading")).to_have_attribute("contenteditable", "false")
    page.context.set_offline(False)
    page.clock.run_for(6_000)
    expect(state).to_have_attribute("data-state", "kept")
    expect(page.locator(".prose.reading")).to_have_attribute("contenteditable", "true")
    assert UnsavedText.objects.get().text.endswith("While the line was cut.")

    other = device()
    expect(other.locator("main")).to_contain_text("Text that was not saved was kept here")
    other.get_by_role("link", name="Go on with it").click()
    expect(other.locator(".prose.reading")).to_contain_text("While the line was cut.")
    save(other)
    assert not UnsavedText.objects.exists()
    section.refresh_from_db()
    assert section.text.endswith("While the line was cut.")


def test_a_server_that_is_killed_costs_nothing_of_a_long_section(device: Opens, section: Section, front: Front) -> None:
    paragraphs = [f"Of year {number} nobody knows. " + "It was lit and it was rung. " * 40 for number in range(40)]
    text = "\n\n".join([section.text, *map(str.strip, paragraphs)])
    Section.objects.filter(pk=section.pk).update(text=text)
    section.revisions.update(text=text)
    page = device(front)
    state = page.locator("[data-room]")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    write(page, "While it was there,")
    front.kill()
    page.keyboard.type(" and when it was not.")
    page.keyboard.press("Control+s")
    expect(state).to_have_attribute("data-state", "away")
    page.clock.run_for(17_000)
    expect(state).to_have_attribute("data-state", "warning")
    page.keyboard.type(" More.")
    page.clock.run_for(15_000)
    expect(state).to_have_attribute("data-state", "locked")
    page.keyboard.type("Nobody hears this.")
    # A window that is closed now has it in its browser.
    assert "While it was there, and when it was not. More." in page.evaluate("Object.values(localStorage).join()")
    front.start()
    page.clock.run_for(6_000)
    expect(state).to_have_attribute("data-state", "kept")
    save(page)
    section.refresh_from_db()
    assert section.text == f"{text}\n\nWhile it was there, and when it was not. More."


def test_a_save_whose_answer_was_lost_is_saved_once(device: Opens, section: Section, front: Front) -> None:
    page = device(front)
    state = page.locator("[data-room]")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    write(page, "Saved, and nobody was told.")
    front.loses_answer_to = b"/prose/save/"
    page.keyboard.press("Control+s")
    expect(state).to_have_attribute("data-state", "away")
    front.start()
    save(page)
    section.refresh_from_db()
    assert (section.revision, section.text.count("Saved, and nobody was told.")) == (2, 1)
    expect(page.locator("#section-form [name=revision]")).to_have_value("2")
    page.keyboard.type(" More.")
    save(page)
    section.refresh_from_db()
    assert section.text.endswith("Saved, and nobody was told. More.")
    assert not UnsavedText.objects.exists()


def test_what_is_typed_behind_a_save_without_an_answer_is_saved(device: Opens, section: Section, front: Front) -> None:
    page = device(front)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    write(page, "Saved, and nobody was told.")
    front.loses_answer_to = b"/prose/save/"
    page.keyboard.press("Control+s")
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "away")
    front.start()
    page.keyboard.type(" More.")
    save(page)
    section.refresh_from_db()
    assert section.text.endswith("Saved, and nobody was told. More.")
    assert section.revision == 3
    assert not UnsavedText.objects.exists()
    expect(page.locator("#section-form [name=revision]")).to_have_value("3")


def test_what_is_too_long_is_said_until_it_is_shorter(
    device: Opens, section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("typed", "prose", "prose_views"):
        monkeypatch.setattr(f"generation.editing.{module}.MOST_CHARACTERS", len(section.text) + 10)
    page = device()
    state, refusal = page.locator("[data-room]"), page.locator("[data-editor-refusal]")
    write(page, "Longer than it may be.")
    page.keyboard.press("Control+s")
    expect(refusal).to_contain_text("A section has room for")
    page.clock.run_for(12_000)
    expect(state).to_have_attribute("data-state", "kept")
    expect(refusal).to_contain_text("A section has room for")
    to_end(page)
    for _ in range(len("Longer than it may be.")):
        page.keyboard.press("Backspace")
    page.keyboard.type("Short.")
    page.clock.run_for(12_000)
    expect(refusal).to_be_hidden()


def test_two_tabs_of_one_browser_keep_their_texts_apart(device: Opens, section: Section) -> None:
    first = device()
    second = tab(first.context, section)
    first.bring_to_front()
    write(first, "Of the first.")
    first.clock.run_for(12_000)
    expect(first.locator("[data-room]")).to_have_attribute("data-state", "kept")
    second.bring_to_front()
    write(second, "Of the second.")
    second.clock.run_for(12_000)
    expect(second.locator("[data-editor-other]")).to_be_visible()
    first.bring_to_front()
    first.keyboard.type(" More.")
    first.clock.run_for(12_000)
    expect(first.locator("[data-room]")).to_have_attribute("data-state", "kept")
    context = first.context
    # Both are gone at once, as where the browser ends: one text is on the server, the other in the browser.
    first.close()
    second.close()
    third = tab(context, section)
    expect(third.locator("main")).to_contain_text("Text that was not saved was kept here")
    assert UnsavedText.objects.get().text.endswith("Of the first. More.")
    third.locator("[data-editor-found]").get_by_role("button", name="Throw it away").wait_for()
    texts = third.evaluate("Object.values(localStorage).join()")
    assert "Of the first. More." in texts
    assert "Of the second." in texts
    texts = set()
    while third.locator("[data-editor-found]").is_visible():
        third.get_by_role("button", name="Put it into the field").click()
        texts.add(third.locator(".prose.reading > p").last.inner_text())
    assert texts == {"Of the first. More.", "Of the second."}


def beside(page: Page, script: str, *values: object) -> None:
    """Runs a script in another page of the browser, as where the section is closed."""
    other = page.context.new_page()
    other.goto("/help/")
    other.evaluate(script, list(values))
    other.close()


def test_a_text_that_there_is_no_room_to_move_stays_and_is_offered(device: Opens, section: Section) -> None:
    page = device()
    write(page, "Of a crash.")
    page.clock.run_for(1_000)
    beside(page, FILL)
    page.close()
    again = tab(page.context, section)
    take = again.get_by_role("button", name="Put it into the field")
    expect(take).to_be_visible()
    assert "Of a crash." in again.evaluate("Object.values(localStorage).join()")
    take.click()
    expect(again.locator(".prose.reading")).to_contain_text("Of a crash.")
    expect(take).to_be_hidden()
    # In the room that it had: a second crash costs nothing either.
    assert again.evaluate("Object.values(localStorage).filter((one) => one.includes('Of a crash.')).length") == 1
    again.close()
    expect(tab(page.context, section).get_by_role("button", name="Put it into the field")).to_be_visible()


def test_what_is_known_pushes_no_text_out_that_is_not(device: Opens, section: Section) -> None:
    page = device()
    texts = [{"text": f"Unknown {number}.", "revision": 1} for number in range(5)]
    put = "([name, value]) => localStorage.setItem(name, JSON.stringify(value))"
    name = f"tesigo-section-{section.pk}"
    page.close()
    beside(page, put, f"{name}-found", texts)
    beside(page, put, f"{name}-editor-closed", {"text": section.text, "revision": 1})
    again = tab(page.context, section)
    expect(again.get_by_role("button", name="Put it into the field")).to_be_visible()
    kept = again.evaluate("(name) => JSON.parse(localStorage.getItem(name))", f"{name}-found")
    assert kept == texts
    assert again.evaluate("(name) => localStorage.getItem(name)", f"{name}-editor-closed") is None


def test_without_a_lock_the_editor_opens_all_the_same(device: Opens, section: Section) -> None:
    context = device().context
    refused = "() => Promise.reject(new DOMException('no', 'SecurityError'))"
    # An empty page has none.
    context.add_init_script(
        f"if (globalThis.LockManager) LockManager.prototype.request = LockManager.prototype.query = {refused}"
    )
    page = tab(context, section)
    write(page, "Without a lock.")
    save(page)
    section.refresh_from_db()
    assert section.text.endswith("Without a lock.")


def test_two_windows_never_write_over_each_other(device: Opens, section: Section) -> None:
    first, second = device(), device()
    write(first, "Of the first.")
    write(second, "Of the second.")
    for page in (first, second):
        page.clock.run_for(12_000)
    told = second.locator("[data-editor-other]")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Keep mine").click()
    expect(told).to_be_hidden()
    save(first)
    second.keyboard.press("Control+s")
    expect(second.locator("main")).to_contain_text("Another window saved this section meanwhile")
    expect(second.locator(".compared ins")).to_have_text("second")
    expect(second.locator(".prose.reading")).to_contain_text("Of the second.")
    section.refresh_from_db()
    assert section.text.endswith("Of the first.")


def test_what_is_typed_during_a_save_that_comes_second_is_not_lost(device: Opens, section: Section) -> None:
    first, second = device(), device()
    write(first, "Of the first.")
    save(first)
    held: list[Route] = []
    second.route("**/prose/save/", lambda route: held.append(route))
    write(second, "Of the second,")
    with second.expect_request("**/prose/save/"):
        second.keyboard.press("Control+s")
    second.keyboard.type(" and more.")
    held[0].continue_()
    expect(second.locator("main")).to_contain_text("Another window saved this section meanwhile")
    expect(second.locator(".prose.reading")).to_contain_text("Of the second, and more.")


def test_a_button_that_leads_elsewhere_takes_the_text_along(device: Opens) -> None:
    page = device()
    write(page, "Typed just now.")
    page.evaluate("(button => button.form.requestSubmit(button))(document.querySelector('[data-checks-now]'))")
    page.wait_for_url("**/check/")
    expect(page.locator(".prose.reading")).to_contain_text("Typed just now.")
    expect(page.locator("[data-editor-found]")).to_be_hidden()


def test_undoing_what_was_taken_from_another_window_is_ones_own_version_again(device: Opens, section: Section) -> None:
    first, second = device(), device()
    write(first, "Saved by the first.")
    save(first)
    write(first, "Unsaved of the first.")
    first.clock.run_for(12_000)
    expect(first.locator("[data-room]")).to_have_attribute("data-state", "kept")
    write(second, "Of the second.")
    second.clock.run_for(12_000)
    revision, text = second.locator("#section-form [name=revision]"), second.locator(".prose.reading")
    second.get_by_role("button", name="Take that text").click()
    expect(text).to_contain_text("Unsaved of the first.")
    expect(revision).to_have_value("2")
    second.keyboard.press("Control+z")
    expect(text).to_contain_text("Of the second.")
    expect(text).not_to_contain_text("Saved by the first.")
    expect(revision).to_have_value("1")
    second.keyboard.press("Control+Shift+z")
    expect(revision).to_have_value("2")


def test_a_refusal_says_so_and_the_text_stays_to_be_changed(device: Opens, section: Section) -> None:
    page = device()
    refusal = page.locator("[data-editor-refusal]")
    page.route("**/unsaved/", lambda route: route.fulfill(status=403, json={"detail": "Not now."}))
    page.route("**/save/", lambda route: route.fulfill(status=200, body="<p>May we?</p>", content_type="text/html"))
    write(page, "Mine.")
    page.clock.run_for(12_000)
    expect(refusal).to_have_text("Not now.")
    page.clock.run_for(40_000)
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "unsaved")
    expect(page.locator(".prose.reading")).to_have_attribute("contenteditable", "true")
    page.keyboard.press("Control+s")
    expect(refusal).to_contain_text("This could not be saved.")
    expect(page.locator("#section-form [name=revision]")).to_have_value("1")
    expect(page.locator("textarea[name=text]")).not_to_have_value("undefined")


def test_text_that_was_found_is_offered_until_it_is_taken(device: Opens, section: Section) -> None:
    page = device()
    kept = f"localStorage.setItem('tesigo-section-{section.pk}', JSON.stringify({{text: 'Kept before.', revision: 1}}))"
    page.evaluate(kept)
    page.reload()
    take = page.get_by_role("button", name="Put it into the field")
    expect(take).to_be_visible()
    write(page, "Typed all the same.")
    page.clock.run_for(1_000)
    save(page)
    page.reload()
    expect(page.locator(".prose.reading")).to_contain_text("Typed all the same.")
    take.click()
    expect(page.locator(".prose.reading")).to_have_text("Kept before.")
    expect(page.locator("#section-form [name=revision]")).to_have_value("1")
    page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text("Another window saved this section meanwhile")
    expect(take).to_be_hidden()


def assert_is_as_pasted(section: Section) -> None:
    """The section's text is that of ``WORD``, in our marks."""
    section.refresh_from_db()
    assert "**Pasted** words[^1]." in section.text
    assert "- first\n  - within" in section.text
    assert "### A heading" in section.text
    assert "[^1]: What the note says." in section.text


def test_what_is_pasted_from_word_is_a_text_of_ours(device: Opens, section: Section) -> None:
    page = device()
    write(page, "")
    page.evaluate(PASTE, WORD)
    save(page)
    assert_is_as_pasted(section)


def test_a_footnote_a_table_and_the_shortcuts_by_keyboard(device: Opens, section: Section) -> None:
    page = device()
    write(page, "Noted")
    page.keyboard.press("Control+Alt+f")
    page.keyboard.type("Said below.")
    page.get_by_role("button", name="Put it in").click()
    page.keyboard.press("Alt+F10")
    expect(page.get_by_role("button", name="Strong")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Emphasis")).to_be_focused()
    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_label("Rows below the head").fill("1")
    page.get_by_label("Columns").fill("2")
    page.keyboard.press("Enter")
    page.keyboard.type("Year")
    expect(page.get_by_role("button", name="Delete table")).to_be_visible()
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Escape")
    save(page)
    section.refresh_from_db()
    assert "| Year |  |\n| --- | --- |" in section.text
    assert "[^1]: Said below." in section.text


def test_notes_are_on_the_text_of_now_and_lead_into_it(device: Opens, section: Section) -> None:
    page = device()
    write(page, "In 1871 the tower was lit.")
    # At once: nothing was kept on the server yet.
    page.get_by_role("button", name="Check this text").click()
    note = page.locator("[data-checks] .note").first
    expect(note).to_contain_text("In 1871 the tower was lit.")
    # A blank of another kind is the same sentence, another word is not.
    find = note.locator("[data-checks-find]")
    find.evaluate("(one) => { one.dataset.checksFind = 'In 1871\\n  the tower was lit.'; }")
    find.click()
    chosen = page.evaluate_handle("getSelection()")
    deadline = time.monotonic() + 60
    while (said := chosen.evaluate("(one) => one.toString()")) != "In 1871 the tower was lit.":
        assert time.monotonic() < deadline, said
    find.evaluate("(one) => { one.dataset.checksFind = 'In 1872 the tower was lit.'; }")
    find.click()
    told = "The words it is about are not in the text: “In 1872 the tower was lit.”"
    expect(page.locator("[data-checks-said]")).to_have_text(told)


def test_at_360_pixels_nothing_is_wider_than_the_screen(device: Opens) -> None:
    page = device()
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
