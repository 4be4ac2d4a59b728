"""Operations sees what is wrong now, which workers there are, and alerts by Telegram."""

from django.db import migrations

from tesigo import roles


class Migration(migrations.Migration):
    old_code_survives = "it adds rights to the roles of staff and changes no table"
    dependencies = [
        ("tesigo", "0004_operations"),
        ("platform", "0005_watching"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _editor: roles.write(apps), migrations.RunPython.noop, elidable=False)
    ]
