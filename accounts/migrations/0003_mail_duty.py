"""Mails become duties. The column ``next_try_at`` keeps its name, so that a process of before goes on sending."""

import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


def forget(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name="send-waiting-mails").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_daily_use"),
        ("django_celery_beat", "0018_improve_crontab_helptext"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="mail", name="mail_by_state"),
        migrations.AlterField(
            model_name="mail",
            name="next_try_at",
            field=models.DateTimeField(
                blank=True,
                db_column="next_try_at",
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                editable=False,
                null=True,
            ),
        ),
        migrations.RenameField(model_name="mail", old_name="next_try_at", new_name="due_at"),
        migrations.AddField(
            model_name="mail",
            name="given_up_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="nudged_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="traceback",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AlterField(
            model_name="mail",
            name="error",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=300),
        ),
        migrations.AlterField(
            model_name="mail",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="mail_due"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("given_up_at__isnull", False)), fields=["given_up_at"], name="mail_given_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_up_at", None), ("due_at", None), _connector="OR"),
                name="mail_given_up_is_over",
            ),
        ),
        # What was settled before is not due; last, for an index is not made over rows changed just before.
        migrations.RunSQL(
            "UPDATE accounts_mail SET next_try_at = NULL WHERE state <> 'queued'",
            "UPDATE accounts_mail SET next_try_at = now() WHERE next_try_at IS NULL",
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
