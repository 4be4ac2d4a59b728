"""Whole works ordered in one API call: brief, outline, and writing after payment (R-58)."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from documents.domain import briefs, outline
from generation.ai import chains
from generation.models import AIModel, WholeOrder

if TYPE_CHECKING:
    from accounts.models import User


def begin(*, by: "User", brief: Mapping[str, Any], model: AIModel | None, wish: str, now: datetime) -> WholeOrder:
    """Makes the document and asks for its outline, or does neither. Nothing is written before it is paid.

    Raises QuotaReached, and Refused where no outline may be made now.
    """
    with transaction.atomic():
        document = briefs.create(by=by, **brief)
        if model is not None:
            chains.choose_writer(document_id=document.pk, model=model, by=by, now=now)
        order = WholeOrder.objects.create(document=document, created_at=now)
        outline.request(document_id=document.pk, by=by, wish=wish)
    return order
