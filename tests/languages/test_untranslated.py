"""No page and no mail has a word that is not marked for translation (R-04)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.template.base import Lexer, TokenType
from django.test import Client
from django.urls import URLResolver, get_resolver
from lxml import html

from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document
from tests.documents.test_views import student_with_consent
from tests.languages.conftest import PSEUDO
from tests.platform.test_ownership import THEIRS, Things, signed_in

TEMPLATES: Final = Path(__file__).parents[2] / "templates"
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_ATTRIBUTES: Final = ("alt", "title", "aria-label", "placeholder")
#: Names, which are the same in every language, and what a machine reads.
_NAMES: Final = {
    "TesiGo", "UTC", "PDF", "DOCX", "Zotero", "Stripe", "DOI", "ISSN", "CSL", "HTML", "JSON", "EPUB", "ODT",
    "BibTeX", "biblatex", "RIS", "LaTeX", "Markdown", "Article", "MLA", "APA",
}  # fmt: skip
#: Specimens: what a document looks like, and how styles cite.
_SPECIMENS: Final = {"_sample.html", "_style_examples.html"}
#: What the student of these tests has called things, and what the site's settings say.
_DATA: Final = re.compile(
    r"Lighthouses|[^.⟦⟧]*lighthouses|The history of lighthouse number \d+|Introduction|Nights|Days|The work"
    r"|Keeping the Light|Ellingsen, Mara|Our faculty|theirs|Why\?|TesiGo Tests|1 Example Street"
    r"|Sandbox: nothing here is real\.|\S+@\S+|[\w-]+\.(?:txt|pdf)|\d+\sbytes|\d+ [\w ]+ \d{4}|[\w-]+ \d\d, \d{4}"
)


# --- as they are written ------------------------------------------------------------------------------------------


def _literal(path: Path) -> Iterator[str]:
    """What a template shows as it stands in it."""
    is_translated = is_comment = False
    shown = ""
    for token in Lexer(path.read_text("utf-8")).tokenize():
        if token.token_type == TokenType.BLOCK:
            verb = token.contents.split()[0]
            is_translated = {"blocktranslate": True, "endblocktranslate": False}.get(verb, is_translated)
            is_comment = {"comment": True, "endcomment": False}.get(verb, is_comment)
            shown += "\0"
        elif token.token_type == TokenType.TEXT and not is_translated and not is_comment:
            shown += token.contents
        else:
            shown += "\0"
    shown = re.sub(r"<(style|script|desc|code)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", " ", shown, flags=re.DOTALL)
    for tag in re.findall(r"<[^>]*>", shown):
        yield from re.findall(rf'\b(?:{"|".join(_ATTRIBUTES)})="([^"]*)"', tag)
    yield re.sub(r"<[^>]*>|&\w+;", " ", shown)


@pytest.mark.parametrize(
    "path",
    [one for one in sorted(TEMPLATES.rglob("*.*")) if one.suffix in {".html", ".txt"} and one.name not in _SPECIMENS],
    ids=lambda one: one.name,
)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    words = {word for text in _literal(path) for word in _WORD.findall(text)}
    assert words - _NAMES == set()


# --- as they are read ---------------------------------------------------------------------------------------------


def pages_without_ids(resolver: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address of a page that takes nothing."""
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from pages_without_ids(one, route)
        elif not one.pattern.regex.groups and not route.startswith(("/admin/", "/staff/", "/api/", "/files/")):
            yield route


def _read(page: html.HtmlElement) -> str:
    """What a page says outside of the brackets: its texts in their order, and what is read aloud."""
    aloud = (element.get(name, "") for element in page.iter("*") for name in _ATTRIBUTES)
    depth, outside = 0, []
    for letter in "\n".join((*_texts(page), *aloud)):
        depth += (letter == "⟦") - (letter == "⟧")
        if not depth:
            outside.append(letter)
    return "".join(outside)


def _texts(element: html.HtmlElement) -> Iterator[str]:
    """Of what is said to be in a language of its own, and of what machines read, nothing."""
    is_read = isinstance(element.tag, str) and element.tag not in {"script", "style", "option", "textarea", "code"}
    if is_read and (element.tag == "html" or element.get("lang") is None):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


@pytest.fixture(scope="module")
def theirs(shared_rows: None) -> Things:
    return Things(student_with_consent())


@pytest.mark.django_db
@pytest.mark.parametrize("state", [DocumentState.OUTLINED, DocumentState.READY])
def test_a_page_says_nothing_that_is_not_translated(
    state: DocumentState, theirs: Things, pseudo_language: None
) -> None:
    User.objects.filter(pk=theirs.owner.pk).update(language=PSEUDO)
    Document.objects.filter(pk=theirs.document.pk).update(state=state)
    browsers = signed_in(theirs.owner), Client(headers={"Accept-Language": PSEUDO})
    paths = [
        *pages_without_ids(),
        *(one.at(theirs.id_of) for one in THEIRS if one.name and not one.route.startswith("api/")),
    ]
    seen, left = 0, set()
    for browser in browsers:
        for path in paths:
            answer = browser.get(path)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            seen += 1
            said = _read(html.document_fromstring(answer.content.decode()))
            left |= {(path, word) for word in _WORD.findall(_DATA.sub(" ", said)) if word not in _NAMES}
    assert seen > 35
    assert left == set()
