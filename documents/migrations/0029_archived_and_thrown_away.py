"""Documents that their owner put away or threw away (R-89)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    old_code_survives = "columns that may be empty and that old code does not name; it deletes drafts as before"

    dependencies = [("documents", "0028_report_as_appendix")]

    operations = [
        migrations.AddField("document", "thrown_away_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("document", "archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddConstraint(
            "document",
            models.CheckConstraint(
                condition=Q(thrown_away_at=None) | Q(ordered_at=None), name="document_ordered_stays"
            ),
        ),
    ]
