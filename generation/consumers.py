"""WebSocket consumer: sends a document's progress to the browser (R-43)."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import translation

from documents.enums import DocumentState
from documents.models import Document
from generation.enums import OPEN_JOB_STATES
from generation.models import Job
from generation.progress import recording, snapshots
from tesigo.platform.live import AWAY, TRY_AGAIN_LATER

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

NOT_FOUND = 4404
#: Seconds between two snapshots at the least: many sections end at once, and nobody reads faster.
SHORTEST_PAUSE_SECONDS: Final = 0.25
#: Seconds after which one is sent unasked: places in the queue and the time left change by themselves.
LONGEST_PAUSE_SECONDS: Final = 15.0


class ProgressConsumer(AsyncJsonWebsocketConsumer):
    """Sends a snapshot on connect, when something changed, and now and then. Only for the document's owner (R-100).

    Changes that come together are told together; the last one is always told.
    """

    document_id: UUID

    async def connect(self) -> None:
        """Accepts the owner; others, and missing documents, are closed with 4404."""
        self._telling: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.document_id = self.scope["url_route"]["kwargs"]["document_id"]
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated or not await database_sync_to_async(_owns)(user, self.document_id):
            await self.close(code=NOT_FOUND)
            return
        # Listening first: a change between the snapshot and the subscription would be missed the other way round.
        await self.channel_layer.group_add(recording.group_name(self.document_id), self.channel_name)
        self._telling = asyncio.create_task(self._tell())

    async def disconnect(self, code: int) -> None:
        """Stops listening."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        with suppress(*AWAY):
            await self.channel_layer.group_discard(recording.group_name(self.document_id), self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing a browser says here matters."""

    async def progress_changed(self, event: dict[str, Any]) -> None:
        """Sends the present state, soon."""
        self._changed.set()

    async def _tell(self) -> None:
        """One snapshot after the other, for as long as somebody listens."""
        try:
            while True:
                self._changed.clear()
                with translation.override(self.scope["user"].language):
                    snapshot, is_over = await database_sync_to_async(_present)(self.document_id)
                await self.send_json(snapshot)
                await asyncio.sleep(SHORTEST_PAUSE_SECONDS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), None if is_over else LONGEST_PAUSE_SECONDS)
        except AWAY:
            await self.close(code=TRY_AGAIN_LATER)
        except Exception:
            # Nobody waits for this task: the browser is told to come back, and polls meanwhile.
            logger.exception("progress not sent")
            await self.close(code=TRY_AGAIN_LATER)


def _present(document_id: UUID) -> tuple[dict[str, Any], bool]:
    """The snapshot of now, and whether nothing changes by itself: a finished document may be written anew in parts."""
    snapshot = snapshots.snapshot(document_id)
    is_still = snapshot["state"] in {DocumentState.READY, DocumentState.FAILED}
    return snapshot, is_still and not Job.objects.filter(document=document_id, state__in=OPEN_JOB_STATES).exists()


def _owns(user: "User", document_id: UUID) -> bool:
    # In a call that gives its connection back: a line is open for hours, and the pool has few.
    return Document.objects.owned_by(user).filter(pk=document_id).exists()
