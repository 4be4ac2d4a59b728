"""While its payment is disputed, nothing is taken away from a document; reading and editing go on."""

from datetime import datetime
from uuid import UUID

from documents.models import Document


def set_frozen(*, document_id: UUID, is_frozen: bool, now: datetime) -> bool:
    """Freezes a document, or lets go of it; true when that changed anything."""
    changed = Document.objects.filter(pk=document_id, frozen_at__isnull=is_frozen)
    return bool(changed.update(frozen_at=now if is_frozen else None))
