"""Files of one browser are handed out one after the other, those of others beside them."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from tesigo.doors import turn_of
from tesigo.platform.in_turn import InTurn


class Slow:
    """An application that is done with a request when told so."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside.append(scope["key"])
        try:
            await self.go_on.wait()
        finally:
            self.inside.remove(scope["key"])


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  # what is waited for are other tasks
            await asyncio.sleep(0)


async def test_fifty_of_one_wait_for_each_other_and_for_nobody_else() -> None:
    slow = Slow()
    app: Any = InTurn(slow, key_of=lambda scope: scope["key"])
    crowd = [asyncio.create_task(app({"key": "ada"}, None, None)) for _ in range(50)]
    other = asyncio.create_task(app({"key": "ben"}, None, None))
    free = [asyncio.create_task(app({"key": None}, None, None)) for _ in range(3)]
    await until(lambda: len(slow.inside) == 5)
    for _ in range(100):
        await asyncio.sleep(0)
    assert sorted(map(str, slow.inside)) == ["None", "None", "None", "ada", "ben"]
    slow.go_on.set()
    await asyncio.wait_for(asyncio.gather(*crowd, other, *free), 60)
    assert app._locks == {}


async def test_who_leaves_while_waiting_keeps_nobody_waiting() -> None:
    slow = Slow()
    app: Any = InTurn(slow, key_of=lambda scope: scope["key"])
    first, second, third = (asyncio.create_task(app({"key": "ada"}, None, None)) for _ in range(3))
    await until(lambda: slow.inside == ["ada"])
    second.cancel()
    first.cancel()
    slow.go_on.set()
    await asyncio.wait_for(third, 60)
    await asyncio.gather(first, second, return_exceptions=True)
    assert app._locks == {}


@pytest.mark.parametrize(
    ("path", "is_in_turn"),
    [
        (f"/account/payments/{UUID(int=7)}/receipt/", True),
        (f"/documents/{UUID(int=7)}/take-away/{UUID(int=7)}/", True),
        (f"/api/v1/documents/{UUID(int=7)}/export/{UUID(int=7)}/file", True),
        (f"/api/v1/payment/{UUID(int=7)}/receipt", True),
        ("/api/v1/credit-notes/7", True),
        ("/api/v1/documents", False),
        ("/documents/", False),
        ("/static/css/tokens.css", False),
    ],
)
def test_only_files_wait_for_their_turn(path: str, is_in_turn: bool) -> None:
    cookie = f"{settings.SESSION_COOKIE_NAME}=abc; other=1".encode()
    assert turn_of({"path": path, "headers": [(b"cookie", cookie)]}) == ("abc" if is_in_turn else None)
    assert turn_of({"path": path, "headers": []}) is None
    program = [(b"authorization", b"Bearer abc"), (b"cookie", cookie.replace(b"abc", b"def"))]
    assert turn_of({"path": path, "headers": program}) == ("abc" if is_in_turn else None)
