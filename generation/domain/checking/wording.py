"""Comparing words: is this sentence that passage's, word for word or nearly so?"""

import re
import unicodedata
from html import unescape
from typing import Final

_CITATION: Final = re.compile(r"\[[^\[\]]{0,1000}@[^\[\]]{0,1000}\]")
_MARKS: Final = str.maketrans(
    {**dict.fromkeys("“”„«»″‟", '"'), **dict.fromkeys("‘’‚‛′`", "'"), **dict.fromkeys("‐‑‒–—−", "-"), "\u00ad": None}
)
_BROKEN_WORD: Final = re.compile(r"(?<=\w)-\s+(?=[a-zß-öø-ÿ])")
_EMPHASIS: Final = re.compile(r"[*_\\]")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
#: Letters by which inflected forms count as one word.
_STEM: Final = 6
_NEGATIONS: Final = frozenset(
    word
    for words in (
        "not no never none cannot nor without",
        "nicht kein keine keinen keiner nie ohne",
        "non nessun nessuna mai senza",
        "no nunca sin ningún ninguna",
        "ne pas jamais sans aucun aucune",
        "nie bez żaden żadna",
        "não nunca sem nenhum",
        "niet geen nooit zonder",
        "ne není nikdy bez",
        "nu niciodată fără",
    )
    for word in words.split()
)
_ANY_WORD: Final = re.compile(r"[^\W\d_]+")


def normalised(text: str) -> str:
    """Text in which only words count: one kind of quotation mark, dash and space, words broken over lines mended."""
    text = unicodedata.normalize("NFKC", unescape(text)).translate(_MARKS)
    text = _EMPHASIS.sub("", text)
    return " ".join(_BROKEN_WORD.sub("-", text).split()).casefold()


def plain(sentence: str) -> str:
    """A sentence without its citations."""
    return _CITATION.sub("", sentence)


def stands_in(quotation: str, passage: str) -> bool:
    """Whether a quotation stands in a passage word for word. Each part around an omission ("…", "[...]") must."""
    there = _loose(normalised(passage))
    parts = re.split(r"\[?(?:…|\.\.\.)\]?", normalised(quotation))
    wanted = [_loose(part).strip(" .,;:") for part in parts if part.strip(" .,;:")]
    return bool(wanted) and all(part in there for part in wanted)


def _loose(text: str) -> str:
    # "co- operate", "co-operate" and "cooperate": a line's end in the file must not make a quotation false.
    return text.replace("-", "").replace(" ,", ",").replace('"', "'")


def overlap(sentence: str, passage: str) -> float:
    """0 to 1: how much of a sentence's longer words stand in a passage, by their first letters."""
    ours = {word[:_STEM] for word in _WORD.findall(normalised(plain(sentence)))}
    theirs = {word[:_STEM] for word in _WORD.findall(normalised(passage))}
    return len(ours & theirs) / len(ours) if ours else 0.0


def is_beyond(sentence: str, passage: str) -> bool:
    """Whether a sentence has a number or a negation that the passage has not: shared words then prove nothing."""
    ours, theirs = normalised(plain(sentence)), normalised(passage)
    if set(_NUMBER.findall(ours)) - set(_NUMBER.findall(theirs)):
        return True
    negated, negated_there = (_NEGATIONS & set(_ANY_WORD.findall(text)) for text in (ours, theirs))
    return bool(negated) and not negated_there
