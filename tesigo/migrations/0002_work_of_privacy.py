"""The privacy officer sees exports and erasures that wait, and sets them going again."""

from django.db import migrations

from tesigo import roles


class Migration(migrations.Migration):
    dependencies = [
        ("tesigo", "0001_roles"),
        ("privacy", "0005_erasure"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _editor: roles.write(apps), migrations.RunPython.noop, elidable=False)
    ]
