"""Choosing a citation style: any of the package, or one that a student brings (R-96)."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import QuotaReached
from accounts.models import User
from documents.domain import fallbacks, manuscripts, styles
from documents.enums import DocumentState
from documents.errors import StyleInvalid
from documents.models import Document, OwnStyle
from tests.api.calling import kind_of, program_of
from tests.documents.factories import outlined_document
from tests.documents.test_views import BRIEF, student_with_consent, words
from typesetting.examples import style_example

pytestmark = pytest.mark.django_db

CSL = b"""<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text" default-locale="en-US">
<info><title>Our faculty</title><id>x</id><updated>2024-01-01T00:00:00Z</updated></info>
<citation><layout prefix="{" suffix="}"><text variable="title"/></layout></citation></style>"""


@pytest.fixture
def document(student: User) -> Document:
    return outlined_document(owner=student)


@pytest.fixture
def own(student: User) -> OwnStyle:
    return OwnStyle.objects.create(owner=student, title="Our faculty", text=CSL.decode(), digest="d")


def csl(data: bytes = CSL) -> SimpleUploadedFile:
    return SimpleUploadedFile("faculty.csl", data)


def test_style_is_found_by_its_short_name_and_taken(browser: Client, document: Document) -> None:
    page = browser.get(reverse("documents:styles", args=[document.pk]), {"q": "1061-4036"})
    assert "Nature Genetics" in words(page)
    assert "cites as nature" in words(page)
    browser.post(reverse("documents:choose-style", args=[document.pk]), {"citation_style": "nature-genetics"})
    document.refresh_from_db()
    assert (document.citation_style, document.state) == ("nature-genetics", DocumentState.OUTLINED)
    brief = browser.get(reverse("documents:brief", args=[document.pk]))
    assert '<option value="nature-genetics" selected>Nature Genetics</option>' in words(brief)


def test_words_that_fit_nothing_say_so(browser: Client) -> None:
    assert "No style fits these words" in words(browser.get(reverse("documents:styles-new"), {"q": "xyzzy"}))
    assert "Found" not in words(browser.get(reverse("documents:styles-new")))
    assert browser.get(reverse("documents:styles-new"), {"q": "x" * 200}).status_code == 200


def test_example_is_in_the_documents_language(browser: Client, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(language="de")
    page = words(browser.get(reverse("documents:styles", args=[document.pk]), {"example": "ieee"}))
    assert "no list of sources" not in page
    assert "S.\u00a012" in page.replace("&nbsp;", "\u00a0") or "S. 12" in page
    assert '<figure class="style-example" lang="de">' in page


def test_new_work_may_begin_with_any_style(browser: Client) -> None:
    page = browser.get(reverse("documents:styles-new"), {"example": "no-such-style"})
    assert "cannot be shown" not in words(page)
    form = browser.get(reverse("documents:new"), {"style": "oscola"})
    assert 'value="oscola" selected' in words(form)
    browser.post(reverse("documents:new"), {**BRIEF, "citation_style": "oscola", "english": "en-GB"})
    made = Document.objects.get()
    assert (made.citation_style, made.cites_in) == ("oscola", "en-GB")


def test_choice_of_english_is_for_english_alone(document: Document) -> None:
    document.english = "en-US"
    assert document.cites_in == "en-US"
    document.language = "de"
    assert document.cites_in == "de"


def test_style_that_is_none_is_not_taken(browser: Client, document: Document) -> None:
    page = browser.post(
        reverse("documents:choose-style", args=[document.pk]), {"citation_style": "../apa"}, follow=True
    )
    assert "There is no such citation style." in words(page)


@pytest.mark.parametrize(("state", "said"), [("ready", "being set in the new style"), ("writing", "once the document")])
def test_style_is_taken_when_it_can_be(
    browser: Client, document: Document, settings: Settings, state: str, said: str
) -> None:
    Document.objects.filter(pk=document.pk).update(state=state)
    choose = reverse("documents:choose-style", args=[document.pk])
    assert said in words(browser.post(choose, {"citation_style": "oscola"}, follow=True))
    settings.RESTYLES_PER_DAY = 1
    if state == "ready":
        assert "limit for today" in words(browser.post(choose, {"citation_style": "apa"}, follow=True))


def test_own_style_is_tried_kept_and_cited_in(browser: Client, student: User, document: Document) -> None:
    add = reverse("documents:own-style", args=[document.pk])
    page = browser.post(add, {"file": csl()}, follow=True)
    assert "Your style is kept." in words(page)
    assert "{Researches on Radioactive Substances" in words(page)
    assert "This style has no list of sources. One is added, set in APA." in words(page)
    browser.post(reverse("documents:own-style-new"), {"file": csl()})
    style = OwnStyle.objects.get()
    assert (style.title, style.owner) == ("Our faculty", student)
    browser.post(reverse("documents:choose-style", args=[document.pk]), {"citation_style": styles.name_of(style)})
    assert manuscripts.load(document.pk).own_style == style.text
    assert "Our faculty" in words(browser.get(reverse("documents:brief", args=[document.pk])))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html/>", "no CSL style"),
        (b"", "The file is empty."),
        (b"x" * (512 * 1024 + 1), "too large"),
        (CSL.replace(b'variable="title"', b'variable="note"'), "was tried"),
        (CSL.replace(b"<text", b"<number").replace(b'variable="title"', b""), "was tried"),
    ],
)  # fmt: skip
def test_file_that_is_no_style_is_refused_in_words(browser: Client, data: bytes, said: str) -> None:
    page = browser.post(reverse("documents:own-style-new"), {"file": csl(data)})
    assert (page.status_code, said in words(page)) == (422, True)
    # What is searched for from here is searched for where styles are found, not where they are handed in.
    assert f'method="get" action="{reverse("documents:styles-new")}"' in page.content.decode()
    assert not OwnStyle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_style_is_tried(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-105."""
    held: list[bool] = []

    def watched(*args: Any, **said: Any) -> Any:
        held.append(connection.connection is not None)
        return style_example(*args, **said)

    monkeypatch.setattr("documents.domain.styles.style_example", watched)
    kept = styles.add(data=CSL, by=student)
    assert styles.example(styles.name_of(kept), language="en")
    assert held == [False, False]


