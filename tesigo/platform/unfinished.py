"""Where stored files lie that have not come whole (R-80): of no use to anybody but who sends them."""

from typing import Final

FOLDER: Final = "arriving"


def is_unfinished(name: str) -> bool:
    """Whether a stored name is that of a file which still arrives."""
    return name.startswith(f"{FOLDER}/")
