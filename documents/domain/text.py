"""Reading a section's Markdown: its citation keys, its length as laid out."""

import re
from typing import Final, NamedTuple

from documents.export import body_characters, characters_per_page

__all__ = ["CitedKey", "body_characters", "characters_per_page", "citation_keys", "without_citations"]

# A pandoc citation group "[see @smith2020, p. 4; @doe]" and one item of it; keys as documents.sources makes them.
GROUP: Final = re.compile(r"\[[^\[\]]*@[^\[\]]*\]")
ITEM: Final = re.compile(r"@(?P<key>[A-Za-z0-9_][\w:.#$%&+?<>~/-]*?)(?=[\s,;\]]|\.?\Z)(?P<rest>[^;\]]*)")
LOCATOR: Final = re.compile(r"\bpp?\.\s*(?P<pages>[\w–-]+)")


class CitedKey(NamedTuple):
    """One key of a citation; ``locator`` is the page it names, or nothing."""

    key: str
    locator: str


def citation_keys(markdown: str) -> list[CitedKey]:
    """Every cited key in the order of the text, one entry for each occurrence."""
    found = []
    for group in GROUP.finditer(markdown):
        for item in ITEM.finditer(group.group(0)):
            locator = LOCATOR.search(item["rest"])
            found.append(CitedKey(item["key"], locator["pages"] if locator else ""))
    return found


def without_citations(markdown: str) -> str:
    """The words alone, for places where a key would only disturb: excerpts, the sentence beside its passage."""
    return re.sub(rf"\s*{GROUP.pattern}", "", markdown)
