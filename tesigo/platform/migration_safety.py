"""Whether the version before can go on working while and after a migration is applied (R-130).

Two versions run side by side for the minutes of an upgrade, and after a roll-back the old one meets the new tables.
Judged by what each operation does to a table that old code reads and writes. What runs code of its own is for a person
to look at, who then writes ``old_code_survives = "the reason"`` into the migration.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.contrib.postgres import operations as postgres
from django.db import models
from django.db.migrations import operations as kinds
from django.db.models import NOT_PROVIDED


class Safety(StrEnum):
    """How a migration goes with old code."""

    SAFE = "safe"
    #: Old code works, but the statement may hold others up, or nobody can tell by looking.
    LOOK = "look"
    UNSAFE = "unsafe"


_ORDER: Final = (Safety.SAFE, Safety.LOOK, Safety.UNSAFE)
_SAFE: Final = (Safety.SAFE, "")
#: What each kind of operation does to a table that old code knows. A subclass without a row has that of its base.
_BY_KIND: Final[dict[type[Any], tuple[Safety, str]]] = {
    kinds.CreateModel: _SAFE,
    kinds.AlterModelOptions: _SAFE,
    kinds.AlterModelManagers: _SAFE,
    kinds.AlterModelTableComment: _SAFE,
    kinds.RemoveIndex: _SAFE,
    postgres.AddIndexConcurrently: _SAFE,
    kinds.RemoveField: (Safety.UNSAFE, "drops a column that old code still reads and writes"),
    kinds.RenameField: (Safety.UNSAFE, "renames a column under old code"),
    kinds.DeleteModel: (Safety.UNSAFE, "drops a table that old code still uses"),
    kinds.RenameModel: (Safety.UNSAFE, "renames a table under old code"),
    kinds.AlterModelTable: (Safety.UNSAFE, "renames a table under old code"),
    kinds.AlterOrderWithRespectTo: (Safety.UNSAFE, "makes or drops a column that old code does not know of"),
    kinds.AlterField: (Safety.LOOK, "changes a column under old code"),
    kinds.AddIndex: (Safety.LOOK, "holds the table while the index is built"),
    kinds.RenameIndex: (Safety.LOOK, "holds the table while the index gets its name"),
    kinds.AlterIndexTogether: (Safety.LOOK, "holds the table while the index is built"),
    kinds.AlterUniqueTogether: (Safety.LOOK, "refuses what old code may still write"),
    kinds.AddConstraint: (
        Safety.LOOK,
        "refuses what old code may still write, and holds the table while it looks at all rows",
    ),
    postgres.AddConstraintNotValid: (Safety.LOOK, "refuses what old code may still write"),
    # Nobody who reads or writes waits for it.
    postgres.ValidateConstraint: _SAFE,
    kinds.RemoveConstraint: (Safety.LOOK, "lets in what old code does not expect"),
    kinds.RunSQL: (Safety.LOOK, "may do anything"),
    kinds.RunPython: (Safety.LOOK, "may do anything"),
}
_UNKNOWN: Final = (Safety.LOOK, "is of a kind that nobody has thought about")


@dataclass(frozen=True)
class OperationVerdict:
    """How safe, and why where it is not."""

    safety: Safety
    reasons: tuple[str, ...] = ()


def judge(migration: Any, *, new_tables: Iterable[str] = ()) -> OperationVerdict:
    """The worst of its operations; safe where the migration says why old code survives it.

    ``new_tables`` are models (in lower case) of its app that come with the same release, beside those that the
    migration itself makes: old code knows nothing of them.
    """
    if getattr(migration, "old_code_survives", ""):
        return OperationVerdict(Safety.SAFE)
    young = created_by(migration) | set(new_tables)
    found = [
        (*_judge(operation), operation.describe())
        for operation in _flat(migration.operations)
        if _model_of(operation) not in young
    ]
    worst = max((safety for safety, _, _ in found), key=_ORDER.index, default=Safety.SAFE)
    reasons = (f"{where}: {why}" for safety, why, where in found if safety != Safety.SAFE)
    return OperationVerdict(worst, tuple(dict.fromkeys(reasons)))


def problems(migration: Any, *, new_tables: Iterable[str]) -> list[str]:
    """Why old code might not survive the migration, a line each that names it; `judge` says what is passed."""
    verdict = judge(migration, new_tables=new_tables)
    return [f"{migration.app_label}.{migration.name}: {reason}" for reason in verdict.reasons]


def created_by(migration: Any) -> set[str]:
    """Models that the migration makes, in lower case."""
    return {one.name_lower for one in _flat(migration.operations) if isinstance(one, kinds.CreateModel)}


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    """With what is inside of operations that split what they do from what Django is told."""
    for operation in operations:
        if isinstance(operation, kinds.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _model_of(operation: Any) -> str:
    return str(getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", ""))


def _judge(operation: Any) -> tuple[Safety, str]:
    if isinstance(operation, kinds.AddField):
        return _added(operation.field)
    return next((_BY_KIND[kind] for kind in type(operation).__mro__ if kind in _BY_KIND), _UNKNOWN)


def _added(field: "models.Field[Any, Any]") -> tuple[Safety, str]:
    """Old code writes rows without the new column: the database must know what stands in it."""
    if field.many_to_many:
        return _SAFE
    is_filled = field.null or field.db_default is not NOT_PROVIDED or getattr(field, "generated", False)
    if not is_filled:
        # Django takes a default of Python's away from the column again once its rows are filled.
        return Safety.UNSAFE, "old code does not fill it, and it may not be null: give it a db_default"
    return (Safety.LOOK, "holds the table while an index is built") if field.unique else _SAFE
