"""The first price list: €0.50 a page, in force from the start (R-01)."""

from decimal import Decimal
from typing import Any

from django.db import migrations
from django.utils import timezone


def create(apps: Any, schema_editor: Any) -> None:
    now = timezone.now()
    apps.get_model("billing", "PriceList").objects.create(
        version=1,
        price_per_page=Decimal("0.50"),
        state="active",
        note="The first price list.",
        created_at=now,
        activated_at=now,
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
