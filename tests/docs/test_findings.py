"""The table of findings has a line for every script, and none for a script that is gone (R-142)."""

import os
import re

from tesigo.platform.paths import ROOT

FOLDER = ROOT / "findings"


def test_every_script_has_its_line_and_can_be_run() -> None:
    table = re.findall(r"^\| `([^`]+)` \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    scripts = [path for path in FOLDER.iterdir() if path.name != "README.md"]
    assert sorted(table) == sorted(path.name for path in scripts) != []
    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == []


def test_continuous_integration_runs_none_of_them() -> None:
    """They ask package registries, and end with an error once a library was mended."""
    assert "findings" not in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
