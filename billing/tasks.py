"""Background doors of billing: each asks one domain function. Losing any of them is made good by beat."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from billing.domain import checkout, events, papers, reconciliation, refunds, stripe_mirror


@shared_task(ignore_result=True)
def work_webhook_event(event_id: int | str) -> None:
    """Works one stored event, if it is due."""
    events.work(event_id=int(event_id))


@shared_task(ignore_result=True)
def work_webhook_events() -> None:
    """Works the events that are due, for a beat of before the one sweep found them."""
    for event_id in events.unworked():
        events.work(event_id=event_id)


@shared_task(ignore_result=True)
def settle_payment(payment_id: str) -> None:
    """Opens or settles one payment that a request could not wait for."""
    checkout.settle_quietly(payment_id=UUID(payment_id))


@shared_task(ignore_result=True)
def settle_open_payments() -> None:
    """Asks Stripe about open payments that nothing was heard of; closes those past their time (beat, R-67)."""
    checkout.sweep()


@shared_task(ignore_result=True)
def close_needless_sessions() -> None:
    """Closes sessions at an old price, or for a document that is paid or has changed (R-13)."""
    checkout.close_needless()


@shared_task(ignore_result=True)
def continue_refund(refund_id: str) -> None:
    """Carries one refund on, if it is due."""
    refunds.advance_quietly(refund_id=UUID(refund_id))


@shared_task(ignore_result=True)
def continue_refunds() -> None:
    """Carries on the refunds that are due, for a beat of before the one sweep found them."""
    for refund_id in refunds.unfinished():
        refunds.advance_quietly(refund_id=refund_id)


@shared_task(ignore_result=True)
def mirror_stripe_object(mirror_id: str) -> None:
    """Brings the copy of one of Stripe's objects up to date, if it is due."""
    stripe_mirror.mirror(mirror_id=int(mirror_id))


@shared_task(ignore_result=True)
def mirror_stripe_objects() -> None:
    """Brings the copies up to date that are due, for a beat of before the one sweep found them."""
    for mirror_id in stripe_mirror.waiting():
        stripe_mirror.mirror(mirror_id=mirror_id)


@shared_task(ignore_result=True)
def reconcile_yesterday() -> None:
    """Compares the books, our payments and Stripe for the UTC day that is over, and for any missed (beat, R-14)."""
    for day in reconciliation.days_due(today=timezone.now().date()):
        reconciliation.reconcile_quietly(day=day)


@shared_task(ignore_result=True)
def make_receipt(file_id: str) -> None:
    """Makes the file of one receipt or credit note; why it failed stands in its row."""
    papers.make(file_id=int(file_id))
