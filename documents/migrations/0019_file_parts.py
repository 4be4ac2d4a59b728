"""Parts of files that come side by side, and which of them a file was joined of (R-80)."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0018_own_styles_and_fallbacks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    old_code_survives = "it makes no parts; of those that newer code makes it deletes none, and they end within a day"

    operations = [
        migrations.AddField(
            model_name="upload",
            name="concat",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.CreateModel(
            name="FilePart",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("stored_as", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("arrived", models.PositiveBigIntegerField(default=0)),
                ("is_checked", models.BooleanField(default=False)),
                ("metadata", models.CharField(blank=True, default="", max_length=2000)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(db_index=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "joins",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="documents.upload",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="file_parts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("arrived__lte", models.F("size"))), name="file_part_arrived_fits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("joins", None), ("arrived", models.F("size")), _connector="OR"),
                        name="file_part_joined_whole",
                    ),
                ],
            },
        ),
    ]
