"""What other sections are compared by, kept at hand while their versions stand: it is asked for at each pause."""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

from documents.domain.text import body_characters
from documents.models import Document, Section
from generation.editing.notes import repeated, slips
from generation.editing.notes.repeated import Thought
from generation.editing.notes.text import Text

#: Sections whose gists a process keeps: some 30 KB each.
_KEPT: Final = 400


@dataclass(frozen=True)
class Gist:
    """A section's length in characters as laid out, its English by words that tell, and its thoughts."""

    characters: int
    english: Counter[str]
    thoughts: Sequence[Thought]


_kept: "OrderedDict[tuple[UUID, int], Gist]" = OrderedDict()
_lock: Final = Lock()


def of_text(text: Text, *, section: UUID, language: str) -> Gist:
    """The gist of a text."""
    return Gist(
        characters=body_characters(text.markdown),
        english=slips.english_of([text.markdown]) if language == "en" else Counter(),
        thoughts=repeated.thoughts(text, section=section, language=language),
    )


def of_sections(sections: Sequence[Section], document: Document) -> Mapping[UUID, Gist]:
    """The gists of written sections, whose texts are read only where no process has seen their version."""
    found: dict[UUID, Gist] = {}
    with _lock:
        for section in sections:
            if (kept := _kept.get((section.pk, section.revision))) is not None:
                _kept.move_to_end((section.pk, section.revision))
                found[section.pk] = kept
    missing = [section.pk for section in sections if section.pk not in found]
    rows = Section.objects.filter(pk__in=missing).values_list("pk", "revision", "text") if missing else []
    for pk, revision, markdown in rows:
        found[pk] = made = of_text(Text(markdown), section=pk, language=document.language)
        with _lock:
            _kept[pk, revision] = made
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
    return found
