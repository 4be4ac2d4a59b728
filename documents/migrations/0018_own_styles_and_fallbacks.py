"""Citation styles that students bring, a choice of English, and what was printed in place of a style (R-96)."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0017_arrived_in_goes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="english",
            field=models.CharField(
                blank=True,
                choices=[("", "as the citation style has it"), ("en-US", "American"), ("en-GB", "British")],
                db_default="",
                default="",
                max_length=5,
                verbose_name="English of the citations",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="fallbacks",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="export",
            name="fallbacks",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.CreateModel(
            name="OwnStyle",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_styles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["title", "created_at"],
                "constraints": [models.UniqueConstraint(fields=("owner", "digest"), name="own_style_kept_once")],
            },
        ),
    ]
