"""The lines of what an assignment sheet asks (R-17)."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0026_own_templates")]
    old_code_survives = "the new column has its default in the database, and the new table is read by nobody"

    operations = [
        migrations.AddField(
            model_name="document",
            name="sheet_digest",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
        migrations.CreateModel(
            name="SheetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("length", "length"),
                            ("sources", "sources"),
                            ("style", "citation style"),
                            ("language", "language"),
                            ("format", "layout"),
                            ("part", "part of the work"),
                            ("count", "tables and pictures"),
                            ("deadline", "deadline"),
                            ("term", "term or author"),
                            ("point", "question or point"),
                        ],
                        max_length=12,
                    ),
                ),
                ("what", models.CharField(max_length=16)),
                ("least", models.FloatField(blank=True, null=True)),
                ("most", models.FloatField(blank=True, null=True)),
                ("value", models.CharField(blank=True, max_length=120)),
                ("asks", models.CharField(blank=True, max_length=300, verbose_name="what is asked")),
                ("words", models.CharField(blank=True, max_length=500)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("code", "read by fixed rules"),
                            ("model", "read by a model"),
                            ("owner", "written by you"),
                        ],
                        max_length=8,
                    ),
                ),
                ("is_removed", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sheet_lines", to="documents.document"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "length",
                                    "sources",
                                    "style",
                                    "language",
                                    "format",
                                    "part",
                                    "count",
                                    "deadline",
                                    "term",
                                    "point",
                                ],
                            )
                        ),
                        name="sheet_line_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("words", ""), _negated=True),
                            models.Q(("asks", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="sheet_line_says_something",
                    ),
                ],
            },
        ),
    ]
