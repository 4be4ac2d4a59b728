"""Title pages as data, a title of the student's own, how a document is laid out, and how many sheets a file has."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0022_versions_with_names")]
    old_code_survives = "new columns have a default in the database or may be empty, and nobody reads the new table"

    operations = [
        migrations.CreateModel(
            name="TitlePage",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="title_page",
                        serialize=False,
                        to="documents.document",
                    ),
                ),
                ("subtitle", models.CharField(blank=True, max_length=300, verbose_name="subtitle")),
                ("kind_words", models.CharField(blank=True, max_length=160, verbose_name="kind of work")),
                ("university", models.CharField(blank=True, max_length=160, verbose_name="university")),
                ("faculty", models.CharField(blank=True, max_length=160, verbose_name="faculty")),
                ("institute", models.CharField(blank=True, max_length=160, verbose_name="institute")),
                ("course", models.CharField(blank=True, max_length=160, verbose_name="course of study")),
                ("module", models.CharField(blank=True, max_length=160, verbose_name="module or seminar")),
                ("supervisors", models.TextField(blank=True, max_length=600, verbose_name="supervisors")),
                (
                    "matriculation_number",
                    models.CharField(
                        blank=True,
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[\\w ./-]+$", "Write letters and figures, such as 123456 or s-2026/41.", code="number"
                            )
                        ],
                        verbose_name="student number",
                    ),
                ),
                ("semester", models.CharField(blank=True, max_length=60, verbose_name="semester")),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="place")),
                ("handed_in_on", models.DateField(blank=True, null=True, verbose_name="date on the title page")),
                ("abstract", models.TextField(blank=True, max_length=6000, verbose_name="abstract")),
                ("keywords", models.CharField(blank=True, max_length=400, verbose_name="keywords")),
                (
                    "second_language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("en", "English"),
                            ("it", "Italian"),
                            ("es", "Spanish"),
                            ("de", "German"),
                            ("fr", "French"),
                            ("pl", "Polish"),
                            ("pt", "Portuguese"),
                            ("nl", "Dutch"),
                            ("cs", "Czech"),
                            ("ro", "Romanian"),
                        ],
                        max_length=8,
                        verbose_name="second language",
                    ),
                ),
                (
                    "second_abstract",
                    models.TextField(blank=True, max_length=6000, verbose_name="abstract in the second language"),
                ),
                (
                    "second_keywords",
                    models.CharField(blank=True, max_length=400, verbose_name="keywords in the second language"),
                ),
                ("abbreviations", models.TextField(blank=True, max_length=12000, verbose_name="abbreviations")),
                ("appendix", models.TextField(blank=True, max_length=60000, verbose_name="appendix")),
                (
                    "has_declaration",
                    models.BooleanField(default=False, verbose_name="print a declaration of authorship"),
                ),
                ("declaration", models.TextField(blank=True, max_length=4000, verbose_name="words of the declaration")),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["-changed_at"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="own_title",
            field=models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="title"),
        ),
        migrations.AddField(
            model_name="document",
            name="page_format",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="export",
            name="body_sheets",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
