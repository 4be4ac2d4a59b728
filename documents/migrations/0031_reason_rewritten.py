"""A version that a model wrote anew on its owner's order (R-93)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "only choices change"

    dependencies = [
        ("documents", "0030_turns_of_scans"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sectionrevision",
            name="reason",
            field=models.CharField(
                choices=[
                    ("written", "written"),
                    ("checked", "corrected by the check"),
                    ("extended", "extended to the pages ordered"),
                    ("tightened", "tightened to the pages ordered"),
                    ("edited", "edited by its owner"),
                    ("restored", "an earlier version, brought back by its owner"),
                    ("rewritten", "written anew by a model, on its owner's order"),
                ],
                max_length=12,
            ),
        ),
    ]
