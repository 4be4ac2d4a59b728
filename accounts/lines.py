"""Who is on a WebSocket, for as long as they are signed in. A line that lies open keeps no session alive."""

import asyncio
import logging
from typing import Any, Final

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.domain import session_life
from accounts.models import User
from tesigo.platform.live import AWAY, App, Message

logger = logging.getLogger(__name__)

#: Closes a line whose session has ended; the page then asks for itself, and is sent to the sign-in page.
SESSION_ENDED_CODE: Final = 4401
#: Seconds within which a line learns that its session has ended.
WATCH_EVERY_SECONDS: Final = 15.0


class SignedIn:
    """An ASGI application around lines: says who is there (``scope["user"]``) and ends the line with the session."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Hands on."""
        session_key = scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
        user = await database_sync_to_async(_user_of)(session_key)
        scope = {**scope, "user": user or AnonymousUser()}
        if user is None:
            await self.app(scope, receive, send)
            return
        ended = asyncio.create_task(_ended(session_key, user))

        async def receive_while_signed_in() -> Message:
            coming = asyncio.ensure_future(receive())
            try:
                await asyncio.wait({coming, ended}, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    return await coming
                await send({"type": "websocket.close", "code": SESSION_ENDED_CODE})
                return {"type": "websocket.disconnect", "code": SESSION_ENDED_CODE}
            finally:
                coming.cancel()

        try:
            await self.app(scope, receive_while_signed_in, send)
        finally:
            ended.cancel()


async def _ended(session_key: str, user: User) -> None:
    """Returns once the session has ended, or is another person's."""
    while True:
        await asyncio.sleep(WATCH_EVERY_SECONDS)
        try:
            if await database_sync_to_async(_user_of)(session_key) != user:
                return
        except AWAY:
            logger.warning("nobody knows just now whether a session has ended")


def _user_of(session_key: str) -> User | None:
    return session_life.user_of(session_key=session_key, now=timezone.now()) if session_key else None
