"""One order is paid for a document, and one payment of each purpose is open for it (R-63, R-93).

Nobody who pays waits for it: the new indexes are built beside the old ones, which the next migration drops. One that
a broken run has left half-built is dropped first; the old ones hold the while.
"""

from typing import Final

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

PAID: Final = ["succeeded", "partially_refunded", "disputed"]
OPEN: Final = ["created", "pending", "requires_action", "processing"]


def _listed(states: list[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


def _built(name: str, columns: str, condition: str) -> list[str]:
    return [
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON billing_payment ({columns}) WHERE {condition}",
    ]


def _dropped(name: str) -> list[str]:
    return [f"DROP INDEX CONCURRENTLY IF EXISTS {name}"]


_NEW: Final = [
    *_built("one_order_paid_per_document", "document_id", f"purpose = 'order' AND state IN ({_listed(PAID)})"),
    *_built("one_payment_open_per_purpose", "document_id, purpose", f"state IN ({_listed(OPEN)})"),
]
_WITHOUT_NEW: Final = [*_dropped("one_order_paid_per_document"), *_dropped("one_payment_open_per_purpose")]


class Migration(migrations.Migration):
    old_code_survives = "it writes only orders, whose rules stay the same; indexes are built beside its work"
    # Indexes are not built beside others' work in a transaction.
    atomic = False

    dependencies = [("billing", "0015_more_pages")]

    operations = [
        ValidateConstraint("payment", "payment_purpose_known"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([*_NEW], [*_WITHOUT_NEW])],
            state_operations=[
                migrations.AddConstraint(
                    "payment",
                    models.UniqueConstraint(
                        fields=["document"],
                        condition=models.Q(purpose="order", state__in=PAID),
                        name="one_order_paid_per_document",
                    ),
                ),
                migrations.AddConstraint(
                    "payment",
                    models.UniqueConstraint(
                        fields=["document", "purpose"],
                        condition=models.Q(state__in=OPEN),
                        name="one_payment_open_per_purpose",
                    ),
                ),
            ],
        ),
    ]
