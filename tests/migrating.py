"""Takes the database back to how an earlier version left it, and forward again, for tests of migrations.

A test that does so commits: it asks for ``transactional_db``, whose end brings the rows back.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState, StateApps

#: Apps and the names of migrations; None for what is before the first one.
Targets = Sequence[tuple[str, str | None]]


class _Backwards(MigrationExecutor):
    """Django's own, but for one thing: it renders the models of all apps for each migration on the way, 0.15 s each.

    Only those that are unapplied need models.
    """

    def _migrate_all_backwards(self, plan: Any, full_plan: Any, fake: bool) -> ProjectState:
        to_run = {migration for migration, _ in plan}
        applied = {self.loader.graph.nodes[key] for key in self.loader.applied_migrations}
        states = {}
        state = self._create_project_state()  # type: ignore[attr-defined]  # the stubs lack it
        for migration, _ in full_plan:
            if migration in to_run:
                states[migration] = state
                state = migration.mutate_state(state, preserve=True)
            elif migration in applied:
                migration.mutate_state(state, preserve=False)
        for migration, _ in plan:
            self.unapply_migration(states[migration], migration, fake=fake)
        return state


def back_to(targets: Targets) -> StateApps:
    """The tables as these migrations left them; returns the models of that time."""
    executor = _Backwards(connection)
    executor.migrate(list(targets))
    return executor.loader.project_state(list(targets)).apps


def forward() -> None:
    """All migrations are applied again."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
