"""Citations of a text that cannot be resolved, or that nobody has checked since their sentence was written (R-10)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from documents.domain.text import GROUP, CitedKey, citation_keys
from documents.enums import CitationCheck
from documents.models import Passage
from generation.editing.notes.kinds import Note, note_on
from generation.editing.notes.text import Said, Text
from generation.enums import NoteKind
from generation.writing.checking.citations import Offered, examine
from generation.writing.checking.wording import stands_in
from generation.writing.prompts.blocks import on_pages, pages_of
from generation.writing.sentences import Sentence

#: Fewest words between quotation marks that are a quotation rather than a term.
_QUOTED_WORDS: Final = 3
_SHOWN_CHARACTERS: Final = 60


@dataclass(frozen=True)
class Kept:
    """A citation as it was saved: how it was checked, and the page of its passage (empty where there are none)."""

    check: CitationCheck
    page: str


@dataclass(frozen=True)
class Cited:
    """What is known of citations: those that were saved by sentence and key, and keys that may be cited or not.

    ``passages`` are those of the sources that new sentences cite.
    """

    kept: Mapping[tuple[str, str], Kept]
    citable: Collection[str]
    #: Sources that may be cited, without any text that could be read.
    unread: Collection[str]
    passages: Sequence[Passage] = ()


def new_sentences(text: Text, kept: Collection[tuple[str, str]], citable: Collection[str]) -> list[Said]:
    """The sentences that cite what may be cited, and whose citations are not among those that were saved."""
    return [
        said
        for said in text.sentences
        if said.is_cited
        and any(item.key in citable and (said.text, item.key) not in kept for item in citation_keys(said.text))
    ]


def notes(text: Text, known: Cited, *, language: str) -> Iterator[Note]:
    """A note for each sentence whose citation does not hold, or was not checked since the sentence was written."""
    by_key: dict[str, list[Passage]] = defaultdict(list)
    for passage in known.passages:
        by_key[passage.source.key].append(passage)
    for said in text.sentences:
        if "@" not in said.text:
            continue
        for group in GROUP.finditer(said.text):
            items = citation_keys(group[0])
            if not items:
                why = _("“%(words)s” cannot be read as a citation. One looks like [@smith2020, p. 4].")
                yield note_on(said, NoteKind.UNRESOLVED, why % {"words": group[0][:_SHOWN_CHARACTERS]}, group[0])
            for item in items:
                yield from _of_key(said, item, known, by_key, language)


def _of_key(
    said: Said, item: CitedKey, known: Cited, by_key: Mapping[str, list[Passage]], language: str
) -> Iterator[Note]:
    if item.key in known.unread:
        why = _("Nothing of the source “%(key)s” could be read: it has no passage that a sentence could rest on.")
        yield note_on(said, NoteKind.UNRESOLVED, why % {"key": item.key}, item.key)
    elif item.key not in known.citable:
        why = _("There is no source “%(key)s” that may be cited in this document.")
        yield note_on(said, NoteKind.UNRESOLVED, why % {"key": item.key}, item.key)
    elif (before := known.kept.get((said.text, item.key))) is not None:
        if before.check == CitationCheck.CHANGED:
            yield note_on(said, NoteKind.UNCHECKED, _since(item, before), item.key)
    elif why := _of_new(said, item, by_key.get(item.key, []), language):
        yield note_on(said, NoteKind.UNCHECKED, why, item.key)


def _since(item: CitedKey, before: Kept) -> str:
    if item.locator and before.page and before.page not in {item.locator, *(pages_of(item.locator) or [])}:
        return _wrong_page(item)
    return _(
        "This sentence was changed since its citation was checked, and comparing it with the passage proves nothing."
    )


def _of_new(said: Said, item: CitedKey, passages: Sequence[Passage], language: str) -> str:
    """What is to be said of a citation in a new sentence; nothing where code proves that its passage says it."""
    on_page, missing = on_pages(passages, item.locator)
    if missing or not on_page:
        return _wrong_page(item)
    sentence = Sentence(0, 0, len(said.text), said.text)
    quoted = [one for one in sentence.quotations if len(one.split()) >= _QUOTED_WORDS]
    if any(not any(stands_in(one, passage.text) for passage in passages) for one in quoted):
        return _("What stands between quotation marks does not stand in what was read of this source.")
    findings = examine(sentence, Offered(on_page), {}, language=language)
    if any(finding.cited == item and finding.check is not None and not finding.problem for finding in findings):
        return ""
    return _("Nobody has checked this citation yet, and comparing its sentence with the passage proves nothing.")


def _wrong_page(item: CitedKey) -> str:
    if item.locator:
        why = _("No passage of page %(page)s of “%(key)s” was read.")
        return why % {"page": item.locator, "key": item.key}
    return _("No passage of “%(key)s” fits this sentence.") % {"key": item.key}
