"""What the editor in the writing room asks for, and what it is given (R-90)."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.postgres.search import SearchVector
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from documents.enums import CitationCheck, DocumentState
from documents.models import Document, Section, Source, UnsavedText
from generation.editing import prose
from generation.editing.saving import restore
from generation.editing.typed import MOST_CHARACTERS
from tests.documents.factories import SourceFactory
from tests.documents.test_views import words
from tests.generation.editing.making import BELL, LAMP, TEXT

pytestmark = pytest.mark.django_db


def at(section: Section, name: str) -> str:
    return reverse(f"generation:{name}", args=[section.document_id, section.pk])


def post(browser: Client, section: Section, name: str, **values: Any) -> Any:
    return browser.post(at(section, name), json.dumps(values, default=str), content_type="application/json")


def tree(browser: Client, section: Section, text: str) -> dict[str, Any]:
    doc: dict[str, Any] = post(browser, section, "prose", text=text).json()["doc"]
    return doc


def typed(doc: dict[str, Any], words_of_it: str) -> dict[str, Any]:
    """The tree with a paragraph more."""
    more = {"type": "paragraph", "content": [{"type": "text", "text": words_of_it}]}
    return {**doc, "content": [*doc["content"], more]}


def citing(key: str, suffix: str, passage: int | None) -> dict[str, Any]:
    item = {"key": key, "prefix": "", "suffix": suffix, "hides": False, "passage": passage}
    words_of_it = [{"type": "text", "text": "Something quite different is said here "}]
    return {"type": "paragraph", "content": [*words_of_it, {"type": "citation", "attrs": {"items": [item]}}]}


def test_a_text_is_opened_with_the_passages_of_its_citations(browser: Client, section: Section, source: Source) -> None:
    doc = tree(browser, section, TEXT)
    cited = doc["content"][0]["content"][1]
    assert cited["attrs"]["items"][0]["passage"] == source.passages.get(page=1).pk
    assert tree(browser, section, f"{TEXT} More.")["content"][0]["content"][1]["attrs"]["items"][0]["passage"] is None
    back = post(browser, section, "prose", doc=typed(doc, "Mine."), revision=1).json()
    assert back["text"] == f"{TEXT}\n\nMine."
    assert back["doc"]["content"][-1]["content"][0]["text"] == "Mine."


def test_a_tree_is_saved_as_a_version(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    answer = post(browser, section, "save-prose", doc=typed(doc, "Mine."), revision=1).json()
    section.refresh_from_db()
    assert (answer["revision"], answer["text"]) == (section.revision, section.text) == (2, f"{TEXT}\n\nMine.")
    assert section.citations.get().check_result == CitationCheck.JUDGED
    again = post(browser, section, "save-prose", doc=answer["doc"], revision=2).json()
    assert again["revision"] == 2


def test_a_citation_rests_on_the_passage_it_was_picked_with(browser: Client, section: Section, source: Source) -> None:
    bell = source.passages.get(page=2)
    doc = tree(browser, section, TEXT)
    sent = {**doc, "content": [*doc["content"], citing("light", "", bell.pk)]}
    assert post(browser, section, "save-prose", doc=sent, revision=1).status_code == 200
    new = section.citations.get(position=1)
    assert (new.passage, new.check_result) == (bell, CitationCheck.CHANGED)
    # Another one is picked for the same sentence, then one of a source that it does not cite.
    section.refresh_from_db()
    lamp, other = source.passages.get(page=1), SourceFactory.create(document=section.document)
    strange = other.passages.create(text="Strange.", position=0, page=1)
    for picked, expected in ((lamp.pk, lamp), (strange.pk, section.citations.get(position=1).passage)):
        sent = {**doc, "content": [*doc["content"], citing("light", "", picked)]}
        section.refresh_from_db()
        saved = post(browser, section, "save-prose", doc=sent, revision=section.revision)
        assert saved.status_code == 200
        found = section.citations.get(position=1)
        assert found.passage == expected or picked == strange.pk
        assert found.passage.source == source


@pytest.mark.parametrize(
    "noted", ["The bell was rung ^[so [@light, p. 2]] by hand.", "The bell was rung[^1].\n\n[^1]: So [@light, p. 2]."]
)
def test_in_a_text_with_notes_only_another_passage_is_a_change(
    browser: Client, section: Section, source: Source, noted: str
) -> None:
    browser.post(at(section, "edit"), {"text": f"{TEXT}\n\n{noted}", "revision": 1})
    section.refresh_from_db()
    doc = tree(browser, section, section.text)
    assert post(browser, section, "save-prose", doc=doc, revision=2).json()["revision"] == 2
    doc["content"][0]["content"][1]["attrs"]["items"][0]["passage"] = source.passages.get(page=2).pk
    assert post(browser, section, "save-prose", doc=doc, revision=2).json()["revision"] == 3


def test_a_version_that_no_section_can_have_is_refused(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    for name in ("unsaved", "save-prose"):
        assert post(browser, section, name, doc=typed(doc, "Mine."), revision=2**31).status_code == 422
    assert not UnsavedText.objects.exists()
    assert browser.post(at(section, "edit"), {"text": TEXT, "revision": 2**31}).status_code == 422


def test_of_two_windows_the_second_is_given_its_text(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    post(browser, section, "save-prose", doc=typed(doc, "Theirs."), revision=1)
    answer = post(browser, section, "save-prose", doc=typed(doc, "Mine."), revision=1)
    assert (answer.status_code, answer.json()["text"]) == (409, f"{TEXT}\n\nMine.")
    section.refresh_from_db()
    assert section.text.endswith("Theirs.")


def test_what_is_refused_says_why(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    sent = {**doc, "content": [citing("nobody", "", None)]}
    answer = post(browser, section, "save-prose", doc=sent, revision=1)
    assert answer.status_code == 422
    assert "There is no source “nobody”" in answer.json()["detail"]
    for values in ({"doc": {"type": "x"}, "revision": 1}, {"doc": doc, "revision": "x"}, {"text": "x" * 200_001}):
        assert post(browser, section, "prose", **values).status_code == 422
    for body in (b"[]", b"{", b"[" * 5_000):
        assert browser.post(at(section, "prose"), body, content_type="application/json").status_code == 422


def test_passages_are_found_by_their_words_and_source(browser: Client, section: Section, source: Source) -> None:
    source.passages.update(search=SearchVector("text", config="english"))

    def found(**query: str) -> list[str]:
        return [one["text"] for one in browser.get(at(section, "passages"), query).json()["passages"]]

    assert found() == [LAMP, BELL]
    assert found(words="fog winter") == [BELL]
    assert found(words="fog lamp") == []
    assert found(key="other") == []
    assert found(words="x" * 300) == []
    row = browser.get(at(section, "passages"), {"words": "fog"}).json()["passages"][0]
    assert (row["key"], row["page"], row["title"]) == ("light", "2", "Of lamps")


def test_too_many_calls_come_back_later(browser: Client, section: Section, settings: Any) -> None:
    settings.EDITOR_CALLS_PER_MINUTE = 1
    assert post(browser, section, "prose", text="x").status_code == 200
    answer = post(browser, section, "prose", text="x")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_only_a_finished_text_of_ones_own_is_there(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    Document.objects.filter(pk=section.document_id).update(state=DocumentState.WRITING)
    for name in ("prose", "save-prose", "unsaved"):
        assert post(browser, section, name, doc=doc, revision=1).status_code == 404
    assert browser.get(at(section, "passages")).status_code == 404
    browser.logout()
    signed_out = browser.post(
        at(section, "prose"), "{}", content_type="application/json", headers={"X-Requested-With": "XMLHttpRequest"}
    )
    assert (signed_out.status_code, "no longer signed in" in signed_out.json()["detail"]) == (401, True)


def keep(browser: Client, section: Section, words_of_it: str, known: object = None) -> HttpResponse:
    doc = typed(tree(browser, section, TEXT), words_of_it)
    answer: HttpResponse = post(browser, section, "unsaved", doc=doc, revision=1, unsaved=known)
    return answer


def test_unsaved_text_is_kept_and_offered_on_any_device(browser: Client, section: Section) -> None:
    first = json.loads(keep(browser, section, "Mine").content)
    second = json.loads(keep(browser, section, "Mine, longer", first["unsaved"]).content)
    assert UnsavedText.objects.get().text == f"{TEXT}\n\nMine, longer"
    section.refresh_from_db()
    assert section.revision == 1
    page = words(browser.get(at(section, "edit")))
    assert "Text that was not saved was kept here:" in page
    assert second["unsaved"] in page
    opened = words(browser.get(at(section, "edit"), {"unsaved": 1}))
    assert "Mine, longer</textarea>" in opened
    assert "data-is-unsaved" in opened
    saved = browser.post(
        at(section, "edit"), {"text": f"{TEXT}\n\nMine, longer", "revision": 1, "unsaved": second["unsaved"]}
    )
    assert saved.status_code == 302
    assert not UnsavedText.objects.exists()
    assert "was kept here" not in words(browser.get(at(section, "edit"), {"unsaved": 1}))


def test_two_windows_do_not_write_over_each_others_unsaved_text(browser: Client, section: Section) -> None:
    mine = json.loads(keep(browser, section, "Mine").content)
    for known in (None, uuid4()):
        told = keep(browser, section, "Theirs", known)
        assert told.status_code == 409
        answer = json.loads(told.content)
        assert answer["unsaved"] == mine["unsaved"]
        assert answer["doc"]["content"][-1]["content"][0]["text"] == "Mine"
    assert keep(browser, section, "Mine").status_code == 200
    assert keep(browser, section, "Theirs", mine["unsaved"]).status_code == 200
    assert UnsavedText.objects.get().text.endswith("Theirs")


def test_what_is_saved_already_is_not_kept(browser: Client, section: Section) -> None:
    kept = json.loads(keep(browser, section, "Mine").content)
    doc = tree(browser, section, TEXT)
    answer = post(browser, section, "unsaved", doc=doc, revision=1, unsaved=kept["unsaved"]).json()
    assert answer == {"unsaved": None, "at": None, "text": TEXT}
    assert not UnsavedText.objects.exists()
    long = typed(doc, "x" * 200_001)
    assert post(browser, section, "unsaved", doc=long, revision=1).status_code == 422


def test_unsaved_text_is_thrown_away(browser: Client, section: Section) -> None:
    kept = json.loads(keep(browser, section, "Mine").content)
    late = browser.post(at(section, "drop-unsaved"), {"unsaved": uuid4()}, follow=True)
    assert "Another window changed this section just now." in words(late)
    gone = browser.post(at(section, "drop-unsaved"), {"unsaved": kept["unsaved"]}, follow=True)
    assert "The unsaved text is thrown away." in words(gone)
    assert not UnsavedText.objects.exists()


def test_saving_lets_go_of_what_was_kept_and_of_nothing_else(browser: Client, section: Section) -> None:
    keep(browser, section, "Mine")
    doc = typed(tree(browser, section, TEXT), "Other")
    assert post(browser, section, "save-prose", doc=doc, revision=1, unsaved=uuid4()).status_code == 200
    token = UnsavedText.objects.get().token
    section.refresh_from_db()
    more = typed(tree(browser, section, section.text), "More")
    assert post(browser, section, "save-prose", doc=more, revision=2, unsaved=token).status_code == 200
    assert not UnsavedText.objects.exists()


@pytest.mark.parametrize(
    ("csl", "name"),
    [
        ({"author": [{"family": "Keeper"}], "issued": {"date-parts": [[1871]]}}, "Keeper 1871"),
        ({"author": [{"family": "Keeper"}, {"literal": "The Board"}]}, "Keeper & The Board"),
        ({"editor": [{"family": "A"}, {"family": "B"}, {"family": "C"}], "issued": {"raw": "1871"}}, "A et al."),
        ({"author": ["x"], "issued": "1871"}, "Of lamps"),
    ],
)  # fmt: skip
def test_a_source_is_named_by_who_wrote_it_and_when(csl: dict[str, Any], name: str) -> None:
    assert prose.name_of(Source(title="Of lamps", csl=csl)) == name


@pytest.mark.parametrize(("name", "most"), [("save-prose", 1), ("unsaved", 2), ("prose", 2)])
def test_a_tree_that_is_too_long_is_refused_before_it_is_written(
    browser: Client, section: Section, name: str, most: int
) -> None:
    doc = typed(tree(browser, section, TEXT), "x" * (most * MOST_CHARACTERS))
    answer = post(browser, section, name, doc=doc, revision=1)
    assert answer.status_code == 422
    assert "has room for 100000 characters; this text has" in answer.json()["detail"]
    section.refresh_from_db()
    assert (section.text, section.revision) == (TEXT, 1)


def test_a_save_whose_answer_was_lost_is_answered_again(browser: Client, section: Section) -> None:
    doc = typed(tree(browser, section, TEXT), "Mine.")
    for _time in range(2):
        assert post(browser, section, "save-prose", doc=doc, revision=1).json()["revision"] == 2
    assert section.revisions.count() == 2


def test_a_window_whose_save_was_not_answered_goes_on_from_it(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    mine = {"window": "mine", "revision": 1}
    assert post(browser, section, "save-prose", doc=typed(doc, "Mine."), **mine).status_code == 200
    more = typed(doc, "Mine. More.")
    assert post(browser, section, "save-prose", doc=more, **mine).status_code == 409
    others = {"window": "another", "revision": 1, "is_unanswered": True}
    assert post(browser, section, "save-prose", doc=more, **others).status_code == 409
    assert post(browser, section, "save-prose", doc=more, **mine, is_unanswered=True).json()["revision"] == 3
    # Behind another window's version, and where an earlier one came back, there is something to compare.
    post(browser, section, "save-prose", doc=typed(doc, "Theirs."), window="another", revision=3)
    assert post(browser, section, "save-prose", doc=more, **mine, is_unanswered=True).status_code == 409
    section.refresh_from_db()
    restore(
        section=section,
        document=section.document,
        version=section.revisions.get(revision=3),
        expected_revision=4,
        by=section.document.owner,
    )
    assert post(browser, section, "save-prose", doc=doc, **mine, is_unanswered=True).status_code == 409
    assert post(browser, section, "save-prose", doc=doc, revision=5, window="no name").status_code == 422


def test_what_is_too_long_to_be_saved_is_kept_and_said(
    browser: Client, section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = tree(browser, section, TEXT)
    token = post(browser, section, "unsaved", doc=typed(doc, "Mine."), revision=1).json()
    assert "detail" not in token
    monkeypatch.setattr("generation.editing.prose_views.MOST_CHARACTERS", len(TEXT))
    sent = {"doc": typed(doc, "Mine, and longer."), "revision": 1, "unsaved": token["unsaved"]}
    answer = post(browser, section, "unsaved", **sent)
    assert answer.status_code == 200
    assert "this text has" in answer.json()["detail"]
    assert UnsavedText.objects.get().text.endswith("Mine, and longer.")


def test_saving_what_is_saved_lets_go_of_what_was_kept(browser: Client, section: Section) -> None:
    doc = tree(browser, section, TEXT)
    kept = post(browser, section, "unsaved", doc=typed(doc, "Mine."), revision=1).json()["unsaved"]
    assert post(browser, section, "save-prose", doc=doc, revision=1, unsaved=kept).json()["revision"] == 1
    assert not UnsavedText.objects.exists()
