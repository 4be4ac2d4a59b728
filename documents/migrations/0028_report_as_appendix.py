"""Whether the citation report is printed as an appendix of the document (R-15)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a column with a default in the database, which old code does not name"

    dependencies = [("documents", "0027_lines_of_sheets")]

    operations = [
        migrations.AddField(
            model_name="titlepage",
            name="has_citation_report",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="print the citation report as an appendix"
            ),
        ),
    ]
