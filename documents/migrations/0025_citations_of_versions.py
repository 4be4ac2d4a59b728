"""The citations of each version of a section, as they were checked (R-91)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0024_proofs"),
    ]

    operations = [
        migrations.AddField(
            model_name="sectionrevision",
            name="citations",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
    ]
