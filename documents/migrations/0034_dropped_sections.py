"""Rows of outlines that were thrown away (R-89)."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a table of its own"

    dependencies = [("documents", "0033_names_and_tags")]

    operations = [
        migrations.CreateModel(
            name="DroppedSection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=300)),
                ("covers", models.TextField(blank=True)),
                ("leaves_out", models.TextField(blank=True)),
                ("pages", models.DecimalField(decimal_places=1, max_digits=5)),
                ("chapter", models.CharField(blank=True, max_length=300)),
                ("dropped_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dropped_sections",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-dropped_at", "-pk"],
                "indexes": [models.Index(fields=["dropped_at"], name="section_dropped_at")],
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(title=""), name="dropped_section_title_not_empty"),
                ],
            },
        ),
    ]
