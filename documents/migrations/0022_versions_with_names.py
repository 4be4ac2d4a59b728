"""A name for a version of a section, and citations in sentences that their author changed (R-90, R-91)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0021_arrivals_in_storage"),
    ]

    old_code_survives = "only newer code changes a finished text; the table of citations is looked through in a moment"

    operations = [
        migrations.RemoveConstraint(
            model_name="citation",
            name="citation_check_known",
        ),
        migrations.AddField(
            model_name="sectionrevision",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="citation",
            name="check_result",
            field=models.CharField(
                choices=[
                    ("verbatim", "quotation found word for word"),
                    ("overlap", "wording found in the passage"),
                    ("judged", "judged as supported by the passage"),
                    ("changed", "in a sentence that its author changed, not checked since"),
                ],
                max_length=12,
            ),
        ),
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
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.CheckConstraint(
                condition=models.Q(("check_result__in", ["verbatim", "overlap", "judged", "changed"])),
                name="citation_check_known",
            ),
        ),
    ]
