"""Text that is typed into a section and not saved (R-90)."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a new table"

    dependencies = [
        ("documents", "0031_reason_rewritten"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnsavedText",
            fields=[
                (
                    "section",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="unsaved",
                        serialize=False,
                        to="documents.section",
                    ),
                ),
                ("text", models.TextField()),
                ("base_revision", models.PositiveIntegerField()),
                ("token", models.UUIDField(default=uuid.uuid4)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["section"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="unsaved_text_not_empty"
                    )
                ],
            },
        ),
    ]
