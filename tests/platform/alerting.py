"""What staff were told: the alerts that were kept, not what the log says of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tesigo.platform.models import Alert


def told(words: str = "") -> list[str]:
    """The subjects of the alerts that were kept and hold ``words``, the oldest first."""
    return list(Alert.objects.filter(subject__contains=words).order_by("pk").values_list("subject", flat=True))


def keys_told(beginning: str = "") -> list[str]:
    """The keys of the alerts that were kept, the oldest first."""
    return list(Alert.objects.filter(key__startswith=beginning).order_by("pk").values_list("key", flat=True))


@contextmanager
def alerts_away() -> Iterator[None]:
    """No alert can be kept meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE platform_alert RENAME TO away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO platform_alert")
