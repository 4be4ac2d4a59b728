"""What a citation says, taken apart for programs that set it anew: biblatex, Zotero, Word."""

import re
from dataclasses import dataclass
from typing import Any, Final

from typesetting.elements import Element, plain
from typesetting.locators import in_words, label_of
from typesetting.typography import NO_BREAK

#: What `typesetting.locators.for_the_engine` wrote for a place that the engine knows.
_PLACE: Final = re.compile(r",?\s*\{tesigolocator(?P<kind>[a-z]+) (?P<numbers>[^}]*)\}(?P<rest>.*)", re.S)


@dataclass(frozen=True)
class Cited:
    """One source in a citation: ``kind`` and ``numbers`` are the place in it, empty without one."""

    key: str
    prefix: str
    kind: str
    numbers: str
    suffix: str
    hides_author: bool

    def place(self, language: str) -> str:
        """The place in words of the document's language; of pages the numbers alone, which programs know."""
        if self.kind in ("", "page"):
            return self.numbers
        return f"{label_of(self.kind, language)}{NO_BREAK}{self.numbers}"


def read_citation(cite: Element, language: str) -> list[Cited]:
    """The sources of a citation of the tree, in order."""
    return [_cited(item, language) for item in cite["c"][0]]


def _cited(item: dict[str, Any], language: str) -> Cited:
    said = plain(item["citationSuffix"])
    place = _PLACE.fullmatch(said)
    return Cited(
        key=item["citationId"],
        prefix=plain(item["citationPrefix"]).strip(),
        kind=place["kind"] if place else "",
        numbers=place["numbers"] if place else "",
        suffix=(place["rest"] if place else in_words(said, language)).strip().lstrip(",").strip(),
        hides_author=item["citationMode"]["t"] == "SuppressAuthor",
    )
