"""Finds placeholders, unfinished text, and remarks of the writer about itself."""

import re
from html import unescape
from typing import Final

from generation.writing.sentences import without_quotations

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
#: An item of a list, a row of a table.
_LIST: Final = re.compile(r"\s*(?:[-*+|]|\d{1,4}[.)]\s)")
#: What may close a paragraph of running text.
_CLOSED: Final = re.compile(r"[.!?…][\"'”’»«“)\]*_]*\s*\Z")


def problems(text: str) -> list[str]:
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
    if _LIST.match(paragraph.rsplit("\n", 1)[-1]):
        return False
    if is_announcing:
        return not _LIST.match(following)
    return not _CLOSED.search(re.sub(r"\s*\[[^\[\]]*\]\s*\Z", ".", paragraph.strip()))
