"""TRUNCATE passes triggers of rows by: the books and their papers refuse it, too (R-14)."""

from django.db import migrations

TABLES = ("booking", "entry", "receipt", "creditnote")


class Migration(migrations.Migration):
    dependencies = [("billing", "0010_credit_notes")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON billing_{name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION billing_append_only()",
            f"DROP TRIGGER {name}_not_emptied ON billing_{name}",
        )
        for name in TABLES
    ]
