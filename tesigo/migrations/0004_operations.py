"""A role for those who look after backups."""

from django.db import migrations

from tesigo import roles


class Migration(migrations.Migration):
    dependencies = [
        ("tesigo", "0003_programs_of_people"),
        ("platform", "0004_backup_run"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _editor: roles.write(apps), migrations.RunPython.noop, elidable=False)
    ]
