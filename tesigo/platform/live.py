"""Channels over Redis that never holds anybody: live progress is a comfort (R-43, R-106, R-115)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from tesigo.platform.enqueue import Outbox
from tesigo.platform.shared_redis import breaker

logger = logging.getLogger(__name__)

#: RFC 6455, section 7.4: the page polls, and opens another line later.
TRY_AGAIN_LATER: Final = 1013
#: What Redis and the database raise when they are away.
AWAY: Final = (RedisError, OSError, OperationalError, InterfaceError)

App = Callable[[Any, Any, Any], Awaitable[None]]
Message = MutableMapping[str, Any]

#: Seconds that one call may take. They queue up at a lock of the layer's, behind calls with time limits of their own.
_CALL_SECONDS: Final = 1.0
#: Seconds after which nobody needs to hear that something changed: open pages ask by themselves every 15 s.
_NEWS_SECONDS: Final = 10.0

_news: Final = Outbox(room=200)


class Reopened:
    """An ASGI application around lines: while what they need is away they are closed with ``TRY_AGAIN_LATER``.

    A line must be open to be closed with a code, so it is opened for that.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Hands on."""
        said: set[str] = set()

        async def keep(message: Message) -> None:
            said.add(message["type"])
            await send(message)

        try:
            await self.app(scope, receive, keep)
        except AWAY as error:
            logger.warning("live progress is away; the page polls", extra={"error": type(error)})
            if "websocket.accept" not in said:
                await send({"type": "websocket.accept"})
            if "websocket.close" not in said:
                await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})


class BoundedChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]  # the package has no types
    """Its calls raise ``RedisError`` or ``OSError`` within a second, at once where Redis was away a moment ago.

    Receiving is left alone: it waits for ever, and finds what comes after Redis is back.
    """

    async def new_channel(self, prefix: str = "specific.") -> str:
        """A name to be sent to."""
        name: str = await self._call("new_channel", prefix)
        return name

    async def group_add(self, group: str, channel: str) -> None:
        """Listens to a group."""
        await self._call("group_add", group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Listens no more."""
        await self._call("group_discard", group, channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Tells all who listen to a group. The outbox of `tell` has asked the breaker by then."""
        async with asyncio.timeout(_CALL_SECONDS):
            await self._get_layer().group_send(group, message)

    async def _call(self, verb: str, *args: Any) -> Any:
        with breaker(settings.REDIS_URL).guarding(RedisError, OSError):
            async with asyncio.timeout(_CALL_SECONDS):
                return await getattr(self._get_layer(), verb)(*args)


def tell(group: str, message: dict[str, Any]) -> None:
    """Tells all who listen to a group, soon and without waiting; while Redis is away nobody hears it."""
    _news.put(message["type"], partial(_tell, group, message), expires=_NEWS_SECONDS)


def _tell(group: str, message: dict[str, Any]) -> None:
    async_to_sync(get_channel_layer().group_send)(group, message)
