"""The language in which a payment was ordered (R-04)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a column with a default of the database; old code says everything in English"

    dependencies = [("billing", "0013_made_out_to_nobody")]

    operations = [
        migrations.AddField(
            "payment", "language", models.CharField(db_default="en", default="en", editable=False, max_length=8)
        ),
    ]
