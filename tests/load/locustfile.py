"""Students on the site: the mixed journey of one who looks around, watches a document being written, reads and writes.

`benchmarks/visitors.py` makes the students, starts the site and runs this. By hand, against a site of one's own:

    LOAD_STUDENTS=students.json locust -f tests/load/locustfile.py --host https://… --headless -u 50 -r 10 -t 1m

The file is a list of objects: `cookies` (by name), and the ids of what a student owns: `draft`, and `written` and
`writing`, which may be empty. LOAD_THINK_SECONDS="1 3" is how long one looks at a page; "0 0" measures throughput.
"""

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from locust import FastHttpUser, between, task
from requests.cookies import create_cookie

STUDENTS = itertools.cycle(json.loads(Path(os.environ["LOAD_STUDENTS"]).read_text(encoding="utf-8")))
SHORTEST_SECONDS, LONGEST_SECONDS = (float(word) for word in os.environ.get("LOAD_THINK_SECONDS", "1 3").split())
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Student(FastHttpUser):
    """One student with a session of their own. A page that is not 200 counts as a failure.

    The client is locust's light one: the site has the processors that the other would take.
    """

    wait_time = between(SHORTEST_SECONDS, LONGEST_SECONDS)

    def on_start(self) -> None:
        """Takes the next student of the list."""
        self.me: dict[str, Any] = next(STUDENTS)
        for name, value in self.me["cookies"].items():
            self.client.cookiejar.set_cookie(create_cookie(name, value, domain=urlsplit(self.host).hostname))

    def look(self, path: str, name: str) -> str:
        """Reads a page; it must be the page itself, not one to sign in."""
        with self.client.get(path, name=name, catch_response=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code}")
            return str(answer.text)

    @task(4)
    def library(self) -> None:
        self.look("/documents/", "library")

    @task(3)
    def watch(self) -> None:
        """The page of a document that is being written, and what it asks for while it is open."""
        if writing := self.me["writing"]:
            self.look(f"/documents/{writing}/progress/", "progress")
            self.look(f"/documents/{writing}/progress/fragment/", "progress fragment")
        else:
            self.library()

    @task(3)
    def read(self) -> None:
        if written := self.me["written"]:
            self.look(f"/documents/{written}/read/", "reader")
            self.look(f"/documents/{written}/citations/", "citations")
        else:
            self.look("/", "landing")

    @task(2)
    def describe(self) -> None:
        """Opens the brief of a draft and saves it as it is."""
        path = f"/documents/{self.me['draft']}/brief/"
        page = self.look(path, "brief")
        token, fields = _TOKEN.search(page), _fields(page)
        if token is None:
            return
        fields["csrfmiddlewaretoken"] = token[1]
        headers = {"Referer": f"{self.host}{path}", "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields, doseq=True)
        with self.client.post(
            path, data=body, headers=headers, name="save brief", catch_response=True, allow_redirects=False
        ) as answer:
            if answer.status_code not in (200, 302, 303):
                answer.failure(f"{answer.status_code}")

    @task(2)
    def outline(self) -> None:
        self.look(f"/documents/{self.me['draft']}/outline/", "outline")

    @task(2)
    def quote(self) -> None:
        self.look("/prices/quote/?pages=12", "quote")

    @task(1)
    def account(self) -> None:
        self.look("/account/", "account")


def _fields(page: str) -> dict[str, Any]:
    """The fields of the brief's form as a browser would send them."""
    from lxml import html

    document: Any = html.fromstring(page)
    forms = [form for form in document.forms if form.method == "POST" and "topic" in form.fields]
    return dict(forms[0].form_values()) if forms else {}
