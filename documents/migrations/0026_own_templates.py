"""Word templates that students bring (R-04)."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a table of its own, and a column that may be empty and that old code does not name"

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("documents", "0025_citations_of_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnTemplate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("content", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_templates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["title", "created_at"]},
        ),
        migrations.AddConstraint(
            model_name="owntemplate",
            constraint=models.UniqueConstraint(fields=("owner", "digest"), name="own_template_kept_once"),
        ),
        migrations.AddField(
            model_name="document",
            name="own_template",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="documents.owntemplate",
            ),
        ),
    ]
