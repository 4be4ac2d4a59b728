"""Which migrations the version before survives: it reads and writes on while the new schema is there (R-130)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import migrations, models
from django.db.models.fields import NOT_PROVIDED

#: What old code does not notice.
_HARMLESS: Final = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.AlterOrderWithRespectTo,
    migrations.RemoveIndex,
)
#: What takes away something that old code may still read or write, or makes it wait behind a lock.
_WHY_NOT: Final[dict[type[Any], str]] = {
    migrations.RemoveField: "drops a column that old code still reads and writes",
    migrations.RenameField: "renames a column under old code",
    migrations.DeleteModel: "drops a table that old code still uses",
    migrations.RenameModel: "renames a table under old code",
    migrations.AlterModelTable: "renames a table under old code",
    migrations.RenameIndex: "holds the table while the index gets its name",
    migrations.AddConstraint: "refuses what old code may still write, and holds the table while it looks at all rows",
    migrations.RemoveConstraint: "lets in what old code does not expect",
    migrations.AlterField: "changes a column under old code",
    migrations.AlterUniqueTogether: "refuses what old code may still write",
    migrations.AlterIndexTogether: "holds the table while the index is built",
    migrations.RunSQL: "may do anything",
    migrations.RunPython: "may do anything",
}


def problems(migration: Any, *, new_tables: Iterable[str]) -> Iterator[str]:
    """Why old code might not survive the migration, a line each; none where it says why old code does.

    A migration that was looked at bears ``old_code_survives = "the reason"``. ``new_tables`` are models (in lower
    case) that came with the same release: old code knows nothing of them.
    """
    if getattr(migration, "old_code_survives", ""):
        return
    young = set(new_tables)
    for operation in _flat(migration.operations):
        about = getattr(operation, "model_name", getattr(operation, "name", ""))
        if isinstance(operation, _HARMLESS) or (isinstance(about, str) and about.lower() in young):
            continue
        if why := _why_not(operation):
            yield f"{migration.app_label}.{migration.name}: {operation.describe()}: {why}"


def created_by(migration: Any) -> set[str]:
    """Models that the migration makes, in lower case."""
    return {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _why_not(operation: Any) -> str:
    if isinstance(operation, migrations.AddField):
        return _why_not_added(operation.field)
    if isinstance(operation, migrations.AddIndex):
        # Its own subclass, AddIndexConcurrently, holds nobody up.
        return "" if type(operation).__name__ == "AddIndexConcurrently" else "holds the table while the index is built"
    for kind, why in _WHY_NOT.items():
        if isinstance(operation, kind):
            return why
    return "is of a kind that nobody has thought about"


def _why_not_added(field: "models.Field[Any, Any]") -> str:
    if isinstance(field, models.ManyToManyField):
        return ""
    if field.unique:
        return "holds the table while an index is built"
    if field.null or field.db_default is not NOT_PROVIDED or getattr(field, "generated", False):
        return ""
    # Django takes a default of Python's away from the column again once its rows are filled.
    return "old code does not fill it, and it may not be null: give it a db_default"
