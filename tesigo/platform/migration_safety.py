"""Whether the version before can go on working while and after a migration is applied (R-130).

Two versions run side by side for the minutes of an upgrade, and after a roll-back the old one meets the new tables.
Judged by what each operation does to a table that old code reads and writes; what runs code of its own is for a person
to look at.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.contrib.postgres import operations as postgres
from django.db import models
from django.db.migrations import Migration
from django.db.migrations import operations as kinds
from django.db.models import NOT_PROVIDED


class Safety(StrEnum):
    """How a migration goes with old code."""

    SAFE = "safe"
    #: Old code works, but the statement may hold others up, or nobody can tell by looking.
    LOOK = "look"
    UNSAFE = "unsafe"


_ORDER: Final = (Safety.SAFE, Safety.LOOK, Safety.UNSAFE)


@dataclass(frozen=True)
class Verdict:
    """How safe, and why where it is not."""

    safety: Safety
    reasons: tuple[str, ...] = ()


def judge(migration: Migration) -> Verdict:
    """The worst of its operations. A table that the same migration makes is nobody's yet."""
    made: set[str] = set()
    found: list[tuple[Safety, str]] = []
    for operation in _flat(migration.operations):
        if isinstance(operation, kinds.CreateModel):
            made.add(operation.name_lower)
        elif _model_of(operation) not in made or not _model_of(operation):
            found.append(_judge(operation))
    worst = max((safety for safety, _ in found), key=_ORDER.index, default=Safety.SAFE)
    return Verdict(worst, tuple(dict.fromkeys(why for safety, why in found if safety != Safety.SAFE)))


def _flat(operations: Any) -> list[Any]:
    """With what is inside of operations that split what they do from what Django is told."""
    flat: list[Any] = []
    for operation in operations:
        if isinstance(operation, kinds.SeparateDatabaseAndState):
            flat += _flat(operation.database_operations)
        else:
            flat.append(operation)
    return flat


def _model_of(operation: Any) -> str:
    return str(getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", ""))


def _judge(operation: Any) -> tuple[Safety, str]:
    where = operation.describe()
    if isinstance(operation, kinds.AddField):
        return _added(operation.field, where)
    if isinstance(operation, kinds.AlterField):
        return Safety.LOOK, f"{where}: is what old code writes still taken?"
    if isinstance(operation, (kinds.RemoveField, kinds.DeleteModel)):
        return Safety.UNSAFE, f"{where}: old code still reads it"
    if isinstance(operation, (kinds.RenameField, kinds.RenameModel, kinds.AlterModelTable)):
        return Safety.UNSAFE, f"{where}: old code knows the old name"
    if isinstance(operation, kinds.AddConstraint):
        return Safety.LOOK, f"{where}: does old code keep to it?"
    if isinstance(operation, postgres.AddIndexConcurrently):
        return Safety.SAFE, ""
    if isinstance(operation, kinds.AddIndex):
        return Safety.LOOK, f"{where}: writes to the table wait while it is made"
    if isinstance(operation, (kinds.RunPython, kinds.RunSQL)):
        return Safety.LOOK, f"{where}: its own code, read it"
    return Safety.SAFE, ""


def _added(field: "models.Field[Any, Any]", where: str) -> tuple[Safety, str]:
    """Old code writes rows without the new column: the database must know what stands in it."""
    is_filled = field.null or field.db_default is not NOT_PROVIDED or getattr(field, "generated", False)
    if field.many_to_many or is_filled:
        return Safety.SAFE, ""
    return Safety.UNSAFE, f"{where}: neither null nor a default of the database, so old code cannot add rows"
