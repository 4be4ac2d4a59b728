"""What tests of documentation read: its pages, and all texts of the project."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tesigo.platform.paths import ROOT

#: Where texts of ours lie; neither packages nor what a running site keeps.
FOLDERS: Final = (
    ".ci", ".github", "accounts", "benchmarks", "billing", "bin", "demo", "deploy", "docs", "documents", "findings",
    "generation", "local", "privacy", "reading", "sandbox", "static", "templates", "tesigo", "tesigo_verify", "tests",
    "typesetting",
)  # fmt: skip
_SKIPPED: Final = {"__pycache__", "node_modules"}


def pages() -> list[Path]:
    """Every page of documentation, the README included."""
    # Of folders of ours alone: tools keep a README in their caches.
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found += [path for path in ROOT.glob("*/README.md") if path.parent.name in FOLDERS]
    return sorted(set(found))


@cache
def texts() -> dict[str, str]:
    """Every text file of the project by its path; pictures and the like are left out."""
    return {str(path.relative_to(ROOT)): text for path, text in _texts()}


def _texts() -> Iterator[tuple[Path, str]]:
    files = [path for path in ROOT.iterdir() if path.suffix in {".md", ".py", ".toml"} or path.name == "Makefile"]
    for folder in FOLDERS:
        files += (ROOT / folder).rglob("*")
    for path in files:
        if path.is_file() and not _SKIPPED & set(path.parts):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
