"""Our own code as trees, for tests of what stands in it."""

import ast
import re
from collections.abc import Iterator

from tesigo.platform.log_values import OURS
from tesigo.platform.paths import ROOT

#: Folders of what runs at a user's; benchmarks do not.
APPS = sorted(OURS - {"benchmarks"})


def nodes(pattern: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node, with its file, of the files whose text has the pattern: to parse all takes seconds."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if re.search(pattern, text):
                for node in ast.walk(ast.parse(text)):
                    yield str(path.relative_to(ROOT)), node