def test_styles_of_ones_own_are_limited(browser: Client, own: OwnStyle, settings: Settings) -> None:
    settings.OWN_STYLES_PER_PERSON = 1
    page = browser.post(reverse("documents:own-style-new"), {"file": csl()})
    assert (page.status_code, "the most one may keep" in words(page)) == (429, True)


def test_own_style_is_nobody_elses(own: OwnStyle, student: User) -> None:
    name = styles.name_of(own)
    assert styles.may_choose(name, by=student)
    assert not styles.may_choose(name, by=student_with_consent())
    assert not styles.may_choose(name, by=None)
    assert not styles.may_choose("own-nonsense", by=student)
    assert styles.title(name) == "Our faculty"
    assert styles.title("own-nonsense") == "own-nonsense"
    assert styles.title("no-such-style") == "no-such-style"
    assert (name, "Our faculty") in styles.choices(by=student)
    assert styles.choices(by=None, chosen="no-such-style") == styles.at_hand()


def test_example_is_made_once(student: User, settings: Settings) -> None:
    cache.clear()
    first = styles.example("ieee", language="en")
    assert first == styles.example("ieee", language="en")
    assert styles.example("no-such-style", language="en") is None


def test_same_style_twice_at_once_is_one(student: User) -> None:
    first = styles.add(data=CSL, by=student)
    assert styles._keep(student, "Our faculty", "", first.digest) == first
    with pytest.raises(StyleInvalid):
        styles.add(data=b"nothing", by=student)


def test_trials_are_counted(student: User, settings: Settings) -> None:
    settings.OWN_STYLES_PER_DAY = 1
    styles.add(data=CSL, by=student)
    with pytest.raises(QuotaReached):
        styles.add(data=CSL + b" ", by=student)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, []),
        ({"text": [], "entries": [], "has_list": True}, []),
        ({"text": ["a", "gone"]}, ["The style prints nothing in the text for “gone”"]),
        ({"entries": list("abcdefg"), "has_list": True}, ["and 2 more; their entries are set in APA"]),
        ({"entries": ["a"], "has_list": False}, ["The style has no list of sources."]),
        ({"formulas": list("abcdefg")}, ["These formulas cannot be read and stand as they were typed"]),
        ({"labels": ["eq-x"]}, ["The text refers to what is not there: “eq-x”."]),
    ],
)
def test_what_a_style_left_out_is_said(
    browser: Client, document: Document, found: dict[str, Any], said: list[str]
) -> None:
    document.fallbacks = found
    sentences = fallbacks.said(document)
    assert len(sentences) == len(said)
    for sentence, part in zip(sentences, said, strict=True):
        assert all(piece in sentence for piece in part.split("“gone”"))
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, fallbacks=found)
    page = words(browser.get(reverse("documents:take_away", args=[document.pk])))
    assert ("not printed as meant" in page) == bool(said)


