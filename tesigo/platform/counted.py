"""A number with its noun, for what is said in English only: commands, alerts, reports. Pages have `ngettext`."""


def counted(number: int, one: str, many: str = "") -> str:
    """As `1 file` and `1,234 files`; ``many`` where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
