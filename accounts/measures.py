"""What is counted of mails as they go (R-111)."""

from tesigo.platform.metrics.definitions import counter, on_commit

mails = counter("mails_total", "Mails that got to a state (sent, delivered, bounced, withheld, failed …).", "state")


def count_mail(state: str) -> None:
    """One mail more has got to this state, once that is committed."""
    on_commit(lambda: mails.labels(state).inc())
