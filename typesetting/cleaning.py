"""The allow-list that every piece of a document's HTML goes through (R-101)."""

import re
from collections.abc import Sequence
from typing import Final

import bleach

TAGS: Final = frozenset(
    {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br", "div", "section"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
    | {"em", "strong", "s", "u", "sup", "sub", "a", "span", "small"}
)
ATTRIBUTES: Final = {
    "a": ["href"],
    "div": ["class", "id", "tabindex"],
    "li": ["id"],
    "ol": ["start", "class"],
    "section": ["class"],
    "small": ["class"],
    "span": ["class", "data-occurrence", "data-keys", "data-formula"],
    "sup": ["class", "id"],
    "td": ["class"],
    "th": ["class", "scope"],
}
_FORMULA: Final = re.compile(r'(?<=<span class="formula") data-formula="(\d+)">(?=</span>)')
_CLEANER: Final = bleach.Cleaner(tags=TAGS, attributes=ATTRIBUTES, protocols=["http", "https", "mailto"], strip=True)


def clean(html: str, formulas: Sequence[str] = ()) -> str:
    """HTML with the listed tags and attributes alone, links only to the web, to mail and within the document.

    ``formulas`` are markup of our own making, put where it says ``data-formula``: by number, so that no text of a
    stranger is ever read as one.
    """
    cleaned = str(_CLEANER.clean(html))
    return _FORMULA.sub(lambda found: f">{formulas[int(found[1])]}", cleaned) if formulas else cleaned
