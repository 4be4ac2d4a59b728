import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tesigo import upgrading
from tesigo.upgrading import Point, State
from tesigo.version import VERSION


class Command(BaseCommand):
    """Run by the new version before its migrations are applied, and again once it runs."""

    help = "Says what this version needs and whether it is so. Exit code 1 where something keeps from upgrading."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the report."""
        points = upgrading.report()
        bad = sum(point.state == State.BAD for point in points)
        if options["json"]:
            self.stdout.write(_json(points))
        else:
            self.stdout.write(_table(points))
        if bad:
            raise CommandError(f"What keeps from upgrading: {bad} of {len(points)} points.", returncode=1)


def _json(points: list[Point]) -> str:
    said = [{"name": one.name, "state": one.state.value, "words": one.words} for one in points]
    return json.dumps({"version": VERSION, "points": said}, indent=2)


def _table(points: list[Point]) -> str:
    width = max(len(point.name) for point in points)
    lines, before = [], ""
    for point in points:
        name = point.name if point.name != before else ""
        lines.append(f"{point.state.value:<5} {name:<{width}}  {point.words}")
        before = point.name
    return "\n".join(lines)
