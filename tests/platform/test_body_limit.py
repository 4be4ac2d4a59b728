"""Bodies are taken in up to a limit, and what is more is refused on a page of ours."""

import tempfile
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from accounts.enums import ApiScope
from accounts.models import User
from tesigo.asgi import application
from tests.api.calling import program_of, with_token
from tests.documents.factories import UserFactory, outlined_document
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db(transaction=True)

PIECE = 256 * 1024


def site(**options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]  # an ASGI app
    return httpx.AsyncClient(transport=transport, base_url=settings.SITE_URL, **options)


async def endless(told: list[int], pieces: int = 200) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        told.append(PIECE)
        yield b"x" * PIECE


def cookies_of(user: User) -> dict[str, str]:
    browser = Client()
    browser.force_login(user)
    return {name: cookie.value for name, cookie in browser.cookies.items()}


@pytest.fixture
def spooled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes that Django wrote to its spool."""
    written: list[int] = []
    real: Callable[..., Any] = tempfile.SpooledTemporaryFile

    def counting(*values: Any, **options: Any) -> Any:
        file = real(*values, **options)
        write = file.write

        def count(data: bytes) -> int:
            written.append(len(data))
            return int(write(data))

        file.write = count
        return file

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", counting)
    return written


async def test_a_stranger_cannot_fill_the_disk(spooled: list[int]) -> None:
    document = "/documents/00000000-0000-0000-0000-000000000000/uploads/"
    async with site() as browser:
        for path in ("/signin/", document, "/stripe/webhook/"):
            answer = await browser.post(path, content=endless([]))
            assert answer.status_code == 413, path
            assert "This is larger than we can take" in answer.text
            assert "content-security-policy" in answer.headers
    assert sum(spooled) <= 3 * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + PIECE)


async def test_a_length_that_is_announced_is_refused_without_reading(spooled: list[int]) -> None:
    async with site() as browser:
        answer = await browser.post("/signin/", content=b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert answer.status_code == 413
    assert sum(spooled) == 0


async def test_a_form_of_usual_size_is_read() -> None:
    async with site() as browser:
        assert (await browser.post("/signin/", data={"email": "x" * 10_000})).status_code == 403  # no token, but read


async def test_a_file_may_be_as_large_as_the_settings_say(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 4 * 1024 * 1024
    user = await sync_to_async(UserFactory.create)()
    document = await sync_to_async(outlined_document)(owner=user)
    path = f"/documents/{document.pk}/uploads/"
    async with site(cookies=await sync_to_async(cookies_of)(user)) as browser:
        inside = await browser.post(path, files={"file": ("a.txt", b"x" * 3 * 1024 * 1024)})
        outside = await browser.post(path, files={"file": ("a.txt", b"x" * 6 * 1024 * 1024)})
        script = await browser.post(
            path, files={"file": ("a.txt", b"x" * 6 * 1024 * 1024)}, headers={"HX-Request": "1"}
        )
    assert inside.status_code == 403  # read whole, and then no token
    assert outside.status_code == 413
    assert "A file may have up to 4.0\xa0MB" in outside.text
    assert script.status_code == 413
    assert script.text == "This file is larger than 4.0\xa0MB, the most that is accepted."


async def test_a_program_hands_a_file_in_as_large_as_the_settings_say(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 4 * 1024 * 1024
    user = await sync_to_async(student_with_consent)()
    document = await sync_to_async(outlined_document)(owner=user)
    path = f"/api/v1/documents/{document.pk}/sources"
    lasting = await sync_to_async(with_token)(user, ApiScope.DOCUMENTS_WRITE)
    of_an_hour = await sync_to_async(program_of)(user)
    words = ("The keeper wound the clockwork every four hours. " * 64_000).encode()
    async with site() as browser:
        for number, program in enumerate((lasting, of_an_hour)):
            headers = {"Authorization": f"Bearer {program.token}"}
            file = words + str(number).encode()
            inside = await browser.post(path, files={"file": ("a.txt", file)}, headers=headers)
            assert inside.status_code == 202, inside.text
            outside = await browser.post(path, files={"file": ("a.txt", words * 2)}, headers=headers)
            assert (outside.status_code, outside.headers["Content-Type"]) == (413, "application/problem+json")
        for token in ("Bearer tesigo_token_wrong", "Bearer x.y.z", "Bearer ", "Basic YTpi"):
            stranger = await browser.post(path, files={"file": ("a.txt", words)}, headers={"Authorization": token})
            assert stranger.status_code == 413, token


def test_fields_that_are_too_large_together_are_too_large() -> None:
    answer = Client().post(
        "/signin/", "email=" + "x" * 3 * 1024 * 1024, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert "The file or the form was above the limit" in answer.content.decode()
