"""Old code survives each migration of a release, or the migration says why it does all the same (R-130)."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tesigo.platform.migration_safety import Safety, created_by, judge, problems
from tests.environment import APPS

#: The last migration of each app in the release before (1.0.0): what came after is this release's.
RELEASED = {
    "platform": "0003",
    "privacy": "0005",
    "accounts": "0010",
    "documents": "0012",
    "billing": "0013",
    "generation": "0014",
    "tesigo": "0003",
}
#: Migrations that were looked at after they had gone out, and why old code survives them.
LOOKED_AT = {
    "tesigo.0004_operations": "it adds rights to the roles of staff and changes no table",
    "documents.0013_briefs_begun": "a row for each document: its index is built within a second at 100,000 of them",
}

INDEX = models.Index(fields=["a"], name="i")
CHECK = models.CheckConstraint(condition=models.Q(a=1), name="c")


def migration(*operations: Any, **fields: Any) -> Any:
    made = migrations.Migration("0099_test", "documents")
    made.operations = list(operations)  # type: ignore[misc]
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_migrations_of_this_release_are_survived_by_the_one_before() -> None:
    loader = MigrationLoader(None)
    labels = {name.rpartition("/")[2] for name in APPS} & set(RELEASED)
    young = [
        one
        for (label, name), one in sorted(loader.disk_migrations.items())
        if label in labels and name[:4] > RELEASED[label]
    ]
    made = {(one.app_label, model) for one in young for model in created_by(one)}
    found = [
        line
        for one in young
        if f"{one.app_label}.{one.name}" not in LOOKED_AT
        for line in problems(one, new_tables=[model for label, model in made if label == one.app_label])
    ]
    assert found == []


def test_what_the_release_before_had_is_known() -> None:
    """Each app of ours with migrations has its line."""
    ours = {label for label, _name in MigrationLoader(None).disk_migrations}
    assert {name.rpartition("/")[2] for name in APPS} & ours == set(RELEASED)


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (migrations.RemoveField("section", "text"), "drops a column"),
        (migrations.RenameField("section", "text", "words"), "renames a column"),
        (migrations.DeleteModel("Section"), "drops a table"),
        (migrations.AddField("section", "size", models.IntegerField(default=0)), "give it a db_default"),
        (migrations.AddField("section", "key", models.CharField(null=True, unique=True)), "an index is built"),
        (migrations.AlterField("section", "text", models.TextField()), "changes a column"),
        (migrations.AddIndex("section", models.Index(fields=["title"], name="a")), "while the index is built"),
        (migrations.RunSQL("SELECT 1"), "may do anything"),
        (
            migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("section", "text")]),
            "drops a column",
        ),
    ],
)
def test_what_old_code_does_not_survive_is_told_of(operation: Any, told: str) -> None:
    (line,) = problems(migration(operation), new_tables=[])
    assert told in line
    assert line.startswith("documents.0099_test: ")
    assert list(problems(migration(operation, old_code_survives="nobody wrote there"), new_tables=[])) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("section", "size", models.IntegerField(null=True)),
        migrations.AddField("section", "size", models.IntegerField(default=0, db_default=0)),
        AddIndexConcurrently("section", models.Index(fields=["title"], name="a")),
        migrations.AddIndex("note", models.Index(fields=["title"], name="a")),
        migrations.RemoveField("note", "text"),
    ],
)
def test_what_old_code_does_not_notice_passes(operation: Any) -> None:
    assert list(problems(migration(operation), new_tables=["note"])) == []


@pytest.mark.parametrize(
    ("operation", "safety"),
    [
        (migrations.AddField("m", "a", models.TextField(null=True)), Safety.SAFE),
        (migrations.AddField("m", "a", models.TextField(default="", db_default="")), Safety.SAFE),
        (migrations.AddField("m", "a", models.ManyToManyField("platform.alert")), Safety.SAFE),
        (migrations.AddField("m", "a", models.TextField(default="")), Safety.UNSAFE),
        (migrations.RemoveField("m", "a"), Safety.UNSAFE),
        (migrations.DeleteModel("M"), Safety.UNSAFE),
        (migrations.RenameField("m", "a", "b"), Safety.UNSAFE),
        (migrations.RenameModel("M", "N"), Safety.UNSAFE),
        (migrations.AlterModelTable("m", "n"), Safety.UNSAFE),
        (migrations.AlterOrderWithRespectTo("m", "a"), Safety.UNSAFE),
        (migrations.AddField("m", "a", models.TextField(null=True, unique=True)), Safety.LOOK),
        (migrations.AlterField("m", "a", models.TextField()), Safety.LOOK),
        (migrations.AddConstraint("m", CHECK), Safety.LOOK),
        (AddConstraintNotValid("m", CHECK), Safety.LOOK),
        (ValidateConstraint("m", "c"), Safety.SAFE),
        (migrations.RemoveConstraint("m", "c"), Safety.LOOK),
        (migrations.AddIndex("m", INDEX), Safety.LOOK),
        (migrations.RenameIndex("m", "j", old_name="i"), Safety.LOOK),
        (AddIndexConcurrently("m", INDEX), Safety.SAFE),
        (migrations.RunPython(lambda *_: None), Safety.LOOK),
        (migrations.RunSQL("SELECT 1"), Safety.LOOK),
        (Operation(), Safety.LOOK),
        (migrations.AlterModelOptions("m", {}), Safety.SAFE),
        (migrations.RemoveIndex("m", "i"), Safety.SAFE),
        (migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("m", "a")]), Safety.UNSAFE),
        (migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("m", "a")]), Safety.SAFE),
    ],
    # Not what each prints: that holds addresses in memory, and each process would name the tests otherwise.
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else None,
)
def test_each_operation_is_judged_by_what_old_code_would_meet(operation: Any, safety: Safety) -> None:
    verdict = judge(migration(operation))
    assert verdict.safety == safety
    assert bool(verdict.reasons) == (safety != Safety.SAFE)


def test_the_worst_of_a_migration_counts_and_a_table_of_its_own_is_nobodys() -> None:
    made = migrations.CreateModel("M", [("id", models.AutoField(primary_key=True))])
    assert judge(migration(made, migrations.AddConstraint("m", CHECK))).safety == Safety.SAFE
    both = migration(migrations.AddIndex("m", INDEX), migrations.RemoveField("m", "a"))
    assert judge(both).safety == Safety.UNSAFE


def test_a_migration_that_was_looked_at_and_tables_of_the_same_release_are_safe() -> None:
    dropped = migrations.RemoveField("m", "a")
    assert judge(migration(dropped, old_code_survives="nobody wrote there")).safety == Safety.SAFE
    assert judge(migration(dropped), new_tables=["m"]).safety == Safety.SAFE
    assert judge(migration(dropped), new_tables=["n"]).safety == Safety.UNSAFE