def test_programs_find_try_and_bring_styles(student: User) -> None:
    program = program_of(student)
    at = "/api/v1/citation-styles"
    assert "apa" in [style["name"] for style in program.get(at).json()]
    found = program.get(f"{at}?q=nature+genetics").json()
    assert {"name": "nature-genetics", "parent": "nature"}.items() <= found[0].items()
    example = program.get(f"{at}/example?name=ieee&language=de").json()
    assert "S.\u00a012" in example["citation"]
    assert program.get(f"{at}/example?name=ieee&language=xx").status_code == 400
    assert program.get(f"{at}/example?name=nonsense").status_code == 404
    brought = program.post(at, {"csl": CSL.decode()})
    assert brought.status_code == 201
    assert brought.json()["name"] in [style["name"] for style in program.get(at).json()]
    assert kind_of(program.post(at, {"csl": "<html/>"})) == "no-style"
    made = program.post("/api/v1/documents", {"topic": "Lamps", "citation_style": brought.json()["name"]})
    assert (made.status_code, made.json()["citation_style"]) == (201, brought.json()["name"])


def test_programs_are_told_when_enough_was_tried(student: User, settings: Settings) -> None:
    settings.OWN_STYLES_PER_DAY = 1
    styles.add(data=CSL, by=student)
    answer = program_of(student).post("/api/v1/citation-styles", {"csl": CSL.decode() + " "})
    assert (answer.status_code, kind_of(answer)) == (429, "quota-reached")


def test_own_style_is_removed_once_nothing_cites_in_it(browser: Client, own: OwnStyle, document: Document) -> None:
    name, page = styles.name_of(own), reverse("documents:styles", args=[document.pk])
    remove = reverse("documents:remove-style", args=[document.pk, own.pk])
    assert remove in words(browser.get(page))
    Document.objects.filter(pk=document.pk).update(citation_style=name)
    assert f"“{document}” cites in this style." in words(browser.post(remove, follow=True))
    assert styles.may_choose(name, by=own.owner)
    Document.objects.filter(pk=document.pk).update(citation_style="apa")
    assert "The style is removed." in words(browser.post(remove, follow=True))
    assert not OwnStyle.objects.exists()
    assert browser.post(remove).status_code == 404


def test_a_draft_that_is_thrown_away_holds_no_style(own: OwnStyle, document: Document) -> None:
    name, now = styles.name_of(own), timezone.now()
    Document.objects.filter(pk=document.pk).update(citation_style=name, thrown_away_at=now, ordered_at=None)
    styles.remove(name, by=own.owner)
    document.refresh_from_db()
    assert document.citation_style == "apa"


def test_style_of_somebody_else_is_not_removed(browser: Client, own: OwnStyle, student: User) -> None:
    OwnStyle.objects.filter(pk=own.pk).update(owner=student_with_consent())
    assert browser.post(reverse("documents:remove-style-new", args=[own.pk])).status_code == 404
    assert program_of(student)("DELETE", f"/api/v1/citation-styles/{styles.name_of(own)}").status_code == 404
    assert OwnStyle.objects.filter(pk=own.pk).exists()


def test_programs_remove_a_style(own: OwnStyle, document: Document) -> None:
    program, at = program_of(own.owner), f"/api/v1/citation-styles/{styles.name_of(own)}"
    Document.objects.filter(pk=document.pk).update(citation_style=styles.name_of(own))
    assert kind_of(program("DELETE", at)) == "style-in-use"
    Document.objects.filter(pk=document.pk).update(citation_style="apa")
    assert program("DELETE", at).status_code == 204
    assert program("DELETE", at).status_code == 404
    assert program("DELETE", "/api/v1/citation-styles/apa").status_code == 404
