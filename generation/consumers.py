"""The live line to a browser that watches a document (R-43)."""

import asyncio
import logging
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from redis.exceptions import RedisError

from documents.models import Document
from generation.domain import progress

logger = logging.getLogger(__name__)

NOT_FOUND = 4404
TRY_AGAIN_LATER = 1013
#: Seconds between two snapshots at the least: many sections end at once, and nobody reads faster.
AT_MOST_EVERY: Final = 0.25


class ProgressConsumer(AsyncJsonWebsocketConsumer):
    """Sends a snapshot on connect, and again when something changed. Only for the document's owner (R-100).

    Changes that come together are told together; the last one is always told.
    """

    document_id: UUID

    async def connect(self) -> None:
        """Accepts the owner; others, and missing documents, are closed with 4404."""
        self._telling: asyncio.Task[None] | None = None
        self._has_changed = False
        self._sent_at = float("-inf")
        self.document_id = self.scope["url_route"]["kwargs"]["document_id"]
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated or not await Document.objects.owned_by(user).filter(pk=self.document_id).aexists():
            await self.close(code=NOT_FOUND)
            return
        try:
            # Listening first: a change between the snapshot and the subscription would be missed the other way round.
            await self.channel_layer.group_add(progress.group_name(self.document_id), self.channel_name)
        except (RedisError, OSError):
            logger.warning("live progress is away; the page polls")
            await self.close(code=TRY_AGAIN_LATER)
            return
        await self._send()

    async def disconnect(self, code: int) -> None:
        """Stops listening."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        try:
            await self.channel_layer.group_discard(progress.group_name(self.document_id), self.channel_name)
        except (RedisError, OSError):
            logger.warning("live progress is away")

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing a browser says here matters."""

    async def progress_changed(self, event: dict[str, Any]) -> None:
        """Sends the present state, soon."""
        self._has_changed = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """One snapshot after the other, until nothing has changed since the last one was begun."""
        try:
            while self._has_changed:
                await asyncio.sleep(self._sent_at + AT_MOST_EVERY - asyncio.get_running_loop().time())
                self._has_changed = False
                await self._send()
        except Exception:
            # Nobody waits for this task: the browser is told to come back, and polls meanwhile.
            logger.exception("progress not sent")
            await self.close(code=TRY_AGAIN_LATER)

    async def _send(self) -> None:
        self._sent_at = asyncio.get_running_loop().time()
        await self.send_json(await database_sync_to_async(progress.snapshot)(self.document_id))
