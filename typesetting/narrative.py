"""Narrative citations, ``Lind & Ek [-@lind]``: in a sentence a word joins the authors, in brackets what the style says.

APA and its like print "&" between brackets alone (7th edition, 8.17), and no style prints it in a sentence.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from typesetting.elements import Element, change_inlines, citations, element
from typesetting.labels import base_language

_AND: Final = {
    "en": "and", "de": "und", "it": "e", "es": "y", "fr": "et", "pl": "i", "pt": "e", "nl": "en", "cs": "a", "ro": "și",
}  # fmt: skip
#: Before such names Spanish says "e".
_SPANISH_I: Final = re.compile(r"h?i(?!e)", re.I)
_SPACE: Final = element("Space")


def with_words(blocks: list[Element], references: Sequence[Mapping[str, Any]], language: str) -> list[Element]:
    """The blocks with "and" for "&" between the authors of a source that is cited right behind them without them."""
    if not any(_hides_author(cite) for cite in citations(blocks)):
        return blocks
    families = {
        str(one["id"]): {str(name.get("family") or "") for name in one.get("author") or []} for one in references
    }

    def change(items: list[Any]) -> list[Any]:
        kept = list(items)
        for at, item in enumerate(items):
            if isinstance(item, dict) and item.get("t") == "Cite" and _hides_author(item):
                _put_word(kept, at, families.get(item["c"][0][0]["citationId"], set()), base_language(language))
        return kept

    changed: list[Element] = change_inlines(blocks, change)
    return changed


def _hides_author(cite: Element) -> bool:
    return bool(cite["c"][0][0]["citationMode"]["t"] == "SuppressAuthor")


def _put_word(items: list[Any], at: int, families: set[str], language: str) -> None:
    """``at`` is the place of the citation: before it stand "Lind", a blank, "&", a blank, "Ek", a blank."""
    before = items[max(0, at - 6) : at]
    if len(before) < 6 or before[2] != element("Str", "&") or not before[1] == before[3] == before[5] == _SPACE:
        return
    first, second = (str(one.get("c")) if one["t"] == "Str" else "" for one in (before[0], before[4]))
    if any(first.endswith(name.split()[-1]) for name in families if name) and any(
        name.startswith(second) for name in families if second
    ):
        word = _AND.get(language, _AND["en"])
        items[at - 4] = element("Str", "e" if word == "y" and _SPANISH_I.match(second) else word)
