"""The allow-list that every piece of a document's HTML goes through (R-101)."""

from typing import Final

import bleach

TAGS: Final = frozenset(
    {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br", "div", "section"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
    | {"em", "strong", "s", "u", "sup", "sub", "a", "span", "small"}
)
ATTRIBUTES: Final = {
    "a": ["href"],
    "div": ["class", "id"],
    "li": ["id"],
    "ol": ["start", "class"],
    "section": ["class"],
    "small": ["class"],
    "span": ["class", "data-occurrence", "data-keys"],
    "sup": ["class", "id"],
    "td": ["class"],
    "th": ["class", "scope"],
}
_CLEANER: Final = bleach.Cleaner(tags=TAGS, attributes=ATTRIBUTES, protocols=["http", "https", "mailto"], strip=True)


def clean(html: str) -> str:
    """HTML with the listed tags and attributes alone, links only to the web, to mail and within the document."""
    return str(_CLEANER.clean(html))
