"""Files may come in several goes: how much has come of each (R-80). Of rows that a site of before makes, nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0016_found_works_by_rank")]
    old_code_survives = "what it writes has nothing in arrived, and a table of files kept for 90 days is soon looked at"

    operations = [
        migrations.AddField(
            model_name="upload",
            name="arrived",
            field=models.PositiveBigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="upload",
            name="is_checked",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="upload",
            name="metadata",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=2000),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(("arrived", None), ("arrived__lte", models.F("size")), _connector="OR"),
                name="upload_arrived_fits",
            ),
        ),
    ]
