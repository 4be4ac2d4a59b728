"""What TeX's commands mean as text: signs by themselves and by pylatexenc's table, and commands with arguments."""

from functools import cache
from typing import Final

#: Combining characters of the accents that are written with a sign, and of those written with a letter.
ACCENTS: Final = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
}  # fmt: skip
LETTER_ACCENTS: Final = {
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331", "t": "\u0361", "G": "\u030f", "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303",
    "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "acute": "\u0301", "grave": "\u0300", "check": "\u030c",
    "breve": "\u0306", "textcommabelow": "\u0326", "textogonekcentered": "\u0328",
}  # fmt: skip
#: A backslash and one sign.
SIGNS: Final = {
    "-": "", "/": "", "!": "", ",": " ", ";": " ", ":": " ", ">": " ", " ": " ", "\n": " ", "\t": " ", "\\": " ",
    "(": "", ")": "", "[": "", "]": "", "@": "", "|": "‖",
}  # fmt: skip
#: Commands that stand for letters: TeX swallows the blank after them, and so do those who write them.
_LETTERS: Final = (
    "ss o O l L ae AE oe OE aa AA i j dh DH th TH dj DJ ng NG SS pounds textsterling textdollar quad qquad space "
    "newline par"
)
LETTERS: Final = frozenset(_LETTERS.split())
_FONTS: Final = (
    "bf it em rm sc tt sl sf bfseries itshape scshape upshape slshape ttfamily rmfamily sffamily mdseries tiny "
    "scriptsize footnotesize small normalsize large Large LARGE huge Huge boldmath unboldmath displaystyle textstyle "
    "normalfont"
)
#: Commands without text, and those whose argument is none of the reader's.
SILENT: Final = frozenset(
    f"{_FONTS} protect relax allowbreak noindent left right big Big bigg Bigg bigl bigr limits nolimits xspace "
    "ignorespaces unskip nobreak linebreak nolinebreak null strut mathord mathrel mathbin sloppy today natexlab "
    "BibitemShut bibitemStop textcompwordmark".split()
)
_WITH_ARGUMENT: Final = (
    "label index cite citep citet autocite parencite textcite footcite footnote footnotemark thanks noopsort SortNoop "
    "sortnoop noop switchargs input include hspace vspace begin end color phantom hphantom vphantom includegraphics "
    "ref pageref eqref bibstring"
)
SILENT_WITH_ARGUMENT: Final = frozenset(_WITH_ARGUMENT.split())
#: Which of how many arguments is the text.
ARGUMENT_OF: Final = {
    "href": (2, 2), "textcolor": (2, 2), "colorbox": (2, 2), "foreignlanguage": (2, 2), "texorpdfstring": (2, 2),
    "bibinfo": (2, 2), "bibfield": (2, 2), "raisebox": (2, 2), "parbox": (2, 2), "scalebox": (2, 2),
    "resizebox": (3, 3), "hyperlink": (2, 2), "hypertarget": (2, 2), "textlang": (2, 2), "SI": (1, 1),
}  # fmt: skip
_OWN: Final = {
    "quad": " ", "qquad": " ", "space": " ", "newline": " ", "par": " ", "thinspace": " ", "enspace": " ",
    "textvisiblespace": " ", "nobreakspace": " ", "hyphen": "-", "nobreakdash": "", "i": "ı", "j": "ȷ",
    "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "TeX": "TeX", "BibTeX": "BibTeX", "XeTeX": "XeTeX", "LuaTeX": "LuaTeX",
    "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textunderscore": "_", "textbar": "|",
    "textless": "<", "textgreater": ">", "textquotesingle": "'", "textquotedbl": '"', "textdollar": "$",
    "glqq": "„", "grqq": "“", "glq": "‚", "grq": "‘", "flqq": "«", "frqq": "»", "guillemotleft": "«",
    "guillemotright": "»", "og": "«", "fg": "»", "lbrace": "{", "rbrace": "}", "lt": "<", "gt": ">", "colon": ":",
    "degree": "°", "textdegree": "°", "celsius": "°C", "ohm": "Ω", "micro": "µ", "textmu": "µ", "pounds": "£",
    "euro": "€", "texteuro": "€", "EUR": "€", "textnumero": "№", "dots": "…", "ldots": "…", "textellipsis": "…",
    "cdots": "⋯", "slash": "/", "textendash": "–", "textemdash": "—", "mathellipsis": "…", "th": "þ", "TH": "Þ",
    "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "SS": "ẞ", "textsection": "§", "S": "§",
    "P": "¶", "varepsilon": "ε", "epsilon": "ε", "varphi": "φ", "phi": "φ", "vartheta": "ϑ", "sim": "∼", "to": "→",
    "le": "≤", "ge": "≥", "leq": "≤", "geq": "≥", "prime": "′", "ast": "∗", "textquoteright": "’", "cprime": "ʹ",
    "textquoteleft": "‘", "quotedblbase": "„", "quotesinglbase": "‚", "textquotedblleft": "“", "cdprime": "ʺ",
    "textquotedblright": "”", "lq": "‘", "rq": "’", "percent": "%", "mu": "μ", "copyright": "©",
    "textcopyright": "©", "textregistered": "®", "registered": "®", "texttrademark": "™",
}  # fmt: skip
_RAISED: Final = ("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_LOWERED: Final = ("0123456789+-=()aeox", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓ")
RAISED_PLAIN: Final = str.maketrans(*_RAISED) | {ord("−"): ord("⁻"), ord("–"): ord("⁻")}
LOWERED_PLAIN: Final = str.maketrans(*_LOWERED) | {ord("−"): ord("₋")}


def symbol(word: str) -> str | None:
    """What the command says by itself; None where it is unknown."""
    if word in _OWN:
        return _OWN[word]
    return _of_pylatexenc().get(word)


@cache
def _of_pylatexenc() -> dict[str, str]:
    from pylatexenc.latex2text import get_default_latex_context_db

    table = get_default_latex_context_db()
    # "%" stands where an argument goes, "<" in placeholders for citations and references.
    return {
        spec.macroname: spec.simplify_repl
        for category in ("latex-base", "advanced-symbols")
        for spec in table.iter_macro_specs([category])
        if isinstance(spec.simplify_repl, str) and not set(spec.simplify_repl) & set("%<\n")
    }
