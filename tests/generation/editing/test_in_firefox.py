"""The editor in Firefox: the promises of `test_in_browser`, as far as another browser could break them (R-90)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.search import SearchVector
from django.test import Client
from django.urls import reverse

from accounts.models import User
from documents.models import Passage, Section, UnsavedText
from tests.generation.editing import firefox
from tests.generation.editing.firefox import Window
from tests.generation.editing.front import Front
from tests.generation.editing.making import BELL
from tests.generation.editing.test_in_browser import WORD, assert_is_as_pasted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TEXT = ".prose.reading"
Opens = Callable[[], Window]


@pytest.fixture
def front(live_server: Any) -> Iterator[Front]:
    made = Front(live_server.url)
    yield made
    made.kill()


@pytest.fixture
def device(student: User, section: Section, front: Front, tmp_path: Path) -> Iterator[Opens]:
    """Opens the section as a person of its own; an error of a script or of the policy fails the test."""
    path = firefox.program()
    if path is None:
        pytest.skip("Firefox is not installed")
    profile = tmp_path / "profile"
    profile.mkdir()

    def opened() -> Window:
        client = Client()
        client.force_login(student)
        window = running.window(front.url, {name: one.value for name, one in client.cookies.items()})
        window.open(reverse("generation:edit", args=[section.document_id, section.pk]))
        window.shows(TEXT)
        return window

    with firefox.started(path, profile) as running:
        yield opened
        running.ask("session.status")  # what was logged until now has come, too
        assert running.problems == []


def write(window: Window, words: str) -> None:
    """Types at the end, in a paragraph of its own."""
    window.run("() => document.querySelector('.prose.reading').focus()")
    window.press("Control+End")
    # The editor hears of the caret's place behind the key.
    window.run("() => new Promise((found) => setTimeout(found, 200))")
    window.press("Enter")
    window.type(words)
    window.shows(TEXT, words)


def save(window: Window) -> None:
    window.press("Control+s")
    window.shows("[data-editor-state]", "Saved at")


def test_what_is_typed_and_cited_is_saved_and_undone_over_a_reload(device: Opens, section: Section) -> None:
    Passage.objects.update(search=SearchVector("text", config="english"))
    window = device()
    write(window, "In every fog of that winter it was rung ")
    window.click("button", "Citation")
    window.fill("#citation-words", "bell fog")
    window.shows("[data-passages] label", BELL)
    window.click("[data-passages] label", BELL)
    window.see("() => document.querySelector('#citation-suffix').value === 'p. 2'")
    window.click("[data-dialog-of=citation] button.button-primary")
    window.type(".")
    save(window)
    section.refresh_from_db()
    assert section.text.endswith("\n\nIn every fog of that winter it was rung [@light, p. 2].")
    assert section.citations.get(position=1).passage.text == BELL

    window.reload()
    window.shows(TEXT, "In every fog")
    window.run("() => document.querySelector('.prose.reading').focus()")
    window.press(*["Control+z"] * 6)
    window.see("() => !document.querySelector('.prose.reading').textContent.includes('In every fog')")
    window.press(*["Control+Shift+z"] * 6)
    window.shows(TEXT, "In every fog")


def test_without_a_network_it_is_said_and_nothing_is_lost(device: Opens, section: Section) -> None:
    window = device()
    window.cut(is_cut=True)
    write(window, "While the line was cut.")
    window.pass_seconds(11)
    window.is_in("away")
    window.pass_seconds(6)
    window.is_in("warning")
    window.pass_seconds(15)
    window.is_in("locked")
    window.see("() => document.querySelector('.prose.reading').contentEditable === 'false'")
    window.cut(is_cut=False)
    window.pass_seconds(6)
    window.is_in("kept")
    window.see("() => document.querySelector('.prose.reading').contentEditable === 'true'")
    assert UnsavedText.objects.get().text.endswith("While the line was cut.")

    other = device()
    other.shows("main", "Text that was not saved was kept here")
    other.click("a", "Go on with it")
    other.shows(TEXT, "While the line was cut.")
    save(other)
    assert not UnsavedText.objects.exists()


def test_a_server_that_is_killed_is_waited_for(device: Opens, section: Section, front: Front) -> None:
    window = device()
    write(window, "While it was there,")
    front.kill()
    window.type(" and when it was not.")
    window.press("Control+s")
    window.is_in("away")
    window.pass_seconds(16)
    window.is_in("warning")
    window.type(" More.")
    front.start()
    window.pass_seconds(6)
    window.is_in("kept")
    save(window)
    section.refresh_from_db()
    assert section.text.endswith("While it was there, and when it was not. More.")


def test_two_windows_never_write_over_each_other(device: Opens, section: Section) -> None:
    first, second = device(), device()
    write(first, "Of the first.")
    first.pass_seconds(11)
    first.is_in("kept")
    write(second, "Of the second.")
    second.pass_seconds(11)
    second.click("[data-editor-other] button", "Keep mine")
    save(first)
    second.press("Control+s")
    second.shows("main", "Another window saved this section meanwhile")
    second.shows(TEXT, "Of the second.")
    section.refresh_from_db()
    assert section.text.endswith("Of the first.")


def test_what_is_pasted_from_word_is_a_text_of_ours(device: Opens, section: Section) -> None:
    window = device()
    write(window, "Before.")
    window.press("Enter")
    window.paste(WORD)
    save(window)
    assert_is_as_pasted(section)


def test_a_footnote_a_table_and_the_shortcuts_by_keyboard(device: Opens, section: Section) -> None:
    window = device()
    write(window, "Noted")
    window.press("Control+Alt+f")
    window.shows("[data-dialog-of=note][open]")
    window.type("Said below.")
    window.click("[data-dialog-of=note] button.button-primary")
    window.press("Alt+F10")
    window.see("() => document.activeElement.textContent.includes('Strong')")
    window.press("ArrowRight")
    window.see("() => document.activeElement.textContent.includes('Emphasis')")
    window.click("button[data-dialog=table]")
    window.fill("#table-rows", "1")
    window.fill("#table-columns", "2")
    window.click("[data-dialog-of=table] button.button-primary")
    window.type("Year")
    window.shows("button", "Delete table")
    window.press("Control+/")
    window.shows("[data-dialog-of=shortcuts][open]", "Keyboard shortcuts")
    window.press("Escape")
    save(window)
    section.refresh_from_db()
    assert "| Year |  |\n| --- | --- |" in section.text
    assert "[^1]: Said below." in section.text
