"""Where the project lies, and where what it makes by itself is kept unless settings say otherwise."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
