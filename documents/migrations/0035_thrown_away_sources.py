"""Sources that their owner threw away (R-89)."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    old_code_survives = "a column that may be empty and that old code does not name; to it they are banned"

    dependencies = [("documents", "0034_dropped_sections")]

    operations = [
        migrations.AddField("source", "thrown_away_at", models.DateTimeField(blank=True, editable=False, null=True)),
        # The rows of now are looked at by 0037, beside those who write.
        AddConstraintNotValid(
            "source",
            models.CheckConstraint(
                condition=Q(thrown_away_at=None) | Q(use="banned"), name="source_thrown_away_is_banned"
            ),
        ),
    ]
