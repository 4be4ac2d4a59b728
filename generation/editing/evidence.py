"""The passages on which a changed text rests: those of before where a sentence stayed, else looked for anew (R-10).

No model is asked. What code cannot prove of a sentence is said to be unchecked, and never to be checked.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from documents.domain import looking_up
from documents.domain.passages import citable
from documents.domain.text import citation_keys, without_citations
from documents.domain.writing import CitationDraft
from documents.enums import CitationCheck
from documents.models import Citation, Document, Passage, Section, SectionRevision, Source
from generation.errors import TextInvalid
from generation.writing.checking.citations import Finding, Offered, examine
from generation.writing.checking.copying import Sources, Wording
from generation.writing.prompts.blocks import pages_of
from generation.writing.sentences import Sentence, sentences

#: Passages looked at for words that new sentences may have from them, and for what changed ones cite.
_MOST_PASSAGES: Final = 80
_MOST_OF_CITED: Final = 300


@dataclass(frozen=True)
class Evidence:
    """A draft for each cited key of a text, in order, and whose words the text is made of."""

    citations: list[CitationDraft]
    wording: Wording


class _Known:
    """Citations that were checked before, by sentence and key, in the order of the text."""

    def __init__(self, checked: Iterable[tuple[str, CitationDraft]]) -> None:
        self.left: dict[tuple[str, str], deque[CitationDraft]] = defaultdict(deque)
        for key, draft in checked:
            self.left[draft.sentence, key].append(draft)

    def of(self, sentence: Sentence, keys: Iterable[str]) -> list[CitationDraft]:
        """Those of a sentence that stayed as it was; none where it is new."""
        found = [self.left[sentence.text, key].popleft() for key in keys if self.left.get((sentence.text, key))]
        return found if len(found) == len(list(keys)) else []


def gather(
    section: Section,
    document: Document,
    text: str,
    *,
    also: Sequence[CitationDraft] = (),
    picked: Sequence[int | None] = (),
) -> Evidence:
    """Finds the passages for a text of a section. Raises TextInvalid where something is cited that cannot be.

    ``also`` are citations of its new sentences that were checked already, as by who wrote them (R-93). ``picked`` are
    the passages that its owner chose for the cited keys, in their order: where code proves no other, they stand.
    """
    rows = list(section.citations.select_related("passage__source").defer("passage__search").order_by("position"))
    made = _still_citable(document.pk, also)
    checked = [*((row.passage, _as_before(row)) for row in rows), *made]
    known = _Known((passage.source.key, draft) for passage, draft in checked)
    said = [(one, [item.key for item in citation_keys(one.text)]) for one in sentences(text)]
    kept = {number: known.of(one, keys) for number, (one, keys) in enumerate(said) if keys}
    wanted = _by_sentence(said, picked)
    kept = {number: found if _is_as_picked(found, wanted.get(number)) else [] for number, found in kept.items()}
    changed = [(one, keys) for number, (one, keys) in enumerate(said) if keys and not kept[number]]
    before = {one.text for one in sentences(section.text)}
    new = [one for one, _keys in said if one.text not in before]
    chosen = {passage for number in wanted if not kept.get(number) for passage in wanted[number] if passage}
    passages = _passages(document, [passage for passage, _draft in checked], new, changed, chosen)
    found = _examined(document, changed, passages)
    sources = {passage.pk: passage.source.key for passage in passages}
    citations = [
        draft
        for number, (one, keys) in enumerate(said)
        if keys
        for draft in kept[number] or _resting_on(found[one], keys, wanted.get(number), sources)
    ]
    return Evidence(citations, Sources(passages, language=document.language).wording(text))


def of_version(version: SectionRevision, document_id: UUID) -> list[CitationDraft] | None:
    """The citations of a version as they were checked then.

    None where it did not keep them, or where one of their passages may not be cited any more.
    """
    drafts = drafts_of(version.citations)
    wanted = {draft.passage_id for draft in drafts}
    there = set(citable(document_id=document_id).filter(pk__in=wanted).values_list("pk", flat=True))
    return drafts if there == wanted and len(drafts) == len(citation_keys(version.text)) else None


def drafts_of(kept: Iterable[Sequence[Any]]) -> list[CitationDraft]:
    """Citations as a version keeps them."""
    return [CitationDraft(passage, sentence, CitationCheck(check), note) for passage, sentence, check, note in kept]


def _still_citable(document_id: UUID, drafts: Sequence[CitationDraft]) -> list[tuple[Passage, CitationDraft]]:
    """Those whose passage may be cited now, each with it."""
    if not drafts:
        return []
    wanted = citable(document_id=document_id).filter(pk__in={draft.passage_id for draft in drafts})
    there = {passage.pk: passage for passage in wanted.select_related("source").defer("search")}
    return [(there[draft.passage_id], draft) for draft in drafts if draft.passage_id in there]


def _as_before(row: Citation) -> CitationDraft:
    return CitationDraft(row.passage_id, row.sentence, CitationCheck(row.check_result), row.check_note)


def _by_sentence(
    said: Sequence[tuple[Sentence, list[str]]], picked: Sequence[int | None]
) -> dict[int, Sequence[int | None]]:
    """The passages chosen for the keys of each sentence; nothing where there are not as many as keys."""
    if len(picked) != sum(len(keys) for _one, keys in said):
        return {}
    found, at = {}, 0
    for number, (_one, keys) in enumerate(said):
        if keys:
            found[number] = picked[at : at + len(keys)]
            at += len(keys)
    return found


def _is_as_picked(drafts: Sequence[CitationDraft], wanted: Sequence[int | None] | None) -> bool:
    pairs = zip(drafts, wanted or (), strict=False)
    return all(one is None or draft.passage_id == one for draft, one in pairs)


def _resting_on(
    drafts: Sequence[CitationDraft],
    keys: Sequence[str],
    wanted: Sequence[int | None] | None,
    sources: Mapping[int, str],
) -> list[CitationDraft]:
    """The drafts of a sentence, those that code could not prove on the passages that were chosen for them."""
    if not wanted or len(drafts) != len(keys):
        return list(drafts)
    return [
        replace(draft, passage_id=one)
        if one and draft.check_result == CitationCheck.CHANGED and sources.get(one) == key
        else draft
        for draft, key, one in zip(drafts, keys, wanted, strict=True)
    ]


def _passages(
    document: Document,
    cited: Sequence[Passage],
    new: Sequence[Sentence],
    changed: Sequence[tuple[Sentence, list[str]]],
    chosen: AbstractSet[int],
) -> list[Passage]:
    """Those cited before, those that fit what is new, and those of the pages that it names."""
    found = {passage.pk: passage for passage in cited}
    if new:
        texts = [without_citations(one.text) for one in new]
        for passage in looking_up.sharing_words(
            document_id=document.pk, texts=texts, language=document.language, limit=_MOST_PASSAGES
        ):
            found.setdefault(passage.pk, passage)
    if changed:
        for passage in _of_cited(document, changed, chosen):
            found.setdefault(passage.pk, passage)
    return list(found.values())


def _of_cited(
    document: Document, changed: Sequence[tuple[Sentence, list[str]]], chosen: AbstractSet[int]
) -> list[Passage]:
    """The passages of what is cited: on the pages that are named, and those with the most of its words.

    Raises TextInvalid where something is cited that cannot be.
    """
    pages: dict[str, list[str]] = {}
    for sentence, _keys in changed:
        for item in citation_keys(sentence.text):
            names = {item.locator, *(pages_of(item.locator) or [])} if item.locator else set()
            pages.setdefault(item.key, []).extend(sorted(names))
    text = " ".join(without_citations(sentence.text) for sentence, _keys in changed)
    found = looking_up.of_keys(document_id=document.pk, pages=pages, text=text, limit=_MOST_OF_CITED, picked=chosen)
    _require_passages(document, pages.keys() - {passage.source.key for passage in found})
    return found


def _examined(
    document: Document, changed: Sequence[tuple[Sentence, list[str]]], passages: Sequence[Passage]
) -> Mapping[Sentence, list[CitationDraft]]:
    wanted = {key for _sentence, keys in changed for key in keys}
    offered = Offered([passage for passage in passages if passage.source.key in wanted])
    return {
        sentence: [_draft(one, offered) for one in examine(sentence, offered, {}, language=document.language)]
        for sentence, _keys in changed
    }


def _require_passages(document: Document, missing: AbstractSet[str]) -> None:
    """Raises TextInvalid that says of the first key without a passage what is wrong with it."""
    for key in sorted(missing):
        if Source.objects.citable().filter(document=document, key=key).exists():
            raise TextInvalid(
                _("Nothing of the source “%(key)s” could be read: it has no passage that a sentence could rest on.")
                % {"key": key}
            )
        raise TextInvalid(_("There is no source “%(key)s” that may be cited in this document.") % {"key": key})


def _draft(finding: Finding, offered: Offered) -> CitationDraft:
    """What code could not prove counts as unchecked; why not is noted with it."""
    passage = finding.passage or offered.by_key[finding.cited.key][0]
    check = CitationCheck.CHANGED if finding.check is None or finding.problem else finding.check
    return CitationDraft(passage.pk, finding.sentence.text, check, finding.problem or finding.note)
