"""The rules of payments change without a moment in which none holds, however often it is begun (R-63, R-93)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tests.migrating import back_to, forward

pytestmark = pytest.mark.django_db(transaction=True)

BUILT, DROPPED = "0016_one_order_per_document", "0017_without_the_rules_before"
BEFORE = {"one_payment_succeeded_per_document", "one_payment_open_per_document"}
NOW = {"one_order_paid_per_document", "one_payment_open_per_purpose"}


@pytest.fixture
def both() -> Iterator[None]:
    """The new rules are built, those of before not dropped yet."""
    back_to([("billing", BUILT)])
    yield
    forward()


def rules() -> set[str]:
    """Those of these indexes that the database holds to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisunique AND indisvalid"
        )
        return {name for (name,) in cursor.fetchall()} & (BEFORE | NOW)


def test_a_migration_that_was_cut_short_at_its_end_runs_again_and_drops_no_rule_that_counts(both: None) -> None:
    assert rules() == BEFORE | NOW
    held: list[set[str]] = []

    def watched(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "INDEX CONCURRENTLY" in sql:
            held.append(rules())
        return found

    for name in (BUILT, DROPPED):
        MigrationRecorder(connection).record_unapplied("billing", name)
        with connection.execute_wrapper(watched):
            MigrationExecutor(connection).migrate([("billing", DROPPED)])
        assert rules() == NOW
    # Four statements of the first; two of the second, which ran twice.
    assert len(held) == 8
    assert all(one >= BEFORE or one >= NOW for one in held)
