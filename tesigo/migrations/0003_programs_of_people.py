"""Support and the privacy officer see the programs of a person."""

from django.db import migrations

from tesigo import roles


class Migration(migrations.Migration):
    dependencies = [
        ("tesigo", "0002_work_of_privacy"),
        ("accounts", "0007_programs"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _editor: roles.write(apps), migrations.RunPython.noop, elidable=False)
    ]
