"""What a person does to sign in, in steps for tests."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import tasks
from accounts.domain import mail, signin
from accounts.models import SignInRequest
from sandbox.testing import Running
from tesigo.platform import duty

ADDRESS = "ada@university.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class SignInMail:
    """The two ways in that a mail holds, and "this wasn't me"."""

    link: str
    code: str
    deny_link: str = ""

    @property
    def token(self) -> str:
        return self.link.rstrip("/").rpartition("/")[2]

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 10**6:06d}"


class Post:
    """The worker that sends, and the inbox."""

    def __init__(self, sandbox: Running) -> None:
        self.sandbox = sandbox

    def deliver(self) -> None:
        """What the worker does with the mails that wait."""
        for row in list(duty.due(mail.MAILS, now=timezone.now())):
            tasks.send_mail(str(row.pk))

    def newest(self, address: str = ADDRESS) -> SignInMail:
        """Sends what waits and reads the newest mail to the address."""
        self.deliver()
        found = self.sandbox.control.mails(address)[0]
        denials = [link for link in found["links"] if "/signin/not-me/" in link]
        return SignInMail(link=found["links"][0], code=found["codes"][0], deny_link=next(iter(denials), ""))


def path_of(link: str) -> str:
    """Of a link in a mail, what the test client asks for."""
    return re.sub(r"^https?://[^/]+", "", link)


def ask(
    address: str = ADDRESS,
    *,
    browser: str = "a browser",
    ip: str | None = "203.0.113.7",
    known_cookie: str = "",
    next_url: str = "",
    now: datetime | None = None,
) -> SignInRequest:
    return signin.ask(
        typed=address,
        browser=browser,
        known_cookie=known_cookie,
        ip=ip,
        next_url=next_url,
        language="en",
        now=now or timezone.now(),
    )


def ask_by_page(client: Client, address: str = ADDRESS, **extra: Any) -> Any:
    return client.post("/signin/", {"email": address, "next": extra.pop("next", "")}, **extra)


def sign_in(client: Client, post: Post, address: str = ADDRESS) -> Any:
    """The whole way in, by the code."""
    ask_by_page(client, address)
    return client.post("/signin/check/", {"code": post.newest(address).code})


def back(client: Client, *, idle: timedelta, since: timedelta) -> None:
    """Puts the session's clocks back: last used ``idle`` ago, and signed in ``since`` ago."""
    session = client.session
    session["seen_at"] = (timezone.now() - idle).timestamp()
    session["signed_in_at"] = (timezone.now() - since).timestamp()
    session.save()


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Runs `work(0…count-1)` in threads that start together; returns results and exceptions."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        barrier.wait(60)
        try:
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result(60) for future in [pool.submit(run, number) for number in range(count)]]
