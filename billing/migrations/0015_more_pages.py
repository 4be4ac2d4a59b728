"""What a payment is for: a document, or more pages of rewriting for one that is written (R-93)."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = (
        "a column with a default of the database: whatever old code writes is an order; the rule for it looks at no row"
    )

    dependencies = [("billing", "0014_language_of_payments")]

    operations = [
        migrations.AddField(
            "payment",
            "purpose",
            models.CharField(
                choices=[("order", "a document"), ("more_pages", "more pages of rewriting")],
                db_default="order",
                default="order",
                max_length=12,
            ),
        ),
        AddConstraintNotValid(
            "payment",
            models.CheckConstraint(
                condition=models.Q(
                    ("purpose", "order"), models.Q(("pages__lte", 50), ("purpose", "more_pages")), _connector="OR"
                ),
                name="payment_purpose_known",
            ),
        ),
    ]
