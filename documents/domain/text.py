"""Reading a section's Markdown: its citation keys, its length as laid out."""

import re
from typing import Final, NamedTuple

from typesetting import body_characters, characters_per_page
from typesetting.citation_syntax import read_group

__all__ = [
    "GROUP",
    "CitedKey",
    "body_characters",
    "characters_per_page",
    "citation_keys",
    "without_citations",
]

#: What may be a pandoc citation, "[see @smith2020, p. 4; @doe]"; the typesetter's own reading decides.
#: One whose bracket is escaped is none.
GROUP: Final = re.compile(r"(?<!(?<!\\)\\)\[(?P<inside>[^\[\]]{0,1000}?@[^\[\]]{0,1000})\]")


class CitedKey(NamedTuple):
    """One key of a citation; ``locator`` is the page, the range or the pages it names, or nothing.

    ``prefix`` and ``suffix`` are the words around it, which a reader would see as they stand.
    """

    key: str
    locator: str
    prefix: str = ""
    suffix: str = ""


def citation_keys(markdown: str) -> list[CitedKey]:
    """Every cited key in the order of the text, one entry for each occurrence, as the typesetter will read them."""
    return [
        CitedKey(item.key, item.pages, item.prefix, item.suffix)
        for group in GROUP.finditer(markdown)
        for item in read_group(group["inside"]) or []
    ]


def without_citations(markdown: str) -> str:
    """The words alone, for places where a key would only disturb: excerpts, the sentence beside its passage."""
    return re.sub(rf"\s*{GROUP.pattern}", "", markdown)
