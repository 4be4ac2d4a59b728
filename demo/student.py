"""A student without a browser: walks the site's own pages, forms and links over HTTP, as one without a script would."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

import httpx
import lxml.html

DEADLINE_SECONDS = 900.0
T = TypeVar("T")


class JourneyError(Exception):
    """The site did not do what the journey expects; the message says where, and what the page said."""


class Student:
    """One person's way through the site at ``site``; mails are read in the inbox at ``inbox``."""

    def __init__(self, site: str, inbox: str, *, timeout: float = 60.0) -> None:
        self.site = site.rstrip("/")
        self.inbox = inbox.rstrip("/")
        self._http = httpx.Client(follow_redirects=True, timeout=timeout)
        self._page: lxml.html.HtmlElement = lxml.html.fromstring("<html></html>")
        self._url = self.site

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    @property
    def url(self) -> str:
        """Where the student is."""
        return self._url

    @property
    def cookies(self) -> dict[str, str]:
        """The student's cookies, for a browser that is to go on from here."""
        return {cookie.name: cookie.value or "" for cookie in self._http.cookies.jar}

    def snapshot(self, document: str) -> dict[str, Any]:
        """How far the document is, as the API tells."""
        answer = self._http.get(f"{self.site}/api/documents/{document}/progress/")
        if answer.is_error:
            raise JourneyError(f"progress answered {answer.status_code}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> lxml.html.HtmlElement:
        """Opens a page of the site."""
        return self._show(self._http.get(urljoin(self.site + "/", path)))

    def submit(
        self,
        action: str,
        values: Mapping[str, str | list[str] | None],
        *,
        expect_error: bool = False,
    ) -> lxml.html.HtmlElement:
        """Fills in the form of this page whose address contains ``action`` and sends it, hidden fields included.

        A value of nothing clears a box that is ticked.
        """
        form = next((form for form in self._page.forms if action in (urljoin(self._url, form.action or ""))), None)
        if form is None:
            raise JourneyError(f"no form for {action!r} at {self._url}: {self.words()[:300]}")
        data: dict[str, list[str]] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        for name, value in values.items():
            data[name] = value if isinstance(value, list) else [value] if value is not None else []
        target = urljoin(self._url, form.action or self._url)
        headers = {"Referer": self._url}
        answer = self._http.post(target, data=data, headers=headers)
        return self._show(answer, expect_error=expect_error)

    def _show(self, answer: httpx.Response, *, expect_error: bool = False) -> lxml.html.HtmlElement:
        self._url = str(answer.url)
        if "html" in answer.headers.get("content-type", ""):
            self._page = lxml.html.fromstring(answer.text)
        if answer.is_error and not expect_error:
            raise JourneyError(
                f"{answer.request.method} {answer.url} answered {answer.status_code}: {self.words()[:500]}"
            )
        return self._page

    def words(self) -> str:
        """What the main part of the page says, on one line."""
        main = self._page.find(".//main")
        return " ".join((self._page if main is None else main).text_content().split())

    # --- the journey -----------------------------------------------------------------------------

    def sign_in(self, address: str) -> None:
        """Asks for a mail, types its code, and gives the required consent."""
        self.get("/signin/")
        # Who is signed in already is led on.
        if "/signin/" in self._url:
            known = {mail["id"] for mail in self._mails(address)}
            self.submit("/signin/", {"email": address})
            code = self._code_for(address, known)
            form = next(form for form in self._page.forms if "code" in form.fields)
            self.submit(form.action or self._url, {"code": code})
        if "/consents/" in self._url:
            self.submit("/consents/", {"essential": "on"})

    def _code_for(self, address: str, known: set[int]) -> str:
        """The code in the newest mail but those that were there before it was asked for."""

        def look() -> str | None:
            codes = [
                found[1]
                for mail in self._mails(address)
                if mail["id"] not in known
                and (found := re.search(r"(?<!\d)(\d{6})(?!\d)", mail["subject"] + mail["text"]))
            ]
            return codes[0] if codes else None

        return self._wait("the sign-in mail", look, deadline=60)

    def _mails(self, address: str) -> list[dict[str, Any]]:
        """All mails to an address, newest first."""
        answer = httpx.get(f"{self.inbox}/messages.json", params={"to": address})
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    def describe(self, **brief: str | None) -> str:
        """Fills in the description; returns the document's id."""
        self.get("/documents/new/")
        self.submit("/documents/new/", brief)
        found = re.search(r"/documents/([0-9a-f-]{36})/", self._url)
        if not found:
            raise JourneyError(f"the description was not taken: {self.words()[:500]}")
        return found[1]

    def upload(self, document: str, path: Path, purpose: str) -> None:
        """Hands a file in and waits until it has been read."""
        self.get(f"/documents/{document}/brief/")
        form = next(
            form
            for form in self._page.forms
            if f"/{document}/uploads/" in (form.action or "")
            and dict(form.form_values()).get("purpose") == purpose
            and form.xpath(".//input[@type='file']")
        )
        field = form.xpath(".//input[@type='file']")[0].name
        data = dict(form.form_values())
        with path.open("rb") as handle:
            self._show(
                self._http.post(
                    urljoin(self._url, form.action),
                    data=data,
                    files={field: (path.name, handle)},
                    headers={"Referer": self._url},
                )
            )

        def read() -> bool | None:
            page = self.get(f"/documents/{document}/brief/")
            for row in page.xpath("//*[@data-state]"):
                if path.name in row.text_content():
                    if row.get("data-state") == "rejected":
                        raise JourneyError(f"{path.name} was refused: {' '.join(row.text_content().split())}")
                    return True if row.get("data-state") == "ready" else None
            raise JourneyError(f"{path.name} is not listed: {self.words()[:500]}")

        self._wait(f"{path.name} to be read", read, deadline=180)

    def get_outline(self, document: str) -> list[str]:
        """Asks for the outline; returns the section titles."""
        self.get(f"/documents/{document}/outline/")
        self.submit("/outline/request/", {})

        def ready() -> list[str] | None:
            page = self.get(f"/documents/{document}/outline/")
            if "/brief/" in self._url or page.xpath("//*[contains(@class,'callout-danger')]"):
                raise JourneyError(f"the outline failed: {self.words()[:500]}")
            return [field.value for field in page.xpath("//input[starts-with(@name,'title-')]")] or None

        return self._wait("the outline", ready, deadline=180)

    def edit_outline(self, document: str, *, first_title: str) -> None:
        """Renames the first section, and goes on to the price."""
        page = self.get(f"/documents/{document}/outline/")
        name = page.xpath("//input[starts-with(@name,'title-')]")[0].name
        self.submit("/outline/", {name: first_title, "next": "price"})

    def price(self, document: str) -> str:
        """The total as the page says it."""
        page = self.get(f"/documents/{document}/price/")
        totals = page.xpath("//*[contains(@class,'amount')]")
        if not totals:
            raise JourneyError(f"no price on the page: {self.words()[:500]}")
        return " ".join(totals[-1].text_content().split())

    def pay(self, document: str, *, card: str = "4242424242424242") -> None:
        """Orders, and pays on the payment provider's page."""
        page = self.get(f"/documents/{document}/price/")
        form = next(form for form in page.forms if "/pay/" in (form.action or ""))
        ticks = {box.name: box.get("value", "on") for box in form.xpath(".//input[@type='checkbox']")}
        self.submit("/pay/", ticks)
        if self._url.startswith(self.site):
            raise JourneyError(f"the order was not taken: {self.words()[:500]}")
        checkout = next(form for form in self._page.forms if form.xpath(".//input[contains(@name,'number')]"))
        number = checkout.xpath(".//input[contains(@name,'number')]")[0].name
        action = checkout.action or self._url
        self.submit(action, {number: card})

    def watch(self, document: str) -> None:
        """Waits until the document is written, telling each change of its progress."""
        told = ""

        def finished() -> bool | None:
            nonlocal told
            snapshot = self.snapshot(document)
            line = f"{snapshot['percent']:3d} %  {snapshot['state']}"
            if line != told:
                told = line
                print(f"    {line}", flush=True)
            if snapshot["state"] == "failed":
                raise JourneyError(f"the document failed: {snapshot.get('failure', '')}")
            return True if snapshot["state"] == "ready" else None

        self._wait("the document", finished, deadline=DEADLINE_SECONDS)

    def download(self, document: str, folder: Path) -> list[Path]:
        """Saves every file that is ready; returns where."""
        page = self.get(f"/documents/{document}/take-away/")
        saved: list[Path] = []
        for link in page.xpath(f"//a[contains(@href,'/documents/{document}/take-away/')]/@href"):
            if not re.search(r"/take-away/[0-9a-f-]{36}/", link):
                continue
            answer = self._http.get(urljoin(self._url, link))
            answer.raise_for_status()
            found = re.search(r'filename="?([^";]+)', answer.headers["content-disposition"])
            path = folder / (found[1] if found else f"document-{len(saved)}")
            path.write_bytes(answer.content)
            saved.append(path)
        return saved

    @staticmethod
    def _wait(what: str, look: Callable[[], T | None], *, deadline: float) -> T:
        end = time.monotonic() + deadline
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > end:
                raise JourneyError(f"{what} did not come within {deadline:.0f} s")
            time.sleep(0.5)
