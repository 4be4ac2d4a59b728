"""What a student says of a work beside its text, as plain values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FrontMatter:
    """Everything is plain text on one line but the abstracts, the declaration and the appendix, which are Markdown.

    ``is_dated`` where the date was chosen and is not the day of printing. ``second_language`` is a BCP 47 tag.
    ``abbreviations`` are pairs of a short form and what it stands for. ``declaration`` is the student's own wording;
    without one the language's is printed, where ``has_declaration``.
    """

    university: str = ""
    faculty: str = ""
    institute: str = ""
    course: str = ""
    module: str = ""
    supervisors: tuple[str, ...] = ()
    matriculation_number: str = ""
    semester: str = ""
    place: str = ""
    is_dated: bool = False
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    second_language: str = ""
    second_abstract: str = ""
    second_keywords: tuple[str, ...] = ()
    abbreviations: tuple[tuple[str, str], ...] = ()
    appendix: str = ""
    has_declaration: bool = False
    declaration: str = ""

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "FrontMatter":
        """What ``asdict`` wrote, after a way through JSON."""
        lists = ("supervisors", "keywords", "second_keywords")
        pairs = tuple((short, meaning) for short, meaning in values["abbreviations"])
        return cls(**{**values, **{name: tuple(values[name]) for name in lists}, "abbreviations": pairs})
