"""Students who click while a version is changed, each with an open live line: what they lost is counted."""

import itertools
import random
import threading
from collections import Counter
from contextlib import suppress

import httpx
from django.conf import settings
from django.test import Client
from django.utils import timezone
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from demo.student import JourneyError, Student
from documents.models import Document
from privacy.domain import consent
from privacy.enums import ConsentKind

#: Seconds between two clicks, at random; a write comes with each eighth.
THINKS = (1.5, 4.5)
_EACH = 8
_BRIEF = {
    "kind": "essay", "topic": "How lamps were trimmed", "language": "en", "level": "bachelor", "pages": "2",
    "citation_style": "apa", "author_name": "",
}  # fmt: skip


class Clicking:
    """One student, who owns a document, in two threads: one clicks, one listens."""

    def __init__(self, site: str, document: Document, trouble: Counter[str], done: Counter[str]) -> None:
        self.document = document
        #: How often a live line was opened, and whether the present one has told something.
        self.opened = 0
        self.is_told = False
        self._site, self._trouble, self._done = site, trouble, done
        consent.give(user=document.owner, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
        browser = Client()
        browser.force_login(document.owner)
        self._cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._click, self._listen)]

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends both threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _click(self) -> None:
        student = Student(self._site, self._site, timeout=20)
        student._http.cookies.set(settings.SESSION_COOKIE_NAME, self._cookie, domain="127.0.0.1")
        page = f"/documents/{self.document.pk}/brief/"
        for count in itertools.count(1):
            try:
                if count % _EACH == 0:
                    student.describe(**_BRIEF)
                elif count % 2:
                    student.get("/documents/")
                elif count % 4:
                    student.get(page)
                else:
                    student.snapshot(str(self.document.pk))
                self._done["clicks"] += 1
            except (httpx.HTTPError, JourneyError) as error:
                self._trouble[f"{type(error).__name__}: {str(error)[:90]}"] += 1
            if self._stop.wait(random.uniform(*THINKS)):
                break
        student.close()

    def _listen(self) -> None:
        url = self._site.replace("http", "ws", 1) + f"/ws/documents/{self.document.pk}/progress/"
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self._cookie}"}
        while not self._stop.is_set():
            try:
                # Typed by a NewType of the library's own.
                with connect(url, additional_headers=headers, origin=Origin(self._site), open_timeout=20) as line:
                    self._done["lines opened"] += 1
                    self.opened += 1
                    while not self._stop.is_set():
                        with suppress(TimeoutError):
                            line.recv(timeout=0.5)
                            self.is_told = True
            except (WebSocketException, OSError) as error:
                self.is_told = False
                closed = getattr(getattr(error, "rcvd", None), "code", None)
                if closed is None:
                    # The page tries again by itself; what it shows is asked for meanwhile.
                    self._done[f"lines not opened ({type(error).__name__})"] += 1
                else:
                    self._done[f"lines closed by {closed}"] += 1
                self._stop.wait(0.3)
