"""Support sees documents that their owners show for a complaint."""

from django.db import migrations

from tesigo import roles


class Migration(migrations.Migration):
    old_code_survives = "it adds a right to a role of staff and changes no table"
    dependencies = [
        ("tesigo", "0005_conditions_and_workers"),
        ("generation", "0019_disclosures"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _editor: roles.write(apps), migrations.RunPython.noop, elidable=False)
    ]
