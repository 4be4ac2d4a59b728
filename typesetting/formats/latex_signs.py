"""Signs that pdfLaTeX does not know by itself, declared where a document has them; XeLaTeX and LuaLaTeX know all."""

import re
import unicodedata
from typing import Final

from typesetting.lists.tex import escaped as _escaped

#: What TeX knows of accents, by the combining sign.
_ACCENTS: Final = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0328": "k",
    "\u0331": "b",
}  # fmt: skip
_SYMBOLS: Final = {
    "−": "-", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "≡": r"\equiv", "∞": r"\infty",
    "∑": r"\sum", "∏": r"\prod", "√": r"\surd", "∂": r"\partial", "∆": r"\Delta", "∈": r"\in", "∉": r"\notin",
    "⊂": r"\subset", "∪": r"\cup", "∩": r"\cap", "∀": r"\forall", "∃": r"\exists", "→": r"\rightarrow",
    "←": r"\leftarrow", "↔": r"\leftrightarrow", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "∼": r"\sim",
    "∝": r"\propto", "∫": r"\int", "∇": r"\nabla", "⋅": r"\cdot", "★": r"\star", "ϕ": r"\phi", "ϵ": r"\epsilon",
    "ς": r"\varsigma",
}  # fmt: skip
_TEXT: Final = {
    "\u2009": r"\,", "\u202f": r"\,", "\u200a": r"\,", "\u2002": r"\enspace{}", "\u2003": r"\quad{}", "\u200b": "",
    "\u200c": "", "\u200d": "", "\u2010": "-", "\u2011": r"\mbox{-}", "\u2012": "--", "\u2015": "---", "′": "'",
    "″": "''", "ʼ": "'", "ʻ": "`", "ʹ": "'", "⁄": "/", "№": "No.", "✓": r"\ensuremath{\surd}",
}  # fmt: skip
_CAPITALS_AS_LATIN: Final = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
#: Up to here every encoding that the document loads has them.
_KNOWN: Final = 0x17F
_GREEK: Final = re.compile(r"GREEK (?P<case>SMALL|CAPITAL) LETTER (?P<name>[A-Z]+)")


def escaped(text: str) -> str:
    """Plain text for the body of a document; a no-break space is a tie."""
    return _escaped(text).replace("\u00a0", "~")


def declared_signs(text: str) -> str:
    """A declaration for each sign of the text that pdfLaTeX may not know. Where it knows one, its own is taken."""
    signs = sorted({sign for sign in text if ord(sign) > _KNOWN})
    return "".join(
        f"\\sign{{{sign}}}{{{ord(sign):04X}}}{{{_in_tex(sign)}}}\n"
        for sign in signs
        if unicodedata.category(sign) not in ("Cs", "Co", "Cn")
    )


def _in_tex(sign: str) -> str:
    if sign in _TEXT:
        return _TEXT[sign]
    if sign in _CAPITALS_AS_LATIN:
        return _CAPITALS_AS_LATIN[sign]
    if sign in _SYMBOLS:
        return f"\\ensuremath{{{_SYMBOLS[sign]}}}"
    if greek := _GREEK.fullmatch(unicodedata.name(sign, "")):
        name = greek["name"].lower().replace("lamda", "lambda")
        return f"\\ensuremath{{\\{name if greek['case'] == 'SMALL' else name.capitalize()}}}"
    if unicodedata.combining(sign):
        return ""
    return _taken_apart(sign)


def _taken_apart(sign: str) -> str:
    """Letters under accents, raised and lowered ones; a sign that TeX has no way to write is shown by its number."""
    compatible = unicodedata.decomposition(sign)
    plain = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    if not plain or any(ord(one) > _KNOWN for one in plain):
        return f"[U+{ord(sign):04X}]"
    if compatible.startswith("<super>"):
        return f"\\textsuperscript{{{escaped(plain)}}}"
    if compatible.startswith("<sub>"):
        return f"\\textsubscript{{{escaped(plain)}}}"
    written = escaped(plain)
    for one in unicodedata.normalize("NFKD", sign):
        if one in _ACCENTS:
            written = f"\\{_ACCENTS[one]}{{{written}}}"
    return written
