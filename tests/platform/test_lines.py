"""A line of somebody else's object does not open (R-100). The lines are found by the routing, not listed."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client
from django.urls.resolvers import RoutePattern

from generation.routing import websocket_urlpatterns
from tesigo.asgi import application
from tests.documents.factories import UserFactory
from tests.documents.test_views import student_with_consent
from tests.platform.test_ownership import Address, Things, signed_in


def line_of(route: Any, theirs: Things) -> str:
    assert isinstance(route.pattern, RoutePattern)
    return Address(str(route.pattern), "", None).at(theirs.id_of)


async def told(path: str, browser: Client | None) -> str:
    """What a caller hears first beside that the line is open: something, or that it is closed."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}" if browser else ""
    headers = [(b"origin", settings.SITE_URL.encode()), (b"cookie", cookie.encode())]
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    caller = ApplicationCommunicator(application, scope)
    await caller.send_input({"type": "websocket.connect"})
    message = await caller.receive_output(60)
    if message["type"] == "websocket.accept":
        message = await caller.receive_output(60)
    await caller.send_input({"type": "websocket.disconnect", "code": 1000})
    await caller.wait(60)
    return str(message["type"])


def test_there_are_lines() -> None:
    assert len(websocket_urlpatterns) >= 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", websocket_urlpatterns, ids=lambda route: str(route.pattern))
async def test_a_line_opens_for_its_owner_alone(route: Any) -> None:
    theirs = await sync_to_async(lambda: Things(student_with_consent()))()
    path = line_of(route, theirs)
    other = await sync_to_async(lambda: signed_in(student_with_consent()))()
    staff = await sync_to_async(lambda: signed_in(UserFactory.create(is_staff=True)))()
    for browser in (other, staff, None):
        assert await told(path, browser) == "websocket.close"
    owner = await sync_to_async(lambda: signed_in(theirs.owner))()
    assert await told(path, owner) == "websocket.send"
