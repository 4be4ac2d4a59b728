"""Plain text and its line ends."""

from pathlib import Path

import pytest

from reading import encoding
from reading.child import read
from reading.protocol import Page


def texts(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "text"
    path.write_bytes(content)
    return "\n\n".join(record.text for record in read("txt", path, tmp_path) if isinstance(record, Page))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1e"])
def test_lines_end_in_many_ways(tmp_path: Path, end: str) -> None:
    content = f"Salt is{end}everywhere.{end}{end}Water, too."
    assert texts(tmp_path, content.encode()) == "Salt is everywhere.\n\nWater, too."


@pytest.mark.parametrize("size", [1, 7, 8, 9, 10, 21, 22, 23])
def test_a_line_end_cut_by_the_end_of_a_piece_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(encoding, "_CHUNK_BYTES", size)
    assert texts(tmp_path, b"Salt is\r\neverywhere.\r\n\r\nWater, too.\r\n") == "Salt is everywhere.\n\nWater, too."


@pytest.mark.parametrize("stray", ["\x01", "\x7f", "\x9d", "\ufffe"])
def test_a_stray_control_sign_costs_no_text(tmp_path: Path, stray: str) -> None:
    assert "everywhere" in texts(tmp_path, f"Salt{stray} is everywhere.".encode())
