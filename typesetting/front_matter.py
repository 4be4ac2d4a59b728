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
class AskedLine:
    """What an assignment sheet asks for, its own words for it, and what the text has of it, all plain text."""

    title: str
    words: str
    found: tuple[str, ...]


@dataclass(frozen=True)
class AskedPart:
    """The list of what the sheet asks, below the citations of the report."""

    heading: str
    note: str
    lines: tuple[AskedLine, ...]

    @classmethod
    def from_json(cls, values: dict[str, Any] | None) -> "AskedPart | None":
        """What ``asdict`` wrote, after a way through JSON."""
        if values is None:
            return None
        lines = (AskedLine(one["title"], one["words"], tuple(one["found"])) for one in values["lines"])
        return cls(values["heading"], values["note"], tuple(lines))


@dataclass(frozen=True)
class FrontMatter:
    """Everything is plain text on one line but the abstracts, the declaration and the appendix, which are Markdown.

    ``is_dated`` where the date was chosen and is not the day of printing. ``second_language`` is a BCP 47 tag.
    ``abbreviations`` are pairs of a short form and what it stands for. ``declaration`` is the student's own wording;
    without one the language's is printed, where ``has_declaration``. ``report`` is the citation report, if it is to be
    printed as an appendix, ``asked`` what the sheet asks, below it.
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
    asked: AskedPart | None = None

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
        asked = AskedPart.from_json(values["asked"])
        return cls(**{**values, **said, "abbreviations": pairs, "report": report, "asked": asked})
