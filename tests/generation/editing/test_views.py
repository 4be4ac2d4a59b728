"""The pages of the writing room, without JavaScript (R-90, R-91)."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document, Export, Rendering, Section, Source
from tests.documents.test_views import words
from tests.generation.editing.making import TEXT

pytestmark = pytest.mark.django_db


def at(section: Section, name: str = "edit") -> str:
    return reverse(f"generation:{name}", args=[section.document_id, section.pk])


def test_a_section_is_changed_from_the_reading_page(browser: Client, section: Section) -> None:
    page = browser.get(reverse("documents:read", args=[section.document_id]))
    assert at(section) in words(page)
    assert "before your changes" not in words(page)
    form = browser.get(at(section))
    assert "[@light, p. 1]. Nobody knows why.</textarea>" in words(form)
    assert "Of lamps" in words(form)
    saved = browser.post(at(section), {"text": f"{TEXT} I do.", "revision": 1}, follow=True)
    assert "Saved." in words(saved)
    assert "before your changes" in words(saved)
    assert "A change is being set." in words(saved)
    rendering = Rendering.objects.filter(document=section.document)
    rendering.update(due_at=None)
    assert "A change is being set." not in words(browser.get(reverse("documents:read", args=[section.document_id])))
    rendering.update(given_up_at=timezone.now())
    assert "A change is being set." in words(browser.get(reverse("documents:read", args=[section.document_id])))
    section.refresh_from_db()
    assert section.text.endswith("I do.")


def test_where_nothing_was_changed_nothing_is_said_to_be_saved(browser: Client, section: Section) -> None:
    response = browser.post(at(section), {"text": section.text, "revision": section.revision})
    # The browser that kept a text is told that it may let go of it.
    read = reverse("documents:read", args=[section.document_id])
    assert response.headers["Location"] == f"{read}?saved={section.pk}#s-{section.pk}"
    shown = words(browser.get(read))
    assert "Nothing was changed, so nothing was saved." in shown
    assert "Saved." not in shown


def test_browsers_are_told_the_language_of_the_text(browser: Client, section: Section) -> None:
    Document.objects.filter(pk=section.document_id).update(language="de")
    page = words(browser.get(reverse("documents:read", args=[section.document_id])))
    assert '<p class="no-print" lang="en"><a' in page
    assert re.search(r'<textarea[^>]* lang="de"', words(browser.get(at(section))))


def test_a_text_that_is_refused_stays_in_the_field(browser: Client, section: Section) -> None:
    page = browser.post(at(section), {"text": "Mine [@nobody].", "revision": 1})
    assert page.status_code == 422
    assert "There is no source" in words(page)
    assert "data-is-unsaved" in words(page)
    assert "data-is-unsaved" not in words(browser.get(at(section)))
    assert "Mine [@nobody].</textarea>" in words(page)
    assert browser.post(at(section), {"text": "Mine.", "revision": "x"}).status_code == 422


def test_a_text_that_was_looked_over_is_saved_from_that_page(browser: Client, section: Section) -> None:
    page = words(browser.post(at(section, "check-section"), {"text": f"{TEXT} I do.", "revision": 1}))
    form = re.search(r'<form[^>]* id="section-form"[^>]*>', page)
    assert form is not None
    action = re.search(r' action="([^"]+)"', form[0])
    assert action is not None
    browser.post(action[1], {"text": f"{TEXT} I do.", "revision": 1})
    section.refresh_from_db()
    assert section.text.endswith("I do.")


def test_of_two_windows_both_changes_are_joined(browser: Client, section: Section) -> None:
    browser.post(at(section), {"text": TEXT.replace("Nobody", "Somebody"), "revision": 1})
    token = str(uuid4())
    mine = {"text": TEXT.replace("The lamp", "A lamp"), "revision": 1, "unsaved": token}
    page = browser.post(at(section), mine)
    assert page.status_code == 409
    assert f'name="unsaved" value="{token}"' in words(page)
    assert "Both changes are in the text below." in words(page)
    assert "data-is-unsaved" in words(page)
    assert "A lamp burned for five hours in the tower [@light, p. 1]. Somebody knows why.</textarea>" in words(page)
    assert 'name="revision" value="2"' in words(page)


@pytest.mark.parametrize("is_kept", [True, False])
def test_of_two_windows_that_changed_the_same_both_are_shown(browser: Client, section: Section, is_kept: bool) -> None:
    browser.post(at(section), {"text": TEXT.replace("Nobody", "Somebody"), "revision": 1})
    if not is_kept:
        section.revisions.filter(revision=1).delete()
    page = browser.post(at(section), {"text": TEXT.replace("Nobody", "Anybody"), "revision": 1})
    assert (page.status_code, "Both changed the same words." in words(page)) == (409, True)
    assert "<del>Somebody</del><ins>Anybody</ins>" in words(page)
    assert "Anybody knows why.</textarea>" in words(page)
    section.refresh_from_db()
    assert "Somebody" in section.text


def test_versions_are_compared_named_and_brought_back(browser: Client, section: Section) -> None:
    browser.post(at(section), {"text": TEXT.replace("Nobody", "Somebody"), "revision": 1})
    page = words(browser.get(at(section, "versions")))
    assert "<del>Nobody</del><ins>Somebody</ins>" in page
    assert "edited by its owner" in page
    browser.post(at(section, "name-version"), {"revision": 1, "name": "As delivered"})
    assert "As delivered" in words(browser.get(at(section, "versions")))
    back = browser.post(at(section, "restore-version"), {"revision": 1}, follow=True)
    assert "The version is back." in words(back)
    section.refresh_from_db()
    assert section.text == TEXT
    taken = browser.post(at(section, "name-version"), {"revision": 1, "name": ""}, follow=True)
    assert "The name is taken away." in words(taken)
    compared = words(browser.get(at(section, "versions"), {"old": "x", "new": 2}))
    assert "Version 1 beside version 2" in compared or "Version 2 beside version 3" in compared


def test_what_names_no_version_is_refused(browser: Client, section: Section, source: Source) -> None:
    assert browser.get(at(section, "versions"), {"old": 7}).status_code == 404
    assert browser.post(at(section, "restore-version"), {"revision": 7}).status_code == 404
    assert browser.post(at(section, "name-version"), {"revision": 7, "name": "x"}).status_code == 404
    long = browser.post(at(section, "name-version"), {"revision": 1, "name": "x" * 81}, follow=True)
    assert "has room for 80 letters" in words(long)
    assert browser.post(at(section, "restore-version"), {"revision": "x"}).status_code == 302


def test_a_version_that_cites_what_is_gone_is_not_brought_back(
    browser: Client, section: Section, source: Source
) -> None:
    browser.post(at(section), {"text": "Other words.", "revision": 1})
    Source.objects.filter(pk=source.pk).update(retracted_at="2026-01-01T00:00:00Z", retracted_by="crossref")
    page = browser.post(at(section, "restore-version"), {"revision": 1}, follow=True)
    assert "This version cannot be brought back: There is no source" in words(page)


def test_only_a_finished_text_of_ones_own_is_there(browser: Client, section: Section, student: User) -> None:
    unwritten = section.document.sections.filter(revision=0).first()
    assert unwritten is not None
    assert browser.get(at(unwritten)).status_code == 404
    Document.objects.filter(pk=section.document_id).update(state=DocumentState.WRITING)
    assert browser.get(at(section)).status_code == 404
    assert browser.post(at(section), {"text": "x", "revision": 1}).status_code == 404


def test_files_of_an_earlier_text_say_so(browser: Client, section: Section) -> None:
    at_take_away = reverse("documents:take_away", args=[section.document_id])
    made = Export.objects.create(
        document=section.document, format="pdf", citation_style=section.document.citation_style, fingerprint="f",
        size=4, state="ready", finished_at=timezone.now(),
    )  # fmt: skip
    said = "Made before your last change of the text."
    assert said not in words(browser.get(at_take_away))
    browser.post(at(section), {"text": f"{TEXT} Mine.", "revision": 1})
    assert said in words(browser.get(at_take_away))
    Export.objects.filter(pk=made.pk).update(finished_at=timezone.now())
    assert said not in words(browser.get(at_take_away))
