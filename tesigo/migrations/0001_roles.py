"""The roles of staff, as groups with their rights."""

from django.db import migrations

from tesigo import roles


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("platform", "0002_forget_swept_exports"),
        ("privacy", "0002_audit_append_only"),
        ("accounts", "0006_staff_access"),
        ("documents", "0010_made_once"),
        ("billing", "0010_credit_notes"),
        ("generation", "0012_model_checked_at"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _editor: roles.write(apps), migrations.RunPython.noop, elidable=False)
    ]
