"""The version of TesiGo, in this one place (R-130). `docs/upgrading.md` says what its parts promise."""

from typing import Final

VERSION: Final = "1.0.0"
