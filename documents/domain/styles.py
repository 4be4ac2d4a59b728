"""Citation styles that may be chosen (R-96)."""

from typesetting import csl_styles


def at_hand() -> list[tuple[str, str]]:
    """CSL names with titles for people."""
    return [(style.name, style.title) for style in csl_styles()]
