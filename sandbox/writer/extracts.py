"""Whole sentences out of the passages, clean enough to stand in a text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sandbox.writer.prompt import Source

SHORTEST, LONGEST = 40, 300  # characters
_END = re.compile(r"(?<=[.!?])[\"'»”’)]*\s+(?=[\"'«„“(]?[^\W\d_a-zà-ÿ])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|resp|approx|fig|figs|tab|eq|sec|chap|ch|no|nr|vol|pp?|ed|eds|dr|mr|mrs|prof|st"
    r"|z\. ?b|d\. ?h|u\. ?a|bzw|usw|vgl|ca|abb|bd|hrsg|s|art|tzw|np|str|por|ecc|ad es|n|c\.-à-d|p\. ?ex|[A-Z])\.$",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"[\[\]*_`<>@|\\^~$#{}\"“”„«»�]|[•▪●◦·‣■]|\d\s+[A-Z]|[.!?]\s+\d|[.!?]\d|\d+\.\d+\.|https?:|www\.|\.{3,}|\( ?\)|…"
)


@dataclass(frozen=True)
class Extract:
    """A sentence of a source, verbatim but for white space, without its final full stop."""

    source: Source
    sentence: str


def normalise(text: str) -> str:
    """White space as single spaces, nothing at the ends."""
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """Split running text into sentences; usual abbreviations do not end one."""
    found: list[str] = []
    for piece in _END.split(normalise(text)):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += " " + piece
        else:
            found.append(piece)
    return [piece for piece in found if piece]


def extracts(source: Source) -> list[Extract]:
    """The quotable sentences of a passage; none when it has none."""
    return [Extract(source, sentence) for sentence in quotable(source.text)]


def as_told(sources: list[Source]) -> list[Extract]:
    """All extracts as they follow each other in the sources, these in the order of the prompt."""
    places = {key: place for place, key in enumerate(dict.fromkeys(source.key for source in sources))}
    ordered = sorted(sources, key=lambda source: (places[source.key], int(source.page) if source.page.isdigit() else 0))
    return [one for source in ordered for one in extracts(source)]


@lru_cache(maxsize=2_000)
def quotable(text: str) -> tuple[str, ...]:
    """The sentences of a text that read well by themselves, without their final full stop."""
    # a word broken over two lines would not be verbatim when mended: marked, and its sentence left out
    marked = re.sub(r"(\w)[-\u00ad\u2010]\s*\n\s*(?=[a-zà-ÿ])", "\\1\u0000", text)
    return tuple(sentence.rstrip(".") for sentence in sentences(marked) if _reads_well(sentence))


def fallback(source: Source) -> Extract | None:
    """A run of words for passages without a whole sentence (lists, tables, other scripts)."""
    words: list[str] = []
    for word in normalise(source.text).split(" "):
        if _FORBIDDEN.search(word) or "\u0000" in word:
            if len(" ".join(words)) >= SHORTEST:
                break
            words = []
        else:
            words.append(word)
        if len(" ".join(words)) > 150:
            break
    text = " ".join(words)[:LONGEST].strip(" ,;:-–.")
    return Extract(source, text) if len(text) >= SHORTEST else None


def _reads_well(sentence: str) -> bool:
    if not SHORTEST <= len(sentence) <= LONGEST or "\u0000" in sentence or _FORBIDDEN.search(sentence):
        return False
    words = sentence.split()
    letters = sum(character.isalpha() or character == " " for character in sentence)
    return (
        sentence[0].isupper()
        and sentence[-1] == "."
        and len(words) >= 6
        and letters / len(sentence) > 0.85
        and max(map(len, words)) <= 32
        and sum(len(word) == 1 for word in words) <= len(words) / 4
        and sum(word[0].isupper() for word in words) <= len(words) * 0.6
        and sentence.count("(") == sentence.count(")")
    )
