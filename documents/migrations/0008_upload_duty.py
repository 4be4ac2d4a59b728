"""Reading files becomes a duty. The column ``lease_until`` keeps its name, so that a site of before goes on reading."""

from django.db import migrations, models


def forget(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name="continue-uploads").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0007_search_services_and_retractions"),
        ("django_celery_beat", "0018_improve_crontab_helptext"),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="lease_until",
            field=models.DateTimeField(blank=True, db_column="lease_until", editable=False, null=True),
        ),
        migrations.RenameField(model_name="upload", old_name="lease_until", new_name="due_at"),
        migrations.AddField(
            model_name="upload",
            name="error",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="upload",
            name="given_up_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="upload",
            name="nudged_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="upload",
            name="traceback",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="upload",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="upload_due"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                condition=models.Q(("given_up_at__isnull", False)), fields=["given_up_at"], name="upload_given_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_up_at", None), ("due_at", None), _connector="OR"),
                name="upload_given_up_is_over",
            ),
        ),
        # Last, for an index is not made over rows changed just before. What was tried so far counts.
        migrations.RunSQL(
            [
                "UPDATE documents_upload SET lease_until = coalesce(lease_until, now()), tries = least(token, 100) "
                "WHERE state = 'extracting'",
                "UPDATE documents_upload SET lease_until = created_at + interval '2 hours' WHERE state = 'receiving'",
                "UPDATE documents_upload SET lease_until = NULL WHERE state IN ('ready', 'rejected')",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
