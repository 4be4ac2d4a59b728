"""What is told about mails that left, and addresses that are not written to (R-54)."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_signing_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailEvent",
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
                ("provider", models.CharField(max_length=12)),
                ("event_id", models.CharField(max_length=200)),
                ("nonce", models.CharField(blank=True, max_length=100, null=True, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivered", "delivered"),
                            ("bounced", "bounced"),
                            ("complained", "reported as spam"),
                            ("confirm", "asks to be confirmed"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("mail_id", models.UUIDField(blank=True, null=True)),
                ("status", models.CharField(blank=True, max_length=12)),
                ("confirm_url", models.CharField(blank=True, editable=False, max_length=1000)),
                ("happened_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-received_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MailStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.BinaryField()),
                (
                    "reason",
                    models.CharField(
                        choices=[("bounced", "does not exist"), ("complained", "reports our mails as spam")],
                        max_length=12,
                    ),
                ),
                ("status", models.CharField(blank=True, max_length=12)),
                ("told_by", models.CharField(max_length=12)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_state_known",
        ),
        migrations.AddField(
            model_name="mail",
            name="delivered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="status",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_refused_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="mail",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("sent", "sent"),
                    ("delivered", "delivered"),
                    ("opened", "link opened"),
                    ("bounced", "bounced"),
                    ("complained", "reported as spam"),
                    ("withheld", "withheld"),
                    ("failed", "failed"),
                ],
                default="queued",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["queued", "sent", "delivered", "opened", "bounced", "complained", "withheld", "failed"],
                    )
                ),
                name="mail_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="mailevent",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="mailevent_due"),
        ),
        migrations.AddIndex(
            model_name="mailevent",
            index=models.Index(
                condition=models.Q(("given_up_at__isnull", False)), fields=["given_up_at"], name="mailevent_given_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_up_at", None), ("due_at", None), _connector="OR"),
                name="mailevent_given_up_is_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailevent",
            constraint=models.UniqueConstraint(fields=("provider", "event_id"), name="mail_event_once"),
        ),
        migrations.AddConstraint(
            model_name="mailevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["delivered", "bounced", "complained", "confirm", "other"])),
                name="mail_event_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="mailstop",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mail_stops",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="mailstop",
            constraint=models.UniqueConstraint(fields=("address_hash", "reason"), name="mail_stop_once"),
        ),
        migrations.AddConstraint(
            model_name="mailstop",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["bounced", "complained"])), name="mail_stop_reason_known"
            ),
        ),
    ]
