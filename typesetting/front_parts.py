"""The lines of the title page, and the parts before and behind the body, for every writer alike."""

from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize

from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, element, plain, text
from typesetting.front_matter import AskedPart, FrontMatter, ReportPart
from typesetting.front_words import front_words
from typesetting.labels import long_date, words
from typesetting.manuscript import Manuscript
from typesetting.parsing import parse
from typesetting.typography import polish, printable

#: Names of all parts with a heading of their own, the bibliography among them.
NAMES: Final = (
    "abstract", "second-abstract", "abbreviations", "bibliography", "appendix", "citation-report", "ai-statement",
    "declaration",
)  # fmt: skip
#: Letters that are no others under an accent.
_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_LINE_TO_SIGN: Final = "_" * 32


@dataclass(frozen=True)
class Part:
    """A part with a heading of its own. ``blocks`` are pandoc's; ``pairs`` are set in two columns instead.

    ``name`` is its anchor; ``is_listed`` where the contents name it.
    """

    name: str
    title: str
    language: str
    blocks: tuple[Element, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    is_listed: bool = True


def label(manuscript: Manuscript, name: str) -> str:
    """A word of the typesetter: the manuscript's own or the language's."""
    return manuscript.labels.get(name) or str(getattr(words(manuscript.language), name))


def institution(front: FrontMatter) -> list[str]:
    """The lines at the head of the title page."""
    return [name for name in (front.university, front.faculty, front.institute) if name]


def facts(manuscript: Manuscript) -> list[tuple[str, str]]:
    """What the title page says of the author's studies: a word of the document's language and its value."""
    front, names = manuscript.front, front_words(manuscript.language)
    said = [
        (names.matriculation_number, front.matriculation_number),
        (names.course, front.course),
        (names.module, front.module),
        (names.semester, front.semester),
        (names.supervision, ", ".join(front.supervisors)),
    ]
    return [(name, value) for name, value in said if value]


def place_and_date(manuscript: Manuscript) -> str:
    """The last line of the title page."""
    day = long_date(manuscript.date, manuscript.language)
    return f"{manuscript.front.place}, {day}" if manuscript.front.place else day


def before_contents(manuscript: Manuscript) -> list[Part]:
    """The abstracts, each in its language."""
    front = manuscript.front
    said = [
        ("abstract", manuscript.language, front.abstract, front.keywords),
        ("second-abstract", front.second_language or manuscript.language, front.second_abstract, front.second_keywords),
    ]
    return [
        Part(name, front_words(language).abstract, language, _abstract(markdown, keywords, language), is_listed=False)
        for name, language, markdown, keywords in said
        if markdown or keywords
    ]


def after_contents(manuscript: Manuscript) -> list[Part]:
    """The list of abbreviations, in the order of the alphabet."""
    language = manuscript.language
    pairs = tuple(sorted(manuscript.front.abbreviations, key=lambda pair: (_in_alphabet(pair[0]), pair[0])))
    return [Part("abbreviations", front_words(language).abbreviations, language, pairs=pairs)] if pairs else []


def _in_alphabet(word: str) -> str:
    """A word as dictionaries sort it: letters under accents as without, no points and blanks."""
    letters = normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(one for one in letters if one.isalnum()) or word


def after_bibliography(manuscript: Manuscript, cited: CitedText) -> list[Part]:
    """Appendix, citation report, statement of AI use, and declaration of authorship."""
    front, language = manuscript.front, manuscript.language
    said = front_words(language)
    parts = []
    if front.appendix:
        parts.append(Part("appendix", said.appendix, language, _blocks(front.appendix, language)))
    if front.report or front.asked:
        blocks = [block for part in front.report for block in _reported(part, language)]
        blocks += _asked(front.asked, language) if front.asked else []
        parts.append(Part("citation-report", said.citation_report, language, tuple(blocks)))
    if cited.statement:
        parts.append(Part("ai-statement", label(manuscript, "ai_statement"), language, tuple(cited.statement)))
    if front.has_declaration:
        parts.append(Part("declaration", said.declaration, language, _declaration(manuscript)))
    return parts


def _reported(part: ReportPart, language: str) -> list[Element]:
    """A section's citations: the sentence, the passage it rests on, the source, and how that was checked."""

    def line(said: str) -> list[Element]:
        return _line(said, language)

    source = words(language).source
    blocks = [element("Header", 3, attr("", "unnumbered", "unlisted"), line(part.heading))]
    for one in part.passages:
        # As the text prints it; below a table stand its sources alone.
        said = plain(list(_blocks(one.sentence, language)))
        said = source if said.strip(" .:") in (source, "Source") else said
        number = element("Strong", [element("Str", f"{one.number}.")])
        blocks.append(element("Para", [number, element("Space"), *line(said)]))
        # As the source has it, which may be in another language.
        quoted = text(" ".join(printable(one.passage).split()))
        blocks.append(element("BlockQuote", [element("Para", [element("Emph", quoted)])]))
        blocks.append(element("Para", line(f"{one.source}. {one.check}.")))
    return blocks


def _asked(part: AskedPart, language: str) -> list[Element]:
    """What the sheet asks: each line with the sheet's words for it, and what the text has of it."""
    blocks = [
        element("Header", 3, attr("", "unnumbered", "unlisted"), _line(part.heading, language)),
        element("Para", _line(part.note, language)),
    ]
    for one in part.lines:
        blocks.append(element("Para", [element("Strong", _line(one.title, language))]))
        if one.words:
            # As the sheet has it, which may be in another language.
            quoted = text(" ".join(printable(one.words).split()))
            blocks.append(element("BlockQuote", [element("Para", [element("Emph", quoted)])]))
        blocks += [element("Para", _line(said, language)) for said in one.found]
    return blocks


def _line(said: str, language: str) -> list[Element]:
    return text(polish(" ".join(printable(said).split()), language))


def _declaration(manuscript: Manuscript) -> tuple[Element, ...]:
    front, language = manuscript.front, manuscript.language
    said = front_words(language)
    signed = [
        place_and_date(manuscript) if front.place else f"{said.place_and_date}: {_LINE_TO_SIGN}",
        _LINE_TO_SIGN,
        *([manuscript.author] if manuscript.author else []),
    ]
    lines = tuple(element("Para", text(polish(printable(one), language))) for one in signed)
    return _blocks(front.declaration or said.declared, language) + lines


def _abstract(markdown: str, keywords: tuple[str, ...], language: str) -> tuple[Element, ...]:
    blocks = _blocks(markdown, language)
    if not keywords:
        return blocks
    name = element("Strong", text(f"{front_words(language).keywords}:"))
    said = text(polish(printable(", ".join(keywords)), language))
    return (*blocks, element("Para", [name, element("Space"), *said]))


def _blocks(markdown: str, language: str) -> tuple[Element, ...]:
    blocks = parse(markdown, language=language, below=2).blocks
    return tuple(change_inlines(blocks, _as_typed))


def _as_typed(items: list[Any]) -> list[Any]:
    """Citations, formulas and references to formulas become what was typed: nothing checks or numbers them here."""
    kept: list[Any] = []
    for item in items:
        kind = item.get("t") if isinstance(item, dict) else None
        if kind == "Cite":
            kept.extend(item["c"][1])
        elif kind == "Link" and item["c"][2][0].startswith("#"):
            kept.extend(item["c"][1] or text(f"[]({item['c'][2][0]})"))
        elif kind == "Math":
            kept.append(element("Code", attr(), item["c"][1]))
        else:
            kept.append(item)
    return kept
