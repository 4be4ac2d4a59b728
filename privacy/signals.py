"""What privacy says upward, with ids only."""

from django.dispatch import Signal

#: An export of a person's data is ready, or was given up. Keyword argument: ``export_id: UUID``. Sent inside the
#: transaction that ends it, so that what tells the person is written with it or not at all.
export_ended = Signal()
#: An erasure was asked for. Keyword arguments: ``user_id: int``, ``erasure_id: int``. Sent inside its transaction.
erasure_asked = Signal()
#: The same when it was taken back.
erasure_cancelled = Signal()
