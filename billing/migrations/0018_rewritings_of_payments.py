"""How many rewritings more pages were sold with (R-93)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a column with a default of the database; what old code sells counts by its pages, as it did"

    dependencies = [("billing", "0017_without_the_rules_before")]

    operations = [
        migrations.AddField("payment", "rewritings", models.PositiveIntegerField(db_default=0, default=0)),
    ]
