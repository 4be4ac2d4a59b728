"""Sentences of a laid-out text: of its words alone, without citations, notes and formulas.

What is left out prints otherwise in another citation style; the words around it stay what they are, so that a sentence
is found again on the screen, in a DOCX, and in that DOCX when it comes back.
"""

import re
from typing import Final
from unicodedata import normalize

# Within a quotation of several sentences none ends. An apostrophe opens no quotation.
_QUOTE: Final = re.compile(r"“[^“”]{1,4000}”|„[^„“”]{1,4000}[“”]|«[^«»]{1,4000}»|»[^«»]{1,4000}«|\"[^\"]{1,4000}\"")
_END: Final = re.compile(r"[.!?…][\"'”’»«“)\]]*(?= +[\"'“„«»(\[]?[^\W\d_a-zß-öø-ÿ])")
#: Words with a full stop that ends no sentence, in our languages; "~" is the blank within one.
_ABBREVIATIONS: Final = (
    r"(?:^|[\s(\[„“\"])(?:e\.g|i\.e|etc|cf|vs|resp|approx|figs?|tab|eq|secs?|chap|ch|nos?|nr|vols?|pp?|eds?|al|dr|mr|mrs|ms|prof"
    r"|st|z\.~?B|d\.~?h|u\.~?a|bzw|usw|vgl|ca|abb|bd|hrsg|s|art|tzw|np|str|por|ecc|ad~es|p\.~?ex|[^\W\d_])\.\Z"
)
#: As far back as an abbreviation is looked for.
ABBREVIATION_MAX_LETTERS: Final = 16
_BEFORE_A_MARK: Final = re.compile(r"\s+(?=[.,;:!?…)\]])")


def abbreviation(blank: str) -> re.Pattern[str]:
    """Finds one at the end of a text; ``blank`` is a pattern of what may stand within one."""
    return re.compile(_ABBREVIATIONS.replace("~", blank), re.IGNORECASE)


#: A laid-out text has blanks at which no line ends.
_ABBREVIATION: Final = abbreviation(r"[ \u00a0]")


def bounds(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a paragraph begins and ends. Words in which nothing can be read belong to no sentence."""
    flat = text.replace("\n", " ")
    masked = _QUOTE.sub(_mask, flat)
    ends = []
    start = 0
    for match in _END.finditer(masked):
        before = masked[max(start, match.start() - ABBREVIATION_MAX_LETTERS) : match.start() + 1]
        if not _ABBREVIATION.search(before):
            ends.append(match.end())
            start = match.end()
    found = []
    for begin, end in zip([0, *ends], [*ends, len(flat)], strict=True):
        inside = flat[begin:end]
        if key(inside):
            found.append((begin + len(inside) - len(inside.lstrip()), begin + len(inside.rstrip())))
    return found


def key(text: str) -> str:
    """The letters and digits of a sentence, by which it is the same one."""
    return "".join(sign for sign in normalize("NFKC", text).casefold() if sign.isalnum())


def shown(text: str) -> str:
    """A sentence on one line, as it is quoted: without the gaps that a citation leaves."""
    return _BEFORE_A_MARK.sub("", " ".join(text.split()))


def _mask(match: re.Match[str]) -> str:
    """Only what stands at the very end of a quotation may end the sentence around it."""
    return re.sub(r"[.!?…]", "x", match[0][:-2]) + match[0][-2:]
