"""Carrying out what the registry says of a person's rows: files deleted, rows deleted, fields emptied (R-72)."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Field, Model, QuerySet

from privacy import registry
from privacy.registry import Erased, Rows
from tesigo.platform import removals

#: Rows deleted in one transaction.
BATCH_ROWS: Final = 500


def forget_app(app: str, *, user: AbstractBaseUser, but: Collection[type[Model]] = ()) -> None:
    """Erases the person from all models that an app has declared, except those that it erases by hand.

    May be slow: it deletes stored files, outside of any transaction, and rows in small ones.
    """
    mine = [(model, rows) for model, rows in registry.rows_by(app) if rows.of is not None and model not in but]
    for model, rows in _those_that_point_first(mine):
        if rows.erased is Erased.WITH_ROW:
            delete_rows(model, rows, user=user)
    for model, rows in mine:
        if rows.erased is Erased.KEPT:
            empty_fields(model, rows, user=user)


def forget_model(model: type[Model], *, user: AbstractBaseUser) -> None:
    """Deletes the person's rows of one model before others, where it could not be found without them."""
    rows = registry.rows_of(model)
    assert rows is not None
    delete_rows(model, rows, user=user)


def delete_rows(model: type[Model], rows: Rows, *, user: AbstractBaseUser) -> None:
    """Deletes stored files first: while their rows are there, a try that failed finds their names again."""
    mine = registry.of_person(model, rows, user)
    for name in _files(mine, rows.files):
        default_storage.delete(name)
    while batch := list(mine.values_list("pk", flat=True)[:BATCH_ROWS]):
        these = model._default_manager.filter(pk__in=batch)
        with transaction.atomic():
            # One that was stored since the look above.
            removals.note(*_files(these, rows.files))
            these.delete()


def empty_fields(model: type[Model], rows: Rows, *, user: AbstractBaseUser) -> None:
    """Empties what is not kept of rows that stay."""
    cleared = [field for field in model._meta.concrete_fields if _is_cleared(rows, field.name)]
    if not cleared:
        return
    values = {field.name: rows.emptied.get(field.name, _empty(field)) for field in cleared}
    mine = registry.of_person(model, rows, user)
    for batch in _batches(list(mine.values_list("pk", flat=True))):
        model._default_manager.filter(pk__in=batch).update(**values)


def _is_cleared(rows: Rows, name: str) -> bool:
    treated = rows.treats(name)
    return treated is not None and treated.erased is Erased.CLEARED


def _empty(field: "Field[Any, Any]") -> Any:
    return None if field.null else field.get_default()


def _files(found: QuerySet[Any], names: Sequence[str]) -> list[str]:
    return [stored for row in found.values_list(*names) for stored in row if stored] if names else []


def _batches(keys: list[Any]) -> list[list[Any]]:
    return [keys[start : start + BATCH_ROWS] for start in range(0, len(keys), BATCH_ROWS)]


def _those_that_point_first(models: Sequence[tuple[type[Model], Rows]]) -> list[tuple[type[Model], Rows]]:
    """What refers to others goes before them: some references forbid it the other way round."""
    there = {model for model, _rows in models}
    depths: dict[type[Model], int] = {}

    def depth(model: type[Model]) -> int:
        if model not in depths:
            depths[model] = 0  # of two that refer to each other, one comes first
            targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
            depths[model] = 1 + max((depth(one) for one in there if one in targets and one is not model), default=0)
        return depths[model]

    return sorted(models, key=lambda pair: -depth(pair[0]))
