"""Beat keeps its entries in the database: one that is gone from the code would be sent for ever."""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name="continue-exports").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0001_initial"),
        ("django_celery_beat", "0018_improve_crontab_helptext"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
