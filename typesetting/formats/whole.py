"""A cited document as parts in order: what stands on the title page, and each heading with what is below it."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from typesetting import front_parts, typography
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, element, plain, text
from typesetting.front_parts import label, place_and_date
from typesetting.headings import headings_of
from typesetting.manuscript import Manuscript
from typesetting.numbering import in_line, is_numbered
from typesetting.paper import listed_tables, table_title
from typesetting.tables import is_captioned, with_native_caption

BIBLIOGRAPHY: Final = "bibliography"
_NOT_IN_ADDRESSES: Final = re.compile(r'[<>"{}|\\^`\s]')


@dataclass(frozen=True)
class Part:
    """A heading with what is below it. ``depth`` is 1 for a chapter, 2 for a section of one; ``number`` may be empty.

    ``anchor`` is its id inside a file, ``key`` its name among page numbers; ``is_listed`` is false of abstracts, which
    stand before the contents on pages.
    """

    anchor: str
    key: str
    depth: int
    number: str
    title: str
    blocks: list[Element]
    is_listed: bool = True

    @property
    def heading(self) -> str:
        """The title behind its number."""
        return f"{self.number} {self.title}" if self.number else self.title


def one_line(manuscript: Manuscript, words: str) -> str:
    """One line of plain text as a typesetter sets it, not escaped."""
    return typography.one_line(words, manuscript.language)


def title_lines(manuscript: Manuscript) -> dict[str, str]:
    """What stands on the title page, from top to foot, by what it is; lines that there are none of are left out."""
    named = enumerate(front_parts.institution(manuscript.front), start=1)
    told = enumerate(front_parts.facts(manuscript), start=1)
    lines = {
        **{f"institution-{number}": one_line(manuscript, name) for number, name in named},
        "kind": one_line(manuscript, manuscript.kind),
        "title": one_line(manuscript, manuscript.title),
        "topic": one_line(manuscript, manuscript.topic),
        "author": one_line(manuscript, manuscript.author),
        **{f"fact-{number}": one_line(manuscript, f"{name}: {value}") for number, (name, value) in told},
        "date": one_line(manuscript, place_and_date(manuscript)),
    }
    return {name: words for name, words in lines.items() if words}


def parts(manuscript: Manuscript, cited: CitedText) -> list[Part]:
    """All that has a heading, in the order of the pages, with addresses that every format can carry."""
    early = [*front_parts.before_contents(manuscript), *front_parts.after_contents(manuscript)]
    found = [_named(part) for part in early]
    found += [
        Part(
            anchor=heading.anchor,
            key=heading.section.id,
            depth=heading.depth,
            number=heading.number,
            title=one_line(manuscript, heading.section.title),
            blocks=with_addresses(cited.sections[heading.section.id]),
        )
        for heading in headings_of(manuscript)
    ]
    if cited.entries:
        entries = with_addresses(cited.entries)
        found.append(Part(BIBLIOGRAPHY, BIBLIOGRAPHY, 1, "", label(manuscript, "bibliography"), entries))
    return found + [_named(part) for part in front_parts.after_bibliography(manuscript, cited)]


def _named(part: front_parts.Part) -> Part:
    pairs = [
        element("Para", [element("Strong", text(short)), element("Space"), *text(meaning)])
        for short, meaning in part.pairs
    ]
    blocks = with_addresses(pairs or list(part.blocks))
    return Part(part.name, part.name, 1, "", part.title, blocks, is_listed=part.is_listed)


def table_lines(cited: CitedText) -> dict[str, str]:
    """Lines of the list of tables by anchor; none where there is but one table."""
    return {anchor: table_title(found) for anchor, found in listed_tables(cited).items()}


def header(part: Part) -> Element:
    """Its heading as an element of the tree."""
    return element("Header", part.depth, attr(part.anchor), text(part.heading))


def with_addresses(blocks: list[Element]) -> list[Element]:
    """The blocks with what no address may hold written in percents: ``<`` and ``>`` of older DOIs (SICI)."""
    changed: list[Element] = change_inlines(blocks, _escaped)
    return changed


def _escaped(items: list[Any]) -> list[Any]:
    return [_with_address(item) if isinstance(item, dict) and item.get("t") == "Link" else item for item in items]


def _with_address(link: Element) -> Element:
    attributes, inside, (address, title) = link["c"]
    written = percented(address)
    if written != address and inside[:1] == [element("Str", plain(inside))]:
        # In one piece, pandoc takes the words for the address and prints the percents.
        start, words = inside[0]["c"][:1], inside[0]["c"][1:]
        inside = [element("Str", start), element("Str", words)]
    return element("Link", attributes, inside, [written, title])


def percented(address: str) -> str:
    """An address without signs that none may hold."""
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0], safe=""), address)


def with_numbers(items: list[Any]) -> list[Any]:
    """Captions and numbers as words, for formats that do not count: formulas with theirs behind them."""
    kept: list[Any] = []
    for item in items:
        if is_captioned(item):
            kept += with_native_caption(item, is_numbered_there=False)
        elif isinstance(item, dict) and item.get("t") == "Div" and is_numbered(item):
            kept.append(element("Div", attr(item["c"][0][0]), [in_line(item["c"])]))
        else:
            kept.append(item)
    return kept


def without_citations(items: list[Any]) -> list[Any]:
    """Citations as the words that they print, with nothing around them."""
    kept: list[Any] = []
    for item in items:
        is_citation = isinstance(item, dict) and item.get("t") == "Cite"
        kept.extend(item["c"][1] if is_citation else [item])
    return kept
