"""Across apps only the agreed modules are imported; import-linter's contracts hold the floors themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tesigo.platform.paths import ROOT

APPS = ("privacy", "accounts", "documents", "billing", "generation")
#: What an app shows to the others.
SHOWN = {"enums", "errors", "models", "signals", "registry", "gates", "domain"}


def imported(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if "." in node.module:
                yield node.module
            else:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("app", APPS)
def test_apps_reach_each_other_only_through_what_they_show(app: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / app).rglob("*.py"))
        for name in imported(path)
        if (parts := name.split("."))[0] in APPS and parts[0] != app and parts[1] not in SHOWN
    ]
    assert wrong == []
