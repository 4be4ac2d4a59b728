"""The rules from before payments said what they are for go, now that the new ones stand (R-63, R-93).

Apart from the building of these: whoever runs either again, because it was cut short, drops no rule that counts.
"""

from typing import Final

from django.db import migrations

PAID: Final = "'succeeded', 'partially_refunded', 'disputed'"
OPEN: Final = "'created', 'pending', 'requires_action', 'processing'"


def _dropped(name: str) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {name}"


def _built(name: str, states: str) -> list[str]:
    return [
        _dropped(name),
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON billing_payment (document_id) WHERE state IN ({states})",
    ]


class Migration(migrations.Migration):
    old_code_survives = (
        "as long as no more pages were paid: it writes orders alone, and money for more pages that comes in while both "
        "run goes back as not needed. Once some were paid and kept there is no way back to it (docs/money.md): it takes "
        "whatever is paid for a document for its order"
    )
    # Indexes are not dropped beside others' work in a transaction.
    atomic = False

    dependencies = [("billing", "0016_one_order_per_document")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [_dropped("one_payment_succeeded_per_document"), _dropped("one_payment_open_per_document")],
                    [
                        *_built("one_payment_succeeded_per_document", PAID),
                        *_built("one_payment_open_per_document", OPEN),
                    ],
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint("payment", "one_payment_succeeded_per_document"),
                migrations.RemoveConstraint("payment", "one_payment_open_per_document"),
            ],
        ),
    ]
