"""Files in further formats, and where sections begin in those that were laid out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0019_file_parts")]
    old_code_survives = "the column is widened, and old code shows a format that it does not know by its name"

    operations = [
        migrations.AddField(
            model_name="export",
            name="first_pages",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AlterField(
            model_name="export",
            name="format",
            field=models.CharField(
                choices=[
                    ("pdf", "PDF"),
                    ("epub", "EPUB"),
                    ("html", "HTML"),
                    ("docx", "DOCX"),
                    ("odt", "ODT"),
                    ("markdown", "Markdown"),
                    ("docx_zotero", "DOCX for Zotero"),
                    ("docx_word", "DOCX with Word's sources"),
                    ("latex", "LaTeX"),
                    ("biblatex", "biblatex"),
                    ("bibtex", "BibTeX"),
                    ("ris", "RIS"),
                    ("csl_json", "CSL JSON"),
                    ("report_pdf", "Citation report as PDF"),
                    ("report_csv", "Citation report as CSV"),
                ],
                max_length=12,
            ),
        ),
    ]
