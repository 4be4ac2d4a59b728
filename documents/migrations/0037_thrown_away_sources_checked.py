"""All sources keep the rule of 0035. In a migration of its own, for here nobody who writes has to wait."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    old_code_survives = "nothing changes: the rule holds for what is written since 0035"

    dependencies = [("documents", "0036_supervisors_links")]

    operations = [ValidateConstraint("source", name="source_thrown_away_is_banned")]
