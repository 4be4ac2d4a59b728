"""Default usage figures, measured with this version. Estimates start from them (R-26).

``python -m benchmarks.estimates`` compares a build with them.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from generation.enums import JobKind

#: The figures of a call, as attempts and rows of usage name them.
FIGURES: Final = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")


class Figures(NamedTuple):
    """What one kind of question takes, all its calls together. Input and output are all; the others are of these."""

    calls: float
    input_tokens: float
    cached_tokens: float
    cache_write_tokens: float
    output_tokens: float
    reasoning_tokens: float


#: For a document, for each of its sections, for each of its pages, and for each section times each section, in English.
Shape = tuple[Figures, Figures, Figures, Figures]

_NOTHING: Final = Figures(0, 0, 0, 0, 0, 0)
_SOURCES: Final[Mapping[str, Shape]] = {
    "queries": (Figures(1, 400, 0, 0, 310, 190), _NOTHING, _NOTHING, _NOTHING),
    "glossary": (Figures(1, 300, 0, 0, 504, 192), _NOTHING, _NOTHING, _NOTHING),
}
_DOCUMENT: Final[Mapping[str, Shape]] = {
    # Asked for again after payment only where the search before it is out of date: never too little is set aside.
    **_SOURCES,
    # What sections share reaches a length that providers cache at some 15 pages; each is shown all of the outline.
    "write": (
        Figures(0, 0, -10_400, 0, 0, 0),
        Figures(1, 1_275, 0, 0, 360, 340),
        Figures(0, 165, 700, 0, 690, 15),
        Figures(0, 15, 0, 0, 0, 0),
    ),
    "judge": (_NOTHING, Figures(1, 700, 0, 0, 205, 192), Figures(0, 270, 0, 0, 35, 0), _NOTHING),
    # Mostly of what another section says already: the more there are, the likelier.
    "correct": (_NOTHING, _NOTHING, _NOTHING, Figures(0.007, 16, 0, 0, 3.6, 1.4)),
}
_OUTLINE: Final[Mapping[str, Shape]] = {
    "outline": (Figures(1, 1_500, 0, 0, 600, 0), _NOTHING, Figures(0, 0, 0, 0, 30, 0), _NOTHING),
    # Asked where there is a sheet, or something was typed.
    "sheet": (Figures(1, 1_100, 0, 0, 520, 190), _NOTHING, _NOTHING, _NOTHING),
}
#: One section, with all that its writer is shown; the judge looks at what it cites anew.
_REWRITING: Final[Mapping[str, Shape]] = {
    "rewrite": (Figures(1, 2_600, 0, 0, 400, 340), _NOTHING, Figures(0, 900, 0, 0, 690, 15), _NOTHING),
    "judge": (Figures(1, 700, 0, 0, 205, 192), _NOTHING, Figures(0, 270, 0, 0, 35, 0), _NOTHING),
}

_SHAPES: Final = {
    JobKind.OUTLINE: _OUTLINE,
    JobKind.SOURCES: _SOURCES,
    JobKind.DOCUMENT: _DOCUMENT,
    JobKind.REWRITING: _REWRITING,
}


def figures(kind: JobKind, *, pages: int, sections: int, factor: float) -> dict[str, Figures]:
    """By purpose, for a document of ``pages`` and ``sections`` in a language that takes ``factor`` × English."""
    return {purpose: _sized(shape, pages, sections, factor) for purpose, shape in _SHAPES[kind].items()}


def _sized(shape: Shape, pages: int, sections: int, factor: float) -> Figures:
    counts = (1, sections, pages, sections * sections)
    calls, *tokens = (
        sum(value * count for value, count in zip(values, counts, strict=True)) for values in zip(*shape, strict=True)
    )
    return Figures(calls, *(max(0.0, value) * factor for value in tokens))
