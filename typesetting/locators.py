"""Places in a source, in whatever words the writer named them: ``S. 7 f.``, ``pp. 3-5``, ``blz. 9``, ``Kap. 3``.

Citation engines know the words of the document's language alone. Here they are read in all our languages, and given on
by a name that no language has (`token`), which mended styles know (`typesetting.style_mending`): the engine then prints
the place in the words of the style and the document (R-04).
"""

import re
from dataclasses import dataclass
from typing import Final

from typesetting import labels
from typesetting.labels import base_language
from typesetting.locator_words import ALSO, NEXT, OUR_KINDS, REST, SAID_AS, SEVERAL, WORDS
from typesetting.typography import NO_BREAK

_KIND_OF: Final = {word: kind for kind, words in (WORDS | OUR_KINDS).items() for word in words.split()}
_FOLLOWING: Final = {
    language: {word.rstrip(".") for word in (NEXT[language], REST[language], *ALSO.get(language, ()))}
    for language in NEXT
}


def _one_of(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_LABELS: Final = _one_of(set(_KIND_OF))
_LETTERED_LABELS: Final = "|".join(
    f"(?i:{re.escape(word)})"
    for word, kind in sorted(_KIND_OF.items(), key=lambda pair: -len(pair[0]))
    if kind in {"part", "appendix", "table", "figure", "section", "chapter", "volume"}
)
_FOLLOWERS: Final = _one_of(set().union(*_FOLLOWING.values()))
_NUMBER: Final = r"[A-Z]{0,2}\d[\w.]*?|[ivxlcdm]+"
_WHOLE: Final = r"(?:[A-Z]{0,2}\d\w*|[ivxlcdm]+\b)"
_AND: Final = r"(?:\s*,)?\s+(?:&|and|und|u\.|sowie|et|e|ed|y|i|oraz|a|en|și)\s+"
_TO: Final = r"\s+(?:bis|to|through|až|do|à|t/m|tot(?:\s+en\s+met)?|al|la|hasta|até)\s+"
#: What is "and" in Czech is "to" there.
_A: Final = re.compile(r"\s+a\s+")
_A_IS_TO: Final = frozenset({"it", "es", "pt"})
_VALUE: Final = rf"(?:{_NUMBER})(?:(?:\s*[-–—,]\s*|{_AND}|{_TO})(?:{_NUMBER}))*"
_REST: Final = r"(?P<rest>\s*[,;(].*|\s+[^\d\s].*)?"
_PLACE: Final = re.compile(
    rf"(?:(?P<label>{_LABELS})(?:\.\s*|\s+|(?=\d)))?"
    rf"(?P<value>{_VALUE})"
    rf"(?:(?P<gap>\s*)(?P<following>{_FOLLOWERS})(?P<stop>\.?))?"
    rf"(?P<end>\.?){_REST}",
    re.I | re.S,
)
#: Parts, appendices and the like may be named by letters.
_LETTERED: Final = re.compile(
    rf"(?P<label>{_LETTERED_LABELS})(?:\.\s*|\s+)(?P<value>[A-Z]\b(?:[-–,.]\s?[A-Z\d]+\b(?!\.\s))*){_REST}", re.S
)
#: A further place behind the first: ``Bd. 2, S. 34``.
_FURTHER: Final = re.compile(
    rf"(?:(?<=[,;(] )|(?<=\w )(?=[^\W\d]{{3}}))(?P<label>{_LABELS})(?:\.\s*|\s+)"
    rf"(?P<value>{_WHOLE}(?:(?:\s*[-–—,]\s*|{_AND}|{_TO}){_WHOLE})*)",
    re.I,
)
_SEVERAL_PLACES: Final = re.compile(_AND)
_RANGE: Final = re.compile(_TO)
_GIVEN_ON: Final = re.compile(r"\{tesigolocator(?P<kind>[a-z]+) (?P<numbers>[^}]*)\}")
_LEGAL: Final = re.compile(r"[§¶]")
#: Sections of British statutes: "s 5" is no page.
_OF_STATUTES: Final = re.compile(r"[,\s]*ss?\.?\s*\d", re.I)
#: Kinds whose numbers some styles print without their label where these are not plain: ``IV``, ``3.2``.
_LABELLED_IF_PLAIN: Final = frozenset({"chapter", "line", "verse"})
_PLAIN: Final = re.compile(r"\d+[a-z]?(?:\s*[-–—,]\s*\d+[a-z]?)*", re.I)
#: Before several pages.
_PAGES: Final = dict.fromkeys(("en", "it", "es", "pt", "nl", "ro"), "pp.")


@dataclass(frozen=True)
class Place:
    """A place in a source: its kind as citation engines name it, its numbers, and what follows it."""

    kind: str
    value: str
    gap: str = ""
    following: str = ""
    rest: str = ""

    def numbers(self, language: str) -> str:
        """The value as that language writes it: ``7 f.``, ``7 i n.``, ``12-14`` for "12 bis 14"."""
        base = base_language(language) if base_language(language) in _FOLLOWING else "en"
        value = _listed(self.value, base)
        if not self.following:
            return value
        word = self.following
        if word.lower() not in _FOLLOWING[base]:
            word = (REST if word.lower() in SEVERAL else NEXT)[base].rstrip(".")
        return f"{value}{NO_BREAK if self.gap else ''}{word}."


def _listed(value: str, base: str) -> str:
    """Numbers with a hyphen for "to" and a comma for "and", which may be the same word."""
    if base in _A_IS_TO:
        value = _A.sub("-", value)
    return _SEVERAL_PLACES.sub(", ", _RANGE.sub("-", value))


def token(kind: str) -> str:
    """The name of a kind of place in mended styles."""
    return f"tesigolocator{kind}"


KINDS: Final = tuple(WORDS)


def read_place(said: str) -> Place | None:
    """What a citation says behind its key, if that is a place in the source. Numbers alone are pages."""
    said = said.strip().lstrip(",").strip()
    match = _PLACE.fullmatch(said)
    if match is None:
        match = _LETTERED.fullmatch(said)
        return match and Place(kind=_KIND_OF[match["label"].lower()], value=match["value"], rest=match["rest"] or "")
    return Place(
        kind=_KIND_OF[(match["label"] or "p").lower()],
        value=match["value"],
        gap=match["gap"] or "",
        following=match["following"] or "",
        rest=match["rest"] or "",
    )


def for_the_engine(said: str, language: str, *, is_statute: bool = False) -> str:
    """What stands behind a key, such that pandoc's citation engine prints it as this language does.

    Braces make it take what is in them as the place, and nothing else. Empty ones keep it from looking for a place:
    "§ 433" would become a section. In English the "s" of an ``is_statute`` is one.
    """
    said = " ".join(said.replace("{", "").replace("}", "").split())
    if not said:
        return ""
    is_legal = _LEGAL.match(said.lstrip(", ")) or (
        is_statute and base_language(language) == "en" and _OF_STATUTES.match(said)
    )
    place = None if is_legal else read_place(said)
    if place is None:
        blank = "" if said[0] in ",.;:" else ", " if _LEGAL.match(said) else " "
        return f"{{}}{blank}{said}"
    numbers, rest = place.numbers(language), _in_its_words(place.rest, language)
    is_known = place.kind in KINDS and not place.following
    if is_known and place.kind in _LABELLED_IF_PLAIN:
        is_known = bool(_PLAIN.fullmatch(numbers))
    if place.kind == "page" or is_known:
        return f", {{{token(place.kind)} {numbers}}}{rest}"
    return f"{{}}, {label_of(place.kind, language)}{NO_BREAK}{numbers}{rest}"


def _in_its_words(rest: str, language: str) -> str:
    """What follows a place, with further places in the document's words."""

    def said(found: re.Match[str]) -> str:
        kind = _KIND_OF[found["label"].lower()]
        label = label_of(kind, language)
        if kind != "page" and found["label"].startswith(label.rstrip(".")):
            return found[0]
        value = _listed(found["value"], base_language(language))
        if kind == "page" and not value.isalnum():
            label = _PAGES.get(base_language(language), label)
        return f"{label}{NO_BREAK}{value}"

    return _FURTHER.sub(said, f"0{rest}")[1:]


def as_words(suffix: str, language: str) -> str:
    """What `for_the_engine` wrote, such that the engine prints a place other than a page as words of its own."""
    found = _GIVEN_ON.search(suffix)
    if found is None or found["kind"] == "page":
        return suffix
    said = f"{label_of(found['kind'], language)}{NO_BREAK}{found['numbers']}"
    return f"{{}}{suffix[: found.start()]}{said}{suffix[found.end() :]}"


def in_words(suffix: str, language: str) -> str:
    """What `for_the_engine` wrote, as a reader would see it where no engine is at work."""
    said = suffix.removeprefix("{}")
    return _GIVEN_ON.sub(lambda found: f"{label_of(found['kind'], language)}{NO_BREAK}{found['numbers']}", said)


def label_of(kind: str, language: str) -> str:
    """What a language calls a kind of place before its number, in short."""
    if kind == "page":
        return labels.words(language).page
    words = SAID_AS[kind]
    return words.get(base_language(language), words["en"])
