"""What every answer carries, and which lines stay closed."""

from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client

from tesigo.asgi import application
from tests.documents.factories import UserFactory


@pytest.mark.django_db
def test_private_pages_are_kept_by_no_cache() -> None:
    browser = Client()
    assert "Cache-Control" not in browser.get("/").headers
    browser.force_login(UserFactory.create())
    for path in ("/", "/documents/", "/nothing/"):
        assert "no-store" in browser.get(path).headers["Cache-Control"], path


async def answer_to(path: str, origin: bytes | None) -> str:
    """How a caller who wants a WebSocket is answered."""
    headers = [(b"origin", origin)] if origin else []
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    caller = ApplicationCommunicator(application, scope)
    await caller.send_input({"type": "websocket.connect"})
    return str((await caller.receive_output(60))["type"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/ws/nothing/", "/ws/documents/abc/progress/", "/"])
async def test_a_line_to_nowhere_is_closed(path: str) -> None:
    assert await answer_to(path, settings.SITE_URL.encode()) == "websocket.close"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("origin", [b"https://evil.example", b"null", None])
async def test_other_sites_get_no_line(origin: bytes | None) -> None:
    path = "/ws/documents/00000000-0000-0000-0000-000000000000/progress/"
    assert await answer_to(path, origin) == "websocket.close"


def test_pages_of_others_that_our_policy_would_break_are_not_served() -> None:
    served = [type(page).__module__.partition(".")[0] for page in admin.site._registry.values()]
    assert not {"django_celery_beat", "djstripe"} & set(served)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_said_and_when_to_come_back() -> None:
    def away(*_: Any) -> None:
        from django.db import OperationalError

        raise OperationalError("the server closed the connection unexpectedly")

    browser = Client(raise_request_exception=False)
    with connection.execute_wrapper(away):
        answer = browser.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "We are not available just now" in answer.content.decode()
