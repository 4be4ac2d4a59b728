"""Reading a long table in steady memory, with or without a cursor of the server's."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def in_pages(rows: QuerySet[M], *, key: str = "pk", page: int) -> Iterator[M]:
    """The rows in the order of `key`, which is unique and never null, `page` of them in memory at once.

    `QuerySet.iterator` holds all of them where the server's cursors are off, as they are behind PgBouncer (R-131). Each
    page is a query of its own: rows that come meanwhile with a greater key are read, too.
    """
    rows = rows.order_by(key)
    found = list(rows[:page])
    while found:
        yield from found
        if len(found) < page:
            return
        found = list(rows.filter(**{f"{key}__gt": getattr(found[-1], key)})[:page])
