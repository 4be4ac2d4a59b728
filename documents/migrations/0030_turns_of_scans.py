"""Scans that wait for their turn to be recognised (R-82)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a column with a default of its own that old code does not name"

    dependencies = [("documents", "0029_archived_and_thrown_away")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="recognition",
            field=models.CharField(
                blank=True,
                choices=[("waiting", "waiting for its turn"), ("going", "being recognised")],
                db_default="",
                default="",
                editable=False,
                max_length=8,
            ),
        ),
    ]
