"""Checks a text for leaks: other documents, the owner's own data, our prompts (R-35, R-37)."""

import importlib
import pkgutil
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Final

from documents.enums import DocumentState
from documents.models import Document
from generation.writing import prompts
from generation.writing.checking.wording import normalised
from generation.writing.prompts import blocks

#: A UUID, as our documents, jobs and sessions are named.
_ID: Final = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\b", re.I)
_MAIL_ADDRESS: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,64}(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w-]{2,64}){1,6}",
    re.I,
)
_TAG: Final = re.compile(
    r"</?\s*(?:source|sources|text|passage|title|covers|leaves_out|outline|topic|requirements|assignment|findings?|claim"
    r"|wish|glossary|works|wrong|before|after|parts|section|s)\b[^<>]{0,200}>"
    r"|\bpassage\s*=\s*[\"“”]?\d|\bpassage (?:no\. ?|number |#)?\d{5,}\b",
    re.I,
)
_INSTRUCTION: Final = re.compile(
    r"\bsystem[- ]?prompts?\b|\b(?:my|these|the previous|your) instructions (?:are|say|tell|were)\b"
    r"|\b(?:ignore|disregard|forget|override) (?:(?:all|any|of|my|your|the|these|previous|prior|above) ){1,4}"
    r"(?:instructions|prompts?)\b"
    r"|\bignoriere? (?:alle |deine |die |bisherigen ){0,3}(?:anweisungen|regeln)\b"
    r"|\b(?:ignora|ignore[zr]?) (?:\w+ ){0,3}(?:istruzioni|instrucciones|instructions|instruções)\b",
    re.I,
)
#: This many words in a row out of our prompts are not there by chance.
_RUN_WORDS: Final = 7
_WORD: Final = re.compile(r"\w+")
#: Shorter titles ("The French Revolution") and single names ("Student") are words that anybody may use.
_TITLE_MIN_LETTERS: Final = 25
_FEWEST_TITLE_WORDS: Final = 5
_FEWEST_NAME_WORDS: Final = 2
_MOST_DOCUMENTS: Final = 500
#: What may stand between two letters of a name, between two of its words, and for signs of an address.
_IN_WORD: Final = r"(?:[^\w\s]|_){0,4}"
_BETWEEN_WORDS: Final = r"[\W_]{0,12}(?:(?:at|dot)[\W_]{1,12})?"
_SPACED_OUT: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .·_-]{1,2}){3,}[^\W\d_](?![^\W_])")


@dataclass(frozen=True)
class Guarded:
    """What must not leak: titles of other documents under way, normalised, and patterns of the owner's own data.

    ``own_brief`` is what this document may speak of whatever others do.
    """

    titles: Sequence[str] = ()
    personal: Sequence[re.Pattern[str]] = ()
    own_brief: str = field(default="", repr=False)


def gather(document: Document, *, brief: str, sources: str) -> Guarded:
    """What must not turn up in this document's text.

    What its own brief or sources say is no other document's. The owner's data stay out even where the brief names
    them; a name may be said that is in the topic or in a source, for then it is somebody else's as well.
    """
    own = normalised(f"{brief} {sources}")
    others = Document.objects.filter(state__in=[DocumentState.QUEUED, DocumentState.WRITING]).exclude(pk=document.pk)
    rows = others.order_by("-updated_at").values_list("title", "topic")[:_MOST_DOCUMENTS]
    titles = {normalised(words) for row in rows for words in row if _is_telling(words)}
    return Guarded(
        titles=sorted(title for title in titles if title not in own),
        personal=_personal(document, f"{document.topic} {document.title} {sources}"),
        own_brief=normalised(brief),
    )


def problems(text: str, guarded: Guarded) -> list[str]:
    """What is wrong with a sentence, in words for its writer that repeat nothing of it."""
    plain = unescape(text)
    found = []
    words = normalised(plain)
    if _ID.search(plain) or any(title in words for title in guarded.titles):
        found.append("something of another work has got into it")
    folded = _folded(plain)
    if _MAIL_ADDRESS.search(plain) or any(pattern.search(folded) for pattern in guarded.personal):
        found.append("it holds personal data of its owner")
    if _TAG.search(plain) or _runs(plain) & _prompt_runs() or _is_instruction(words, guarded.own_brief):
        found.append("it repeats or follows what is not the subject: instructions, tags, rules of the writing")
    return found


def _is_telling(title: str) -> bool:
    return len(title) >= _TITLE_MIN_LETTERS and len(_WORD.findall(title)) >= _FEWEST_TITLE_WORDS


def _personal(document: Document, said_elsewhere: str) -> list[re.Pattern[str]]:
    """Patterns that find the owner's names and addresses in any spelling, spacing and markup."""
    owner = document.owner
    there = _folded(said_elsewhere)
    patterns = [_spelled(address) for address in {owner.email, owner.email_as_typed} if address]
    for words in (_WORD.findall(name) for name in (owner.name, document.author_name)):
        if len(words) < _FEWEST_NAME_WORDS:
            continue
        patterns += [
            pattern
            for order in {" ".join(words), " ".join([*words[-1:], *words[:-1]])}
            if not (pattern := _spelled(order)).search(there)
        ]
    return patterns


def _spelled(name: str) -> re.Pattern[str]:
    words = [_IN_WORD.join(map(re.escape, word)) for word in re.findall(r"[^\W_]+", _folded(name))]
    return re.compile(rf"(?<![^\W_]){_BETWEEN_WORDS.join(words)}(?![^\W_])")


def _folded(text: str) -> str:
    """Letters without accents and case, names that were spaced out closed up; signs stay between them."""
    closed = _SPACED_OUT.sub(lambda match: re.sub(r"[ .·_-]", "", match[0]), text)
    decomposed = unicodedata.normalize("NFKD", closed)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()


def _is_instruction(words: str, own_brief: str) -> bool:
    """Whether a sentence speaks of instructions to a model, in a work that is not about them."""
    return any(match[0] not in own_brief for match in _INSTRUCTION.finditer(words))


@cache
def _prompt_runs() -> frozenset[tuple[str, ...]]:
    """Runs of words of every system prompt there is, and of the rule about data in all of them."""
    return frozenset(run for text in _system_prompts() for run in _runs(text))


def _system_prompts() -> Iterator[str]:
    yield blocks.DATA_RULE
    for module in pkgutil.iter_modules(prompts.__path__):
        yield getattr(importlib.import_module(f"{prompts.__name__}.{module.name}"), "SYSTEM", "")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(normalised(text))
    return {tuple(words[at : at + _RUN_WORDS]) for at in range(len(words) - _RUN_WORDS + 1)}
