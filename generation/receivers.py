"""Signal receivers: a payment succeeded, an outline was requested, or there is one, a draft was thrown away."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from billing.signals import payment_succeeded
from documents.signals import draft_thrown_away, outline_requested, outline_settled
from generation.engine import admission, erasing


@receiver(payment_succeeded)
def start_writing(document_id: UUID, payment_id: UUID, **_: Any) -> None:
    """A paid document goes into the queue."""
    admission.start(document_id=document_id, payment_id=payment_id)


@receiver(outline_requested)
def start_outline(document_id: UUID, **_: Any) -> None:
    """An outline job is opened."""
    admission.start_outline(document_id=document_id)


@receiver(outline_settled)
def look_for_sources(document_id: UUID, **_: Any) -> None:
    """Sources are looked for before anybody pays, so that they can be looked over (R-97)."""
    admission.start_search(document_id=document_id)


@receiver(draft_thrown_away)
def end_its_jobs(document_id: UUID, **_: Any) -> None:
    """Nothing more is made for a draft that is thrown away."""
    erasing.stop_thrown_away(document_id=document_id)
