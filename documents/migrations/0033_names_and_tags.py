"""What its owner calls a document, and their tags."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = "a column with a default in the database, and a table of its own"

    dependencies = [("documents", "0032_unsaved_texts")]

    operations = [
        migrations.AddField(
            "document",
            "called",
            models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="name"),
        ),
        migrations.CreateModel(
            name="DocumentTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="documents.document"
                    ),
                ),
            ],
            options={
                "ordering": ["word", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("document"), django.db.models.functions.text.Lower("word"), name="document_tag_once"
                    ),
                    models.CheckConstraint(condition=~models.Q(word=""), name="document_tag_says_something"),
                ],
            },
        ),
    ]
