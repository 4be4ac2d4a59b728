"""Finds works named without their key, placeholders, unfinished text, and remarks of the writer about itself (R-10)."""

import re
from collections.abc import Collection
from html import unescape
from typing import Final

from documents.domain.text import GROUP, citation_keys
from generation.writing.sentences import is_caption, without_notation, without_quotations
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
#: Whatever stands in square brackets that is neither a citation nor inside a quotation; "[sic]" may.
_BRACKETS: Final = re.compile(r"\[(?!sic\])[^\[\]]{0,200}\]", re.I)
#: An interval of numbers is mathematics; "[12]" and "[3, 4]" are somebody's list of references.
_INTERVAL: Final = re.compile(r"[\[(]\s*[-−+]?(?:0|\d+[.,]\d+|[a-z])\s*[,;]\s*[-−+]?(?:\d+(?:[.,]\d+)?|[a-z∞])\s*[\])]")
_PLACEHOLDER: Final = re.compile(
    r"\b(?:TODO|TBD|TBC|TBA|FIXME|T\.B\.D\.)\b|\bLorem ipsum\b|\bX{3,}\b|\bXX\s?%"
    r"|\{\{|\}\}|\$\{|%\(\w+\)s|(?<![\w^\\])\{\w{2,30}\}|_{3,}|\?{3,}|\.{5,}|(?<!\w)\(\s*(?:\?|…|\.\.\.)?\s*\)|</?[A-Za-z][^<>]{0,80}>"
    r"|\((?:insert|add|to be (?:added|completed|determined|inserted)|citation needed|source needed|reference needed"
    r"|einfügen|ergänzen|Quelle fehlt|Beleg fehlt|hier ergänzen|da (?:inserire|completare|aggiungere)|inserire"
    r"|insertar|por completar|à compléter|insérer|do uzupełnienia|wstawić|a completar|inserir|in te vullen|invoegen"
    r"|doplnit|de completat)\b[^()]{0,80}\)",
    re.I,
)
_ASSISTANT: Final = re.compile(
    r"\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b|\bI(?: am|'m) an? (?:AI|language model)\b"
    r"|\bals (?:KI|Sprachmodell)\b|\bcome (?:IA|modello linguistico)\b|\bcomo (?:IA|modelo de lenguaje)\b"
    r"|\ben tant qu(?:e|['’])\s?(?:IA|modèle de langage)\b|\bjako (?:model językowy|jazykový model)\b"
    r"|\bals (?:AI|taalmodel)\b|\bcomo (?:modelo de linguagem)\b|\bca model lingvistic\b"
    r"|\bI(?: cannot|['’]m sorry,? but I| am unable to| can['’]t) (?:write|fulfil|help|assist|continue|provide)\b"
    r"|\b(?:here is|here['’]s|below is) (?:the|your|a) "
    r"(?:section|text|paragraph|continuation|shortened|revised|corrected)"
    r"|\b(?:hier ist|anbei) (?:der|die|das) (?:Abschnitt|Text|überarbeitete|gekürzte)\b"
    r"|\A(?:sure[,!.]|(?:certainly|of course|gewiss|gerne|certamente|claro|bien sûr)[!:])"
    r"|\blet me know (?:if|whether)\b|\bI hope this helps\b|\bword count\b\s*:",
    re.I,
)
#: Parts of the answer's own format, of a conversation, or of Markdown that is no running text.
_FORMAT: Final = re.compile(
    r"\"(?:markdown|claims|passages|sentences|leave_out|verdicts)\"\s*:|^\s*[{}]\s*$|\\n\\n|```|`[^`\n]*@[^`\n]*`"
    r"|^\s*(?:system|assistant|user|human)\s*:|<\|?/?(?:im_start|im_end|endoftext|system|s)\|?>|\[/?INST\]"
    r"|\\\[|^\s*>|^\s*#{1,6}\s|\]\(",
    re.I | re.M,
)
#: An item of a list, a row of a table, a formula on lines of its own.
_LIST: Final = re.compile(r"\s*(?:[-*+|]|\$\$|\d{1,4}[.)]\s)")
#: What may close a paragraph of running text.
_CLOSED: Final = re.compile(r"[.!?…][\"'”’»«“)\]*_]*\s*\Z")


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


def left_open(text: str) -> list[str]:
    """What is left open in a sentence, or does not belong into a text, in words for its writer."""
    plain = unescape(text)
    own = without_quotations(plain, instead="·")
    found = []
    brackets = [match[0] for match in _BRACKETS.finditer(own) if not _INTERVAL.fullmatch(match[0])]
    if brackets or _PLACEHOLDER.search(own):
        found.append(f"something is left open: “{text[:100]}”")
    if _ASSISTANT.search(own):
        found.append(f"its writer speaks of itself: “{text[:100]}”")
    if _FORMAT.search(plain):
        found.append(f"it is not running text: “{text[:100]}”")
    return found


def breaks_off(paragraph: str, following: str) -> bool:
    """Whether the last sentence of a paragraph of running text has no end, or announces what does not follow."""
    is_announcing = paragraph.rstrip(" *_").endswith(":")
    if (
        _LIST.match(paragraph.rsplit("\n", 1)[-1])
        or is_caption(paragraph)
        or not without_notation(paragraph, "").strip()
    ):
        return False
    if is_announcing:
        return not _LIST.match(following)
    return not _CLOSED.search(re.sub(r"\s*\[[^\[\]]*\]\s*\Z", ".", paragraph.strip()))
