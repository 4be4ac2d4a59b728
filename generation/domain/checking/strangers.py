"""What must not stand in a text: other documents, the owner's data, placeholders, works named without a key (R-35)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from documents.domain.text import citation_keys
from documents.enums import DocumentState
from documents.models import Document
from generation.domain.checking.sentences import Sentence, without_quotations
from generation.domain.checking.wording import normalised

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_PLACEHOLDER: Final = re.compile(
    r"\[(?:missing|insert|todo|tbd|citation needed|source|quelle|fonte|fuente|xxx?|name|date|year)\b[^\]@]*\]"
    r"|\bTODO\b|\bTBD\b|\bFIXME\b|\bLorem ipsum\b|\bX{3,}\b|\[\s*\.{0,3}\s*\]|\[@\s*\]"
    r"|</?(?:source|text|passage|title|covers)\b",
    re.I,
)
_ASSISTANT: Final = re.compile(
    r"\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b|\bI(?: am|'m) an? (?:AI|language model)\b"
    r"|\bals (?:KI|Sprachmodell)\b|\bcome (?:IA|modello linguistico)\b|\bcomo (?:IA|modelo de lenguaje)\b"
    r"|\bhere is (?:the|your) (?:section|text|paragraph|continuation|shortened|revised)\b"
    r"|\A(?:sure|certainly|of course)[,!.]"
    r"|\ben tant qu(?:e|')\s?(?:IA|modèle de langage)\b|\bI(?: cannot|'m sorry, but I) (?:write|fulfil|help|assist)\b",
    re.I,
)
# "(Smith, 2019)", "(Smith & Doe 2019, p. 4)", "Smith et al. (2019)": a work named in another way than by its key.
_NAMED: Final = re.compile(
    r"\([A-ZÀ-Ž][\w'’-]+(?:\s(?:et al\.?|and|und|y|e|et|&)\s?(?:[A-ZÀ-Ž][\w'’-]+)?)?,?\s"
    r"(?:1[89]|20)\d\d[a-z]?(?:[,:]\s[^()]{1,20})?\)"
    r"|\b[A-ZÀ-Ž][\w'’-]+\set al\.?\s\((?:1[89]|20)\d\d[a-z]?\)"
)
_ADDRESS: Final = re.compile(r"\bhttps?://|\bwww\.", re.I)
_BARE_KEY: Final = re.compile(r"(?<![\w.])@[A-Za-z][\w-]+")
_SHORTEST_TITLE: Final = 18
_SHORTEST_NAME: Final = 6


@dataclass(frozen=True)
class Strangers:
    """Words that belong to others, normalised: titles of other documents under way, and the owner's own data."""

    titles: Sequence[str]
    personal: Sequence[str]


def known(document: Document, *, own_words: str) -> Strangers:
    """What must not turn up in this document's text. What its own brief or sources say is no stranger."""
    own = normalised(own_words)
    others = Document.objects.filter(state__in=[DocumentState.QUEUED, DocumentState.WRITING]).exclude(pk=document.pk)
    rows = others.values_list("title", "topic")[:500]
    titles = {normalised(words) for row in rows for words in row if len(words) >= _SHORTEST_TITLE}
    owner = document.owner
    personal = {normalised(owner.email), normalised(owner.email_as_typed)}
    personal |= {normalised(name) for name in (owner.name, document.author_name) if len(name) >= _SHORTEST_NAME}
    return Strangers(
        titles=sorted(title for title in titles if title not in own),
        personal=sorted(words for words in personal if words and words not in own),
    )


def problems(sentence: Sentence, strangers: Strangers, *, document_id: UUID) -> list[str]:
    """What is wrong with a sentence, in words for its writer."""
    text = sentence.text
    found = []
    if _PLACEHOLDER.search(text):
        found.append(f"something is left open: “{text[:100]}”")
    if _ASSISTANT.search(without_quotations(text)):
        found.append(f"its writer speaks of itself: “{text[:100]}”")
    if not citation_keys(text) and _NAMED.search(without_quotations(text)):
        found.append(f"a work is named without its key: “{text[:100]}”")
    if not citation_keys(text) and _ADDRESS.search(text):
        found.append(f"an address is named that no source gives: “{text[:100]}”")
    if _BARE_KEY.search(without_quotations(text)):
        found.append(f"a citation stands outside of brackets: “{text[:100]}”")
    words = normalised(text)
    if _ID.search(text) or any(title in words for title in strangers.titles):
        found.append("something of another work has got into it")
    if any(name in words for name in strangers.personal):
        found.append("it holds personal data of its owner")
    return found
