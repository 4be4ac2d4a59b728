"""What has come to S3 of files that arrive in several goes, and who sends to them (R-80)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0020_more_formats")]

    old_code_survives = "it lets no file come to S3 in several goes"

    operations = [
        migrations.AddField(
            model_name=model,
            name=name,
            field=field(blank=True, editable=is_editable, null=True),
        )
        for model, is_editable in (("upload", False), ("filepart", True))
        for name, field in (("in_storage", models.JSONField), ("held_until", models.DateTimeField))
    ]
