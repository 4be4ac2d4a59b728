"""MathML and TeX in titles, abstracts and pages, as text that reads right: ``E = mc²``, ``(a + b)/2`` (R-17, R-83).

Publishers send formulas as MathML, in JATS often with the same in TeX beside it: each is read once. Nothing is drawn
here.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final

from lxml import etree

_MATH: Final = re.compile(r"<((?:\w{1,20}:)?)math\b[^<>]{0,500}>.{0,20000}?</\1math\s*>", re.I | re.S)
#: TeX beside MathML, and TeX alone; Springer's is a whole document around the formula.
_ALTERNATIVES: Final = re.compile(
    r"<((?:\w{1,20}:)?)alternatives\b[^<>]{0,200}>(?P<inside>.{0,40000}?)</\1alternatives\s*>", re.I | re.S
)
_TEX: Final = re.compile(
    r"<((?:\w{1,20}:)?)tex-math\b[^<>]{0,200}>(?P<inside>.{0,20000}?)</\1tex-math\s*>", re.I | re.S
)
_TEX_DOCUMENT: Final = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.S)
#: Elements around one, those of the page among them; nobody nests a formula as deep.
_DEEPEST: Final = 90
_PREFIX: Final = re.compile(r"(</?)\w{1,20}:")
_ENTITY: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);)(\w{1,40});", re.I)
#: Signs that nobody sees: function application, invisible times, separator and plus.
_UNSEEN: Final = dict.fromkeys(range(0x2061, 0x2065))
_HIGH: Final = dict(zip("0123456789+−-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOW: Final = dict(zip("0123456789+−-=()aeoxhklmnpstijruv", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", strict=True))
_ACCENTS: Final = {
    "¯": "\u0304", "‾": "\u0304", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "→": "\u20d7",
    "˙": "\u0307", "¨": "\u0308", "_": "\u0332",
}  # fmt: skip
#: Operators with room around them, where they stand between two things.
_SPACED: Final = frozenset("=+−-<>≤≥≠≈≃≅∼~≡→←↔⇒⇔∈∉⊂⊆∪∩×·⋅±∓∝≪≫∣|÷*")
_LARGE: Final = ("∑", "∏", "∫", "⋃", "⋂")
_CLOSE: Final = frozenset("([{⟨,;")

#: How a raised or a lowered part is written: what it stands at and itself.
Script = Callable[[str, str], str]


def with_words(text: str, *, is_marked: bool = False) -> str:
    """The text with formulas as words. ``is_marked``: raised and lowered parts get the marks that CSL knows."""
    if "<" not in text:
        return text
    text = _ALTERNATIVES.sub(_one_of, text)
    text = _TEX.sub(lambda found: _tex(found["inside"]), text)
    return _MATH.sub(lambda found: _read(found[0], is_marked=is_marked), text)


def words_of(math: Any, *, is_marked: bool = False) -> str:
    """A parsed ``math`` as words on one line."""
    is_deep = any(sum(1 for _ in node.iterancestors()) > _DEEPEST for node in math.iter())
    said = _said(math) if is_deep else _row(math, _marked if is_marked else _plain)
    return " ".join(said.split())


def _one_of(found: re.Match[str]) -> str:
    inside = found["inside"]
    return _TEX.sub("", inside) if _MATH.search(inside) else inside


def _tex(inside: str) -> str:
    said = html.unescape(inside).removeprefix("<![CDATA[").removesuffix("]]>")
    document = _TEX_DOCUMENT.search(said)
    return " ".join((document[1] if document else said).replace("$$", " ").strip().strip("$").split())


def _read(markup: str, *, is_marked: bool) -> str:
    bare = _ENTITY.sub(lambda found: html.unescape(found[0]), _PREFIX.sub(r"\1", markup))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    return words_of(etree.fromstring(bare, parser), is_marked=is_marked)


def _plain(kind: str, inside: str) -> str:
    """Raised and lowered by letters of Unicode where it has them all, else by ``^`` and ``_`` as in TeX."""
    signs = _HIGH if kind == "sup" else _LOW
    bare = inside.replace(" ", "")
    if bare and all(sign in signs for sign in bare):
        return "".join(signs[sign] for sign in bare)
    return ("^" if kind == "sup" else "_") + _grouped(inside)


def _marked(kind: str, inside: str) -> str:
    return f"<{kind}>{inside.replace(' ', '')}</{kind}>"


def _grouped(said: str) -> str:
    """In brackets, where it is more than one thing."""
    is_one = said.isalnum() or (said[:1] in "([|" and said[-1:] in ")]|" and len(said) > 1)
    return said if is_one or len(said) < 2 else f"({said})"


def _name(node: Any) -> str:
    return node.tag.rpartition(":")[2].lower() if isinstance(node.tag, str) else ""


def _children(node: Any) -> list[Any]:
    return [child for child in node if isinstance(child.tag, str)]


def _row(node: Any, script: Script) -> str:
    said = ""
    for child in _children(node):
        piece = _piece(child, script)
        is_operator = _name(child) == "mo" and piece in _SPACED
        between = said.rstrip()[-1:] not in ("", *_CLOSE) and not said.endswith(" ")
        said += f" {piece} " if is_operator and between else piece
        if (_name(child) == "mo" and piece in (",", ";")) or piece[:1] in _LARGE:
            said += " "
    return said or _said(node)


def _said(node: Any) -> str:
    text = " ".join("".join(node.itertext()).split()).translate(_UNSEEN)
    return unicodedata.normalize("NFKC", text) if len(text) == 1 and ord(text) > 0xFFFF else text  # 𝐸 of a bold font


def _piece(node: Any, script: Script) -> str:
    name = _name(node)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(node, script)
    if name in ("annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark"):
        return ""
    return _row(node, script)


def _parts(node: Any, script: Script, count: int) -> Iterator[str]:
    parts = _children(node)
    for place in range(count):
        yield _piece(parts[place], script).strip() if place < len(parts) else ""


def _raised(node: Any, script: Script) -> str:
    base, high = _parts(node, script, 2)
    return _at(base) + (high if high in _PRIMES else script("sup", high) if high else "")


def _lowered(node: Any, script: Script) -> str:
    base, low = _parts(node, script, 2)
    return _at(base) + (script("sub", low) if low else "")


def _both(node: Any, script: Script) -> str:
    base, low, high = _parts(node, script, 3)
    return _at(base) + (script("sub", low) if low else "") + (script("sup", high) if high else "")


def _over(node: Any, script: Script) -> str:
    base, above = _parts(node, script, 2)
    if above in _ACCENTS and len(base) == 1:
        return unicodedata.normalize("NFC", base + _ACCENTS[above])
    return _at(base) + (script("sup", above) if above and above not in _ACCENTS else "")


def _fraction(node: Any, script: Script) -> str:
    above, below = _parts(node, script, 2)
    return f"{_grouped(above)}/{_grouped(below)}"


def _root(node: Any, script: Script) -> str:
    inside = _row(node, script).strip()
    return f"√{_grouped(inside)}"


def _higher_root(node: Any, script: Script) -> str:
    inside, degree = _parts(node, script, 2)
    return f"{_plain('sup', degree)}√{_grouped(inside)}"


def _fenced(node: Any, script: Script) -> str:
    inside = ", ".join(_piece(child, script).strip() for child in _children(node))
    return f"{node.get('open', '(')}{inside}{node.get('close', ')')}"


def _table(node: Any, script: Script) -> str:
    return "; ".join(", ".join(_row(cell, script).strip() for cell in _children(row)) for row in _children(node))


def _first(node: Any, script: Script) -> str:
    return next((_piece(child, script) for child in _children(node)), "")


def _at(base: str) -> str:
    """What something is raised from, in brackets where it is more than one thing and no word."""
    return f"({base})" if any(sign in base for sign in " /") and not base.startswith(("(", "[")) else base


_PRIMES: Final = frozenset({"′", "″", "‴", "*", "†", "∘", "°"})
_READERS: Final[dict[str, Callable[[Any, Script], str]]] = {
    **dict.fromkeys(("mi", "mn", "mo", "ms"), lambda node, _script: _said(node)),
    "mtext": lambda node, _script: " ".join("".join(node.itertext()).split()) or " ",
    "mspace": lambda _node, _script: " ",
    "msup": _raised,
    "msub": _lowered,
    "msubsup": _both,
    "munder": _lowered,
    "munderover": _both,
    "mover": _over,
    "mfrac": _fraction,
    "msqrt": _root,
    "mroot": _higher_root,
    "mfenced": _fenced,
    "mtable": _table,
    "semantics": _first,
    "maction": _first,
}
