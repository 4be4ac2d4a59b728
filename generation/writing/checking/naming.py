"""Finds works cited in another way than by a source's key, which nobody could look up (R-10)."""

import re
from collections.abc import Collection
from typing import Final

from documents.domain.text import GROUP, citation_keys
from generation.writing.sentences import without_quotations
from tesigo.platform.plain_words import ascii_words

_NAME: Final = r"[A-ZÀ-ÖØ-ÞĄ-Ž][\w'’-]+"
_JOINED: Final = rf"(?:\s(?:et al\.?|and others|u\. ?a\.)|(?:,\s|\s(?:and|und|y|e|et|i|a|en|și|&)\s){_NAME}){{0,4}}"
_YEAR: Final = r"(?:1[5-9]|20)\d\d[a-z]?"
_SEE: Final = r"(?:see|cf|also|e\.g|vgl|siehe|auch|z\. ?B|vedi|cfr|véase|voir|zob|por|viz|zie|ver)\.?,?\s"
#: "(Smith, 2019)", "(see Smith & Doe 2019, p. 4; Rossi 2001)", "Smith et al. (2019)", "Smith, J. (2019).", and a recent
#: year behind a name, "Smith (2019)": an older one is as likely an event's.
_NAMED: Final = re.compile(
    rf"[(;]\s?(?:{_SEE}){{0,2}}(?P<in>{_NAME}){_JOINED},?\s{_YEAR}(?:\s?[,:;]\s?[^()]{{1,60}})?\)"
    rf"|(?P<al>{_NAME})\set al\.?,?\s\(?{_YEAR}\)?"
    rf"|(?P<list>{_NAME}),\s(?:[A-ZÀ-Ž]\.[\s-]?){{1,3}}[^()]{{0,80}}\({_YEAR}\)"
    rf"|(?P<recent>{_NAME}){_JOINED}\s\((?:19[5-9]\d|20\d\d)[a-z]?(?:,\s[^()]{{1,20}})?\)"
)
_AGAIN: Final = re.compile(r"\b(?:ibid|ibidem|ebd|ebenda|op\. ?cit|loc\. ?cit|a\. ?a\. ?O|tamże|tamtéž|aldaar)\b", re.I)
#: Months stand before a year without naming anybody; other languages write them small.
_MONTHS: Final = re.compile(
    "January|February|March|April|May|June|July|August|September|October|November|December|Spring|Summer|Autumn|Winter|"
    "Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Frühjahr|Sommer|Herbst"
)
ADDRESS: Final = re.compile(
    r"(?:https?://|www\.|doi\.org/|\b(?:doi|arxiv|isbn|issn|pmid)\b\s*:?\s*(?=[\d/]))[^\s<>\"”»)\]]*|\b10\.\d{4,9}/[^\s<>\"”»)\]]+",
    re.I,
)
_BARE_KEY: Final = re.compile(r"(?<![\w.])-?@[A-Za-z][\w-]+")
#: Words that look like the key of a source, this document's or another's: "smith-2019", but not "mid-2019".
_LIKE_A_KEY: Final = re.compile(
    rf"\b(?!(?:mid|pre|post|early|late|anti|circa|ante|non|ab|seit|vor|nach|ende|anfang|mitte|metà|inizio|fine)-)"
    rf"[a-z][a-z0-9]{{1,30}}(?:-[a-z0-9]{{1,30}}){{0,5}}-{_YEAR}\b"
)


def problems(text: str, *, addresses: str) -> list[str]:
    """What is wrong with the way a sentence names works, in words for its writer.

    ``addresses`` is text whose addresses may be repeated, without capitals.
    """
    own = without_quotations(text)
    cited = {word for item in citation_keys(text) for word in ascii_words(item.key)}
    found = []
    if any(not _is_cited(match, cited) for match in _NAMED.finditer(own)) or _AGAIN.search(own):
        found.append(f"a work is named without its key: “{text[:100]}”")
    if any(match[0].rstrip(".,;:").casefold() not in addresses for match in ADDRESS.finditer(text)):
        found.append(f"an address is named that no source gives: “{text[:100]}”")
    if _BARE_KEY.search(own) or _LIKE_A_KEY.search(own):
        found.append(f"a citation stands outside of brackets: “{text[:100]}”")
    if any(not citation_keys(group[0]) for group in GROUP.finditer(text)) or "@]" in text:
        found.append(f"a citation is broken, write it as [@key, p. 12]: “{text[:100]}”")
    return found


def _is_cited(match: re.Match[str], cited: Collection[str]) -> bool:
    """Whether the sentence cites, by its key, the work that it names; or the name is a month's."""
    name = next(part for part in match.groups() if part)
    return bool(_MONTHS.fullmatch(name) or set(ascii_words(name)) & set(cited))
