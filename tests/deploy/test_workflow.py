"""The workflow of the public CI service: by its schema, by an auditor of such files, and that it runs what we run."""

import subprocess
import sys
from pathlib import Path

import yaml

from tesigo.platform.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def audit(path: Path) -> subprocess.CompletedProcess[str]:
    return run("zizmor", "--offline", "--no-progress", "--persona=pedantic", "--no-config", path)


def test_it_is_a_workflow() -> None:
    checked = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *FOLDER.glob("*.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_auditor_finds_nothing(tmp_path: Path) -> None:
    audited = audit(FOLDER)
    assert audited.returncode == 0, audited.stdout + audited.stderr
    # It does find what is wrong.
    (tmp_path / "action.yml").write_text(
        "name: x\non: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - uses: actions/checkout@v4\n      - run: echo ${{ github.event.issue.title }}\n"
    )
    assert audit(tmp_path / "action.yml").returncode != 0


def test_it_runs_what_runs_everywhere() -> None:
    """R-140: one script says what must hold, here and elsewhere."""
    (path,) = FOLDER.glob("*.yml")
    (job,) = yaml.safe_load(path.read_text())["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert job["permissions"] == {"contents": "read"}
