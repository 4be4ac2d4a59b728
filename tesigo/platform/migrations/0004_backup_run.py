"""Rows of backups: what was asked for, and how it ended."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0003_removal"),
    ]

    operations = [
        migrations.CreateModel(
            name="BackupRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("error", models.CharField(blank=True, db_default="", default="", editable=False, max_length=300)),
                ("traceback", models.TextField(blank=True, db_default="", default="", editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("full", "full"),
                            ("incremental", "incremental"),
                            ("files", "files"),
                            ("drill", "drill"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("backup_id", models.CharField(blank=True, default="", max_length=60)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("size_bytes", models.PositiveBigIntegerField(blank=True, null=True)),
                ("parts", models.PositiveIntegerField(blank=True, null=True)),
                ("destinations", models.JSONField(blank=True, default=dict)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="backuprun_due"
                    ),
                    models.Index(
                        condition=models.Q(("given_up_at__isnull", False)),
                        fields=["given_up_at"],
                        name="backuprun_given_up",
                    ),
                    models.Index(fields=["kind", "state", "ended_at"], name="backuprun_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("given_up_at", None), ("due_at", None), _connector="OR"),
                        name="backuprun_given_up_is_over",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=("kind",),
                        name="backuprun_one_open_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["waiting", "running"]), _negated=True),
                            ("ended_at", None),
                            _connector="OR",
                        ),
                        name="backuprun_open_has_no_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["succeeded", "failed"]), _negated=True),
                            ("due_at", None),
                            _connector="OR",
                        ),
                        name="backuprun_ended_is_over",
                    ),
                ],
            },
        ),
    ]
