"""The tests of the version before on the schema of this one: `python -m tests.faults.old_on_new REF [TEST …]` (R-130).

Checks out REF into a folder of its own and runs its tests on databases that this tree's migrations have made. The exit
code is pytest's.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from psycopg import sql

from tesigo.platform.paths import ROOT
from tests import environment

#: What a site does all day: sign in, describe, order, pay, write, export, keep the trail.
TESTS = (
    "tests/accounts/test_signin.py",
    "tests/documents/test_lifecycle.py",
    "tests/documents/test_views.py",
    "tests/billing/test_settlement.py",
    "tests/billing/test_ledger.py",
    "tests/generation/test_queue.py",
    "tests/privacy/test_audit.py",
)
_ASK = "from tests import environment as e; c = e._template_contents(); print(e._template_name(c))"


def main(words: list[str]) -> int:
    """Runs them; returns the exit code."""
    if not words:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    ref, tests = words[0], words[1:] or TESTS
    environ = dict(os.environ)
    environment.prepare()
    urls = environment.servers()
    contents = environment._template_contents()
    new = environment._template_name(contents)
    environ |= {f"TEST_{name}": url for name, url in urls.items()}
    folder = environment.HOME / "old_on_new"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    packed = subprocess.run(["git", "archive", ref], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
    chosen = [test for test in tests if (folder / test.partition("::")[0]).exists()]
    old = _printed([sys.executable, "-c", _ASK], folder, environ)
    with environment._administration() as server:
        existing = {name for (name,) in server.execute("SELECT datname FROM pg_database")}
        if new not in existing:
            earlier = environment._earlier_template(server, contents)
            environment._make_template(server, new, contents, earlier=earlier)
        if old == new:
            sys.stdout.write(f"{ref} has the migrations of this tree: there is nothing to show.\n")
            return 0
        environment._drop(server, old)
        names = (sql.Identifier(old), sql.Identifier(new))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(names[0], sql.Literal(json.dumps({}))))
    sys.stdout.write(f"{ref} on the schema of this tree ({new} in the place of {old}):\n")
    sys.stdout.flush()
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *chosen]
        return subprocess.run(command, cwd=folder, env=environ, check=False).returncode
    finally:
        with environment._administration() as server:
            environment._drop(server, old)
        shutil.rmtree(folder, ignore_errors=True)


def _printed(command: list[str], folder: Path, environ: dict[str, str]) -> str:
    return subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
