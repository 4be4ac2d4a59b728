"""Rewriting by order (R-93)."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    old_code_survives = (
        "new tables; choices change; the check lets in more than before, on a table of a few rows for each finished job"
    )

    dependencies = [
        ("documents", "0031_reason_rewritten"),
        ("generation", "0016_searches_before_payment"),
    ]

    operations = [
        migrations.CreateModel(
            name="MoreRewritings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "count",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="rewritings more"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "more rewritings",
                "ordering": ["document"],
            },
        ),
        migrations.CreateModel(
            name="Rewriting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("revision", models.PositiveIntegerField()),
                ("paragraphs", models.JSONField()),
                (
                    "wish",
                    models.CharField(
                        choices=[
                            ("shorter", "shorter"),
                            ("plainer", "plainer"),
                            ("counter", "with the counter-argument"),
                            ("source", "more from one source"),
                            ("own", "as I say it in my own words"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "being written"),
                            ("offered", "ready to be taken or left"),
                            ("taken", "taken"),
                            ("left", "left"),
                            ("failed", "failed"),
                            ("cancelled", "called off"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("citations", models.JSONField(blank=True, default=list)),
                ("made", models.JSONField(blank=True, default=dict)),
                ("body_pages", models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True)),
                ("is_over", models.BooleanField(default=False)),
                ("failure", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="jobusage",
            name="usage_kind_known",
        ),
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("outline", "outline"),
                    ("sources", "sources"),
                    ("document", "document"),
                    ("rewriting", "rewriting"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="jobusage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("outline", "outline"),
                    ("sources", "sources"),
                    ("document", "document"),
                    ("rewriting", "rewriting"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="stage",
            field=models.CharField(
                choices=[
                    ("outline", "Outline"),
                    ("search", "Looking for sources"),
                    ("research", "Gathering the sources"),
                    ("write", "Writing"),
                    ("check", "Checking the citations"),
                    ("measure", "Measuring the pages"),
                    ("revise", "Fitting the pages"),
                    ("recheck", "Checking what changed"),
                    ("assemble", "Putting it together"),
                    ("export", "Making the files"),
                    ("rewrite", "Writing anew on order"),
                    ("offer", "Checking what was written anew"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="jobusage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["outline", "sources", "document", "rewriting"])),
                name="usage_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="morerewritings",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="more_rewritings", to="documents.document"
            ),
        ),
        migrations.AddField(
            model_name="rewriting",
            name="job",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="rewriting", to="generation.job"
            ),
        ),
        migrations.AddField(
            model_name="rewriting",
            name="section",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rewritings", to="documents.section"
            ),
        ),
        migrations.AddField(
            model_name="rewriting",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="documents.source",
            ),
        ),
        migrations.AddConstraint(
            model_name="rewriting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("asked", "offered"))),
                fields=("section",),
                name="one_open_rewriting_per_section",
            ),
        ),
        migrations.AddConstraint(
            model_name="rewriting",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "offered", "taken", "left", "failed", "cancelled"])),
                name="rewriting_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rewriting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "offered"), _negated=True),
                    models.Q(("text", ""), _negated=True),
                    _connector="OR",
                ),
                name="rewriting_offers_a_text",
            ),
        ),
    ]
