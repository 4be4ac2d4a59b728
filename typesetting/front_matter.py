"""What a student says of a work beside its text, as plain values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CitedPassage:
    """A sentence of the text with the passage it rests on, all plain text."""

    number: int
    sentence: str
    source: str
    passage: str
    check: str


@dataclass(frozen=True)
class ReportPart:
    """What the citation report says of one section."""

    heading: str
    passages: tuple[CitedPassage, ...]


@dataclass(frozen=True)
class FrontMatter:
    """Everything is plain text on one line but the abstracts, the declaration and the appendix, which are Markdown.

    ``is_dated`` where the date was chosen and is not the day of printing. ``second_language`` is a BCP 47 tag.
    ``abbreviations`` are pairs of a short form and what it stands for. ``declaration`` is the student's own wording;
    without one the language's is printed, where ``has_declaration``. ``report`` is the citation report, if it is to be
    printed as an appendix.
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
    report: tuple[ReportPart, ...] = ()

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "FrontMatter":
        """What ``asdict`` wrote, after a way through JSON."""
        lists = ("supervisors", "keywords", "second_keywords")
        pairs = tuple((short, meaning) for short, meaning in values["abbreviations"])
        report = tuple(
            ReportPart(part["heading"], tuple(CitedPassage(**one) for one in part["passages"]))
            for part in values["report"]
        )
        said = {name: tuple(values[name]) for name in lists}
        return cls(**{**values, **said, "abbreviations": pairs, "report": report})
