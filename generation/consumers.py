"""The live line to a browser that watches a document (R-43)."""

import logging
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from redis.exceptions import RedisError

from documents.models import Document
from generation.domain import progress

logger = logging.getLogger(__name__)

NOT_FOUND = 4404
TRY_AGAIN_LATER = 1013


class ProgressConsumer(AsyncJsonWebsocketConsumer):
    """Sends a snapshot on connect, and again each time something changed. Only for the document's owner (R-100)."""

    document_id: UUID

    async def connect(self) -> None:
        """Accepts the owner; others, and missing documents, are closed with 4404."""
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
        await self.progress_changed({})

    async def disconnect(self, code: int) -> None:
        """Stops listening."""
        try:
            await self.channel_layer.group_discard(progress.group_name(self.document_id), self.channel_name)
        except (RedisError, OSError):
            logger.warning("live progress is away")

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing a browser says here matters."""

    async def progress_changed(self, event: dict[str, Any]) -> None:
        """Sends the present state."""
        await self.send_json(await database_sync_to_async(progress.snapshot)(self.document_id))
