"""Words that are a third longer than the English ones fit on a phone: none is cut, no page is wider than the screen."""

import mimetypes
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client
from playwright.sync_api import Route, sync_playwright

from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document
from tests.documents.test_views import student_with_consent
from tests.languages.conftest import PSEUDO
from tests.platform.test_ownership import Things, signed_in

ROOT: Final = Path(__file__).resolve().parents[2]
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE: Final = {"width": 360, "height": 780}
#: Elements that hide what does not fit, and hide some of it.
CUT: Final = """() => [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
  const style = getComputedStyle(one);
  return one.childElementCount === 0 && one.textContent.trim() && style.overflowX !== "visible"
    && !one.closest(".visually-hidden") && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1
    && style.overflowX !== "auto" && style.overflowX !== "scroll";
}).map((one) => one.outerHTML.slice(0, 200))"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def _pages_of_a_student(language: str) -> dict[str, str]:
    theirs = Things(student_with_consent())
    User.objects.filter(pk=theirs.owner.pk).update(language=language)
    browser, visitor = signed_in(theirs.owner), Client(headers={"Accept-Language": language})
    pages = {path: visitor.get(path).content.decode() for path in ("/", "/signin/", "/imprint/", "/terms/")}
    own = [f"/documents/{theirs.document.pk}/{part}" for part in ("outline/", "sources/", "title-page/", "price/")]
    own += ["/documents/", "/documents/new/", "/documents/new/styles/", "/account/", "/account/data/"]
    pages |= {path: browser.get(path, follow=True).content.decode() for path in own}
    Document.objects.filter(pk=theirs.document.pk).update(state=DocumentState.READY)
    own = [f"/documents/{theirs.document.pk}/{part}" for part in ("read/", "take-away/")]
    return pages | {path: browser.get(path, follow=True).content.decode() for path in own}


def _answer(route: Route, pages: dict[str, str]) -> None:
    path = route.request.url.split("pages.test", 1)[1].split("?")[0]
    file = ROOT / path.lstrip("/")
    if path in pages:
        route.fulfill(body=pages[path], content_type="text/html")
    elif path.startswith("/static/") and file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
    else:
        route.fulfill(status=404)


@pytest.mark.parametrize("language", [PSEUDO, "de"])
def test_nothing_is_cut_on_a_phone(language: str, pseudo_language: None, settings: Any) -> None:
    pages = _pages_of_a_student(language)
    too_wide, cut = {}, {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport=PHONE)
        tab.route("http://pages.test/**", lambda route: _answer(route, pages))
        for path in pages:
            tab.goto(f"http://pages.test{path}")
            width = tab.evaluate("document.documentElement.scrollWidth")
            if width > PHONE["width"]:
                too_wide[path] = width
            if found := tab.evaluate(CUT):
                cut[path] = found
        browser.close()
    assert (too_wide, cut) == ({}, {})
