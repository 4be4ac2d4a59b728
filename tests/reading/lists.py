"""Reads a list of references as the limited child does, without starting one."""

from pathlib import Path
from typing import Any

from reading.child import read
from reading.protocol import Item, Unread


def items(tmp_path: Path, kind: str, text: str | bytes) -> list[dict[str, Any]]:
    """The items of a list as CSL-JSON."""
    return [record.csl for record in records(tmp_path, kind, text) if isinstance(record, Item)]


def item(tmp_path: Path, kind: str, text: str | bytes) -> dict[str, Any]:
    """The one item of a list."""
    (found,) = items(tmp_path, kind, text)
    return found


def unread_lines(tmp_path: Path, kind: str, text: str | bytes) -> list[int]:
    """The lines of the entries that gave no item."""
    return [record.line for record in records(tmp_path, kind, text) if isinstance(record, Unread)]


def records(tmp_path: Path, kind: str, text: str | bytes) -> list[Any]:
    """All that the reader says of a list."""
    path = tmp_path / "list"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read(kind, path, tmp_path))
