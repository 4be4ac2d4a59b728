"""Credit notes: what goes back of receipts, in a series of their own, never changed (R-68)."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0009_mirrors"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditNoteCounter",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AlterField(
            model_name="receiptfile",
            name="receipt",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="file",
                to="billing.receipt",
            ),
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("seller", models.JSONField()),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=8)),
                ("content", models.JSONField()),
                (
                    "dispute",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_note",
                        to="billing.dispute",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credit_notes", to="billing.receipt"
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_note",
                        to="billing.refund",
                    ),
                ),
                (
                    "takes_back",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back_by",
                        to="billing.creditnote",
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "-number"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="receiptfile",
            name="credit_note",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="file",
                to="billing.creditnote",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit_note", None), ("receipt__isnull", False)),
                    models.Q(("credit_note__isnull", False), ("receipt", None)),
                    _connector="OR",
                ),
                name="receipt_file_of_one_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.UniqueConstraint(fields=("year", "number"), name="credit_note_number_once"),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="credit_note_number_from_1"),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("dispute", None), ("refund__isnull", False), ("takes_back", None)),
                    models.Q(("amount__gt", 0), ("dispute__isnull", False), ("refund", None), ("takes_back", None)),
                    models.Q(("amount__lt", 0), ("dispute", None), ("refund", None), ("takes_back__isnull", False)),
                    _connector="OR",
                ),
                name="credit_note_for_one_thing",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER credit_note_append_only BEFORE UPDATE OR DELETE ON billing_creditnote"
            " FOR EACH ROW EXECUTE FUNCTION billing_append_only()",
            "DROP TRIGGER credit_note_append_only ON billing_creditnote",
        ),
    ]
