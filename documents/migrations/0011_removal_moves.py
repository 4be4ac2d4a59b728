"""Deletions of stored files are every app's: their model lives on the ground floor now, their table stays."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0010_made_once")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Removal")]),
    ]
