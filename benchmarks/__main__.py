"""``python -m benchmarks``: what can be measured."""

import ast
from pathlib import Path

#: Modules that the others share.
SHARED = {
    "__init__",
    "__main__",
    "capacity",
    "cost_build",
    "kept",
    "load",
    "long_text",
    "measured",
    "orders",
    "prices",
    "queueing",
    "sheets",
    "site",
    "steps",
    "tables",
    "watching",
    "word_paste",
    "workers",
    "writing_queue",
}


def main() -> None:
    """Prints the name of each benchmark with the first line of what it says of itself."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in SHARED:
            words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            print(f"python -m benchmarks.{path.stem:14} {words.splitlines()[0]}")


if __name__ == "__main__":
    main()
