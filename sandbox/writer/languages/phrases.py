"""The shape of one language's phrase stock."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """A chapter an outline may have; ``{t}`` is the topic."""

    title: str
    covers: str
    leaves_out: str


@dataclass(frozen=True)
class Phrases:
    """``quotes`` take ``{quote}`` and ``{cite}``, ``says`` ``{sentence}`` and ``{cite}``; ``turns`` stand between words
    that come from a source; the rest see the package.
    """

    code: str
    names: tuple[str, ...]
    subjects: tuple[str, ...]
    predicates: tuple[str, ...]
    tails: tuple[str, ...]
    quotes: tuple[str, ...]
    says: tuple[str, ...]
    turns: tuple[str, ...]
    marks: tuple[str, ...]
    terms: tuple[str, ...]
    opening: Chapter
    middle: tuple[Chapter, ...]
    closing: Chapter
    parts: tuple[str, ...]
