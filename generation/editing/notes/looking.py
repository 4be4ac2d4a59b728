"""Looks over a section as it is saved or typed, or over a whole document, and says what it finds (R-10 to R-17)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from documents.domain import looking_up, originality
from documents.domain.originality import CopiedWords
from documents.domain.queries import numbered
from documents.domain.text import body_characters, citation_keys, without_citations
from documents.models import Document, Passage, Section
from generation.editing.notes import asked, cited, copied, gists, known, pages, repeated, slips, terms, unsourced
from generation.editing.notes.cited import Cited
from generation.editing.notes.kinds import Note, in_order, note_on
from generation.editing.notes.known import Known
from generation.editing.notes.pages import Pages
from generation.editing.notes.repeated import Pair
from generation.editing.notes.text import Said, Text
from generation.enums import NoteKind
from generation.writing.checking.copying import Sources
from generation.writing.prompts.blocks import page_of, pages_of

#: Passages looked at for words that new sentences may have from them.
_MOST_PASSAGES: Final = 60
#: Those of the sources that new sentences cite.
_MOST_OF_CITED: Final = 120
#: Shown of a sentence of another section.
_SHOWN_CHARACTERS: Final = 160
#: Notes of a section: what is corrected or put away makes room for the rest.
_MOST_NOTES: Final = 300


@dataclass(frozen=True)
class Looked:
    """What was found in a section: notes to be shown, and how many of them its owner put away."""

    section: Section
    notes: Sequence[Note]
    left: int

    @property
    def counts(self) -> list[tuple[NoteKind, int]]:
        """How many notes there are of each kind."""
        return _counts(self.notes)


@dataclass(frozen=True)
class LookedOver:
    """What was found in a document, section by section, and about how many pages it fills."""

    sections: Sequence[Looked]
    pages: Pages

    @property
    def notes(self) -> list[Note]:
        """All that is to be shown."""
        return [note for one in self.sections for note in one.notes]

    @property
    def counts(self) -> list[tuple[NoteKind, int]]:
        """How many notes there are of each kind."""
        return _counts(self.notes)

    @property
    def left(self) -> int:
        """How many its owner put away."""
        return sum(one.left for one in self.sections)


def of_section(document: Document, section: Section, typed: str | None = None) -> LookedOver:
    """Looks over one section as it is saved, or as its owner has typed it by now. Nothing is written."""
    outline = numbered(document.sections.defer("text", "html", "provenance").order_by("position"))
    text = Text(section.text if typed is None else typed)
    own = gists.of_text(text, section=section.pk, language=document.language)
    others = gists.of_sections([one for one in outline if one.revision and one.pk != section.pk], document)
    spelled = sum((gist.english for gist in others.values()), own.english)
    rests_on = known.load(document, {section.pk: text.markdown}, outline, spelled)
    pairs = [
        *_both_ways(repeated.alike(own.thoughts)),
        *repeated.like(own.thoughts, [thought for gist in others.values() for thought in gist.thoughts]),
    ]
    elsewhere = {other.section for _thought, other in pairs} - {section.pk}
    rows = document.sections.filter(pk__in=elsewhere).values_list("pk", "text") if elsewhere else []
    texts = {pk: markdown.replace("\r\n", "\n") for pk, markdown in rows} | {section.pk: text.markdown}
    fresh = [] if typed is None else _fresh(text, section)
    notes = [
        *_of_text(
            text, section, rests_on, _cited_by(document, text, rests_on, section), _copies(document, section, fresh)
        ),
        *_said_twice(text, pairs, texts, outline),
    ]
    characters = own.characters + sum(gist.characters for gist in others.values())
    saved = characters - own.characters + (own.characters if typed is None else body_characters(section.text))
    filled = pages.of_document(document, characters=characters, saved=saved, headings=len(outline))
    shown = next(one for one in outline if one.pk == section.pk)
    return LookedOver([_looked(shown, notes, rests_on)], filled)


def of_document(document: Document) -> LookedOver:
    """Looks over all sections as they are saved."""
    outline = numbered(document.sections.defer("html").order_by("position"))
    written = [one for one in outline if one.revision]
    texts = {one.pk: Text(one.text) for one in written}
    made = {pk: gists.of_text(text, section=pk, language=document.language) for pk, text in texts.items()}
    markdown = {pk: text.markdown for pk, text in texts.items()}
    rests_on = known.load(document, markdown, outline, sum((gist.english for gist in made.values()), Counter()))
    pairs: dict[UUID, list[Pair]] = {}
    for thought, other in _both_ways(repeated.alike([one for gist in made.values() for one in gist.thoughts])):
        pairs.setdefault(thought.section, []).append((thought, other))
    told = originality.of_sections(document, written)
    looked = []
    for one in written:
        notes = [
            *_of_text(texts[one.pk], one, rests_on, (), told[one].copied if one in told else ()),
            *_said_twice(texts[one.pk], pairs.get(one.pk, []), markdown, outline),
        ]
        looked.append(_looked(one, notes, rests_on))
    characters = sum(gist.characters for gist in made.values())
    filled = pages.of_document(document, characters=characters, saved=characters, headings=len(outline))
    return LookedOver(looked, filled)


def _of_text(
    text: Text, section: Section, rests_on: Known, passages: Sequence[Passage], copies: Iterable[CopiedWords]
) -> Iterator[Note]:
    """All notes on a text but for what other sections say."""
    language = rests_on.document.language
    citations = Cited(rests_on.kept[section.pk], rests_on.citable, rests_on.unread, passages)
    yield from cited.notes(text, citations, language=language)
    yield from copied.notes(text, copies)
    yield from unsourced.notes(text, language=language)
    yield from slips.notes(text, language=language, english=rests_on.english)
    yield from terms.notes(text, rests_on.terms, language=language)
    yield from asked.notes(rests_on.lines.get(section.pk, ()), rests_on.document, section, text=text.markdown)


def _said_twice(
    text: Text, pairs: Iterable[Pair], texts: Mapping[UUID, str], outline: Sequence[Section]
) -> Iterator[Note]:
    numbers = {one.pk: one.number for one in outline}
    for thought, other in pairs:
        said = text.sentence_at(thought.start)
        if said is not None:
            words = Truncator(without_citations(texts[other.section][other.start : other.end])).chars(_SHOWN_CHARACTERS)
            if other.section == thought.section:
                why = _("This section says nearly the same in another place: “%(words)s”") % {"words": words}
            else:
                shown = {"number": numbers[other.section], "words": words}
                why = _("Section %(number)s says nearly the same: “%(words)s”") % shown
            yield note_on(said, NoteKind.REPEATED, why, words)


def _both_ways(pairs: Iterable[Pair]) -> Iterator[Pair]:
    for thought, other in pairs:
        yield thought, other
        yield other, thought


def _fresh(text: Text, section: Section) -> list[Said]:
    """The sentences that were not saved."""
    before = {said.text for said in Text(section.text).sentences}
    return [said for said in text.sentences if said.text not in before]


def _cited_by(document: Document, text: Text, rests_on: Known, section: Section) -> Sequence[Passage]:
    """The passages that sentences may rest on whose citations were not saved."""
    new = [said.text for said in cited.new_sentences(text, rests_on.kept[section.pk].keys(), rests_on.citable)]
    if not new:
        return []
    named: dict[str, list[str]] = {}
    for item in (item for sentence in new for item in citation_keys(sentence)):
        names = {item.locator, *(pages_of(item.locator) or [])} if item.locator else set()
        named.setdefault(item.key, []).extend(sorted(names))
    words = " ".join(map(without_citations, new))
    return looking_up.of_keys(document_id=document.pk, pages=named, text=words, limit=_MOST_OF_CITED)


def _copies(document: Document, section: Section, fresh: Sequence[Said]) -> list[CopiedWords]:
    """Words that the section was told to have from passages when it was saved, and that new sentences have."""
    told = originality.of_sections(document, [section]).get(section)
    copies = list(told.copied) if told else []
    texts = [without_citations(said.text) for said in fresh if said.paragraph.is_running]
    found = (
        looking_up.sharing_words(document_id=document.pk, texts=texts, language=document.language, limit=_MOST_PASSAGES)
        if texts
        else []
    )
    if found:
        wording = Sources(found, language=document.language).wording("\n\n".join(said.text for said in fresh))
        copies += [
            CopiedWords(one.words, one.passage.source.key, page_of(one.passage), one.passage.source.title)
            for one in wording.copied
        ]
    return copies


def _looked(section: Section, notes: Iterable[Note], rests_on: Known) -> Looked:
    found = in_order(notes)
    shown = [note for note in found if note.digest not in rests_on.left]
    return Looked(section, shown[:_MOST_NOTES], len(found) - len(shown))


def _counts(notes: Iterable[Note]) -> list[tuple[NoteKind, int]]:
    counted = Counter(note.kind for note in notes)
    return [(kind, counted[kind]) for kind in NoteKind if counted[kind]]
