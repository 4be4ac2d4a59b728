"""What is counted of money as it moves (R-111). Euros here are for looking at; the books are the truth."""

from decimal import Decimal

from tesigo.platform.metrics.definitions import counter, on_commit

payments = counter("payments_total", "Payments that got to a state.", "state")
bookings = counter(
    "bookings_total", "Movements of money that were booked (paid, refund_opened, refund_paid …).", "movement"
)
booked_euros = counter("booked_euros_total", "Euros that were booked, by movement.", "movement")


def count_payment(state: str) -> None:
    """One payment more has got to this state, once that is committed."""
    on_commit(lambda: payments.labels(state).inc())


def count_booking(*, movement: str, amount: Decimal) -> None:
    """One movement more, once it is committed."""

    def count() -> None:
        bookings.labels(movement).inc()
        booked_euros.labels(movement).inc(float(amount))

    on_commit(count)
