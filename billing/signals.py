"""What billing says upward. Sent on commit, carrying ids only."""

from django.dispatch import Signal

#: Sent once a payment's money is certain. Keyword arguments: ``document_id: UUID``, ``payment_id: UUID``.
payment_succeeded = Signal()
