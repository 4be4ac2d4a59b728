"""TeX formulas as MathML, made by pandoc once for all that shows formulas itself (R-17).

Pandoc's reader of TeX knows no command that reads files, defines others or links. What it cannot read is printed as
code, and told. Loaded only where there is a formula.
"""

import re
from pathlib import Path
from typing import Any, Final

from lxml import etree, html

from typesetting import pandoc
from typesetting.elements import NO_ATTR, Element, attr, change_inlines, document, element, walk

_MATHML: Final = "http://www.w3.org/1998/Math/MathML"
#: MathML's presentation elements; no links, actions, annotations or foreign content.
_ELEMENTS: Final = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
    "menclose",
})  # fmt: skip
_ATTRIBUTES: Final = frozenset({
    "display", "mathvariant", "form", "stretchy", "fence", "separator", "accent", "accentunder", "columnalign",
    "linethickness", "width", "height", "depth", "lspace", "rspace", "minsize", "maxsize", "scriptlevel",
    "displaystyle", "notation", "largeop", "movablelimits", "symmetric", "columnspan", "rowspan",
})  # fmt: skip
_VALUE: Final = re.compile(r"[\w.%+ -]{1,40}")
#: Never of a formula; TeX would run them in a file that somebody compiles.
_COMMANDS_REFUSED: Final = re.compile(
    r"\\(?:input|include\w*|write\w*|read|open\w*|close\w*|immediate|special|def|[egx]def|let|csname|catcode|newcommand"
    r"|renewcommand|providecommand|href|url|hyper\w*|usepackage|loop|expandafter|directlua|pdf\w*)(?![A-Za-z])|\^\^"
)


def read(blocks: list[Element], folder: Path) -> tuple[list[Element], dict[tuple[str, str], str], tuple[str, ...]]:
    """The blocks, MathML of each formula by kind and TeX, and the TeX that cannot be read: code in these blocks."""
    found = list(dict.fromkeys(_key(one) for one in walk(blocks) if one["t"] == "Math"))
    safe = [key for key in found if not _COMMANDS_REFUSED.search(key[1])]
    readable = _as_mathml(safe, folder)

    def with_code(items: list[Any]) -> list[Any]:
        return [
            element("Code", NO_ATTR, item["c"][1])
            if isinstance(item, dict) and item.get("t") == "Math" and _key(item) not in readable
            else item
            for item in items
        ]

    changed: list[Element] = change_inlines(blocks, with_code)
    return changed, readable, tuple(dict.fromkeys(tex for kind, tex in found if (kind, tex) not in readable))


def _key(math: Element) -> tuple[str, str]:
    return math["c"][0]["t"], math["c"][1]


def _as_mathml(keys: list[tuple[str, str]], folder: Path) -> dict[tuple[str, str], str]:
    if not keys:
        return {}
    blocks = [
        element("Div", attr(f"formula-{number}"), [element("Para", [element("Math", element(kind), tex)])])
        for number, (kind, tex) in enumerate(keys)
    ]
    written = pandoc.run(["-t", "html5", "--mathml", "--wrap=none"], given=document(blocks), folder=folder)
    page = html.document_fromstring(f"<!DOCTYPE html><body>{written.output.decode()}")
    found = {}
    for number, key in enumerate(keys):
        for math in page.iterfind(f".//div[@id='formula-{number}']//math"):
            found[key] = presentation(math)
    return found


def presentation(math: "etree._Element") -> str:
    """MathML with its presentation elements alone."""
    (kept,) = _kept(math)
    return etree.tostring(kept, encoding="unicode")


def _kept(node: "etree._Element") -> list["etree._Element"]:
    """The element with what it may hold; where it may not be, its children (of ``semantics``) or nothing."""
    name = etree.QName(node).localname if isinstance(node.tag, str) else ""
    if name == "semantics":
        return _kept(node[0]) if len(node) else []
    if name not in _ELEMENTS:
        return []
    made = etree.Element(name)
    for attribute, value in node.attrib.items():
        if attribute in _ATTRIBUTES and _VALUE.fullmatch(str(value)):
            made.set(attribute, value)
    made.text = node.text
    for child in node:
        made.extend(_kept(child))
    return [made]


def in_words(math: "etree._Element") -> str:
    """A formula as one would type it in a line, for those who hear it: ``(a + b)/2``, ``x_i^2``, ``√(x)``."""
    name, parts = math.tag, [in_words(child) for child in math]
    if name in _BETWEEN and len(parts) == 2:
        return f"{_one(parts[0])}{_BETWEEN[name]}{_one(parts[1])}"
    if name in ("msubsup", "munderover") and len(parts) == 3:
        return f"{_one(parts[0])}_{_one(parts[1])}^{_one(parts[2])}"
    if name == "msqrt":
        return f"√({''.join(parts)})"
    if name == "mroot" and len(parts) == 2:
        return f"{_one(parts[1])}√({parts[0]})"
    if name == "mtable":
        return "; ".join(parts)
    if name == "mtr":
        return ", ".join(filter(None, parts))
    if name == "mspace":
        return " "
    own = (math.text or "").replace("\u2061", "")
    if name == "mo" and own in _SPACED:
        return f" {own} "
    return own + "".join(parts)


def _one(part: str) -> str:
    return part if len(part.strip()) < 2 or part.isalnum() else f"({part.strip()})"


_BETWEEN: Final = {"mfrac": "/", "msub": "_", "msup": "^", "munder": "_", "mover": "^"}
_SPACED: Final = frozenset("=<>≤≥≠≈∼≡+−-±×·∈→⇒∣")
