"""Blanks and marks that a style leaves where a part of a source is missing, and before names held to a particle.

``(World Health Organization, )`` for a source without a date, ``Press,.`` for one without a place, ``d’ ALEMBERT``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from typesetting.elements import walk
from typesetting.manuscript import NAME_ROLES

_LEFT_OVER: Final = (
    r"[ \u00a0]*\([ \u00a0]*\)", r"[ \u00a0]*\[[ \u00a0]*\]",  # nothing in brackets
    r"[ \u00a0]+(?=[,.](?:[\s\ue000]|\Z))",
    r"(?<=[(\[]) +", r" +(?=[)\]])", r"[,;]+ ?(?=[)\]])",
    r"[,;:](?=\.(?:[\s\ue000]|\Z))", r",(?=,)", r"(?<!\.)\.(?=\.(?!\.))",
)  # fmt: skip
_HELD: Final = ("'", "’", "‐", "‑", "-")  # apostrophes and hyphens of names
_APOSTROPHES: Final = re.compile("['’]")
_BORDERS: Final = frozenset({"Para", "Plain", "Div", "Note"})
_BORDER: Final = "\ue000"


class Strays:
    """What to take out of citations and entries of these works."""

    def __init__(self, references: Iterable[Mapping[str, Any]]) -> None:
        joints = "|".join(sorted({joint for one in references for joint in _joints(one)}))
        held = (rf"(?<=[{''.join(_HELD)}])[ \u00a0](?:{joints})",) if joints else ()
        self._pattern = re.compile("|".join((*_LEFT_OVER, *held)), re.I)

    def take_out_of(self, tree: Any) -> None:
        """Changes the words of a tree in place."""
        leaves: list[tuple[dict[str, Any], int]] = []
        said: list[str] = []
        for node in walk(tree):
            if node["t"] in ("Str", "Space", "SoftBreak"):
                words = str(node.get("c", " "))
                leaves.append((node, len(words)))
                said.append(words)
            elif node["t"] in _BORDERS:
                leaves.append((node, 1))
                said.append(_BORDER)
        text = "".join(said)
        gone = {at for found in self._pattern.finditer(text) for at in range(*found.span())}
        begin = 0
        for node, length in leaves if gone else ():
            end = begin + length
            if node["t"] not in _BORDERS and not gone.isdisjoint(range(begin, end)):
                left = "".join(text[at] for at in range(begin, end) if at not in gone)
                node.clear()
                node.update({"t": "Str", "c": left})
            begin = end


def _joints(reference: Mapping[str, Any]) -> Iterable[str]:
    """Patterns of the place behind a blank that stands between a particle held to its name and that name."""
    persons: Sequence[Mapping[str, Any]] = [one for role in NAME_ROLES for one in reference.get(role) or []]
    for person in persons:
        family = str(person.get("family") or "")
        particle = str(person.get("non-dropping-particle") or person.get("dropping-particle") or "")
        if not particle:
            cut = next((at for at, letter in enumerate(family) if letter in _HELD and 0 < at < 4), -1)
            particle, family = family[: cut + 1], family[cut + 1 :]
        if particle.endswith(_HELD) and family.strip():
            before = _APOSTROPHES.sub("['’]", re.escape(particle.split()[-1]))
            name = _APOSTROPHES.sub("['’]", re.escape(family.split()[0]))
            yield rf"(?<=\b{before}.)(?={name})"
