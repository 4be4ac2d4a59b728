"""Takes in the model of deletions with the table that it has had in `documents`."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0002_forget_swept_exports"),
        ("documents", "0011_removal_moves"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Removal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                        ("stored_as", models.CharField(max_length=200)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        "db_table": "documents_removal",
                        "ordering": ["-created_at"],
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="removal_due"
                            ),
                            models.Index(
                                condition=models.Q(("given_up_at__isnull", False)),
                                fields=["given_up_at"],
                                name="removal_given_up",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("given_up_at", None), ("due_at", None), _connector="OR"),
                                name="removal_given_up_is_over",
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
