"""Lines of a page with their type: how large, how heavy and where. Plain data; `reading.type_lines` measures them."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

#: Stand around what is set small and raised (marks of notes and of affiliations, powers), and small and lowered.
RAISED_FROM: Final = "\u2045"
RAISED_TO: Final = "\u2046"
LOWERED_FROM: Final = "\u2e24"
LOWERED_TO: Final = "\u2e25"
_MARKS: Final = str.maketrans("", "", RAISED_FROM + RAISED_TO + LOWERED_FROM + LOWERED_TO)


def without_marks(text: str) -> str:
    """The text with what is raised or lowered in it as plain signs."""
    return text.translate(_MARKS)


@dataclass(frozen=True, slots=True)
class TypeLine:
    """One line; ``text`` has a tab at each wide gap. Sizes and places in points, from the lower left corner;
    ``base`` is the height of its base line."""

    text: str
    size: float
    is_bold: bool
    left: float
    right: float
    base: float
    top: float

    @property
    def words(self) -> str:
        """The text without marks and gaps."""
        return " ".join(without_marks(self.text).split())

    @property
    def letters(self) -> int:
        """How many letters it has."""
        return sum(sign.isalpha() for sign in self.text)


@dataclass(frozen=True, slots=True)
class TypePage:
    """The upright lines from top to bottom, and what stands at an angle, as the stamp of a preprint server does."""

    lines: list[TypeLine]
    turned: str
    height: float

    @property
    def body_size(self) -> float:
        """Size of the running text; of a page that has hardly any, the smallest size that is not rare."""
        sizes: Counter[float] = Counter()
        for line in self.lines:
            sizes[round(line.size * 2) / 2] += line.letters
        total = sum(sizes.values())
        if total >= 600:
            return sizes.most_common(1)[0][0]
        return min((size for size, count in sizes.items() if count * 10 >= total), default=0.0)
