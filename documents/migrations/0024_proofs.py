"""What each file to take away says of its citations, and what the program that checks it found."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0023_title_page_and_format")]
    old_code_survives = "a table of its own, which old code neither reads nor writes; files of then have no manifest"

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        null=True,
                    ),
                ),
                ("nudged_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("tries", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ("given_up_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "error",
                    models.CharField(blank=True, db_default="", default="", editable=False, max_length=300),
                ),
                ("traceback", models.TextField(blank=True, db_default="", default="", editable=False)),
                (
                    "export",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="proof",
                        serialize=False,
                        to="documents.export",
                    ),
                ),
                ("manifest", models.TextField()),
                ("findings", models.JSONField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="proof_due"),
                    models.Index(
                        condition=models.Q(("given_up_at__isnull", False)),
                        fields=["given_up_at"],
                        name="proof_given_up",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("given_up_at", None), ("due_at", None), _connector="OR"),
                        name="proof_given_up_is_over",
                    )
                ],
            },
        ),
    ]
