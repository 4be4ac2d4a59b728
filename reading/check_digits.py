"""Whether the digits of a standard number are whole, by the last of them."""


def is_isbn_13(digits: str) -> bool:
    """The check of ISBN-13 (ISO 2108): weights of 1 and 3, modulo 10. ``digits`` are decimal."""
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0


def is_weighted(digits: str) -> bool:
    """The check of ISBN-10 and ISSN (ISO 3297): weights down to 1, modulo 11, X for ten."""
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(value * (len(values) - at) for at, value in enumerate(values)) % 11 == 0
