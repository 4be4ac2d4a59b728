"""Numbers in texts that are compared: as numbers where their signs allow one reading, else as they are written (R-18).

1 000, 1\u202f000, 1'000, 1,000,000 and 1.000,5 can be read in one way: what groups their digits goes. 1,500 may be one
and a half: its sign stays, a comma as a point. Numbers with anything else between them, as in a list, stay apart.
"""

import re
from typing import Final

#: Stands between two numbers until other commas are gone.
APART: Final = "\ue001"
#: Marks of Markdown, and what nobody sees: never a sign between numbers.
_UNSEEN: Final = re.compile(r"[\\*_`^\u00ad\u200b-\u200d\ufeff\u0300-\u036f]+")
_GROUPED: Final = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[\s~'’]{1,2}\d{3})+(?!\d)")
_BETWEEN_GROUPS: Final = re.compile(r"[\s~'’]+")
_WITH_SIGNS: Final = re.compile(r"\d+(?:[.,]\d+)+")
_SIGN: Final = re.compile(r"[.,]")
#: Those of percent, money and comparison say more than that two numbers are apart.
_BETWEEN: Final = re.compile(r"(?<=\d)[^\w%‰<>≤≥±€£¥\ue000]+(?=\d)")
_JOINING: Final = re.compile(r"[-:/+]")
_NUMBER: Final = re.compile(r"\d[\d.,]*")
_IN_NUMBERS: Final = re.compile(r"(?<=\d)[.,](?=\d)")


def joined(text: str) -> str:
    """The text, in decomposed form and with one sign for those that mean the same, with its numbers written alike."""
    text = _GROUPED.sub(lambda found: _BETWEEN_GROUPS.sub("", found[0]), _UNSEEN.sub("", text))
    text = _WITH_SIGNS.sub(lambda found: _written(found[0]), text)
    return _BETWEEN.sub(lambda found: _between(found[0]), text)


def _written(number: str) -> str:
    """Digits with points and commas between them, without those that can only group."""
    parts, signs = _SIGN.split(number), _SIGN.findall(number)
    if len(signs) == 1:
        return ".".join(parts)
    if len(set(signs)) == 1:
        if _are_groups(parts):
            return "".join(parts)
        return number.replace(",", APART)
    *grouping, decimal = signs
    if len(set(grouping)) == 1 and decimal not in grouping and _are_groups(parts[:-1]):
        return f"{''.join(parts[:-1])}.{parts[-1]}"
    return number.replace(",", APART)


def _are_groups(parts: list[str]) -> bool:
    first, *others = parts
    return 1 <= len(first) <= 3 and not first.startswith("0") and all(len(part) == 3 for part in others)


def _between(signs: str) -> str:
    """What stays of all that stands between two digits."""
    if signs in (".", APART):
        return signs
    joining = _JOINING.findall(signs)
    return str(joining[-1]) if joining else APART


class Loosely:
    """A folded text in which others are sought whatever the points and commas in their numbers."""

    def __init__(self, text: str) -> None:
        self._text = text
        gone = {found.start() for found in _IN_NUMBERS.finditer(text)}
        self._places = [at for at in range(len(text)) if at not in gone]
        self._loose = "".join(text[at] for at in self._places)

    def differing(self, said: str) -> list[tuple[str, str]] | None:
        """The numbers of a folded text that are written otherwise here: as it says them, and as they are here.

        None where it does not stand here at all.
        """
        loose = _IN_NUMBERS.sub("", said)
        at = self._loose.find(loose)
        if at < 0:
            return None
        here = self._text[self._places[at] : self._places[at + len(loose) - 1] + 1]
        pairs = zip(_NUMBER.findall(said), _NUMBER.findall(here), strict=False)
        return [(one, other) for one, other in pairs if one != other]
