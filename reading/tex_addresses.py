"""Addresses within TeX: nothing in them is decoded but what TeX needed to write them."""

import re
from typing import Final

_ADDRESSED: Final = re.compile(r"\\(?:url|href|path|nolinkurl)\s*(?=\{)")


def address(text: str) -> str:
    """A URL, DOI or number as written: nothing in it is decoded but TeX's own escapes, which no address holds."""
    text = " ".join(text.split())
    if inner := _ADDRESSED.search(text):
        text = braced(text, inner.end()).strip()
    text = re.sub(r"\\(?:textasciitilde|~)\s*(?:\{\})?|\$\s*\\sim\s*\$", "~", text)
    text = re.sub(r"\\textless\s*(?:\{\})?|\$<\$", "<", text)
    text = re.sub(r"\\textgreater\s*(?:\{\})?|\$>\$", ">", text)
    text = re.sub(r"\\textunderscore\s*(?:\{\})?", "_", text)
    text = re.sub(r"\\([_%&#$~{}])", r"\1", text)
    return text.replace("{", "").replace("}", "").strip()


def addresses(text: str) -> list[str]:
    """The web addresses in a text such as ``howpublished`` or ``note``, best those that are marked as one."""
    marked_up = [braced(text, found.end()) for found in _ADDRESSED.finditer(text)]
    bare = re.findall(r"https?://[^\s{}<>\"]+", text)
    return [found for one in marked_up or bare if (found := address(one).rstrip(".,;"))]


def braced(text: str, at: int) -> str:
    """What stands between the brace at this place and its partner, or up to the end."""
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            return text[at + 1 : end]
    return text[at + 1 :]
