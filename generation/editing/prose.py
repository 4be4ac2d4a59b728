"""A section's text as its editor shows it, and as it comes back from there (R-90)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from documents.domain.passages import citable
from documents.models import Document, Passage, Section, Source
from generation.editing import saving
from generation.editing.typed import MOST_CHARACTERS, too_long
from generation.errors import TextInvalid
from reading.language import DICTIONARIES
from typesetting.prose import Node, ProseError, opened, written
from typesetting.prose.tree import walk

#: Passages that a search shows, and characters of each.
MOST_PASSAGES: Final = 12
PASSAGE_CHARACTERS: Final = 600
_CONFIGS: Final = sorted({"simple", *DICTIONARIES.values()})


@dataclass(frozen=True)
class Typed:
    """A text from an editor, and the passages that its citations were picked with."""

    text: str
    picked: Sequence[int | None]


def shown(*, section: Section, document: Document, text: str) -> Node:
    """The tree of a text of a section; citations of the saved one know the passages that they rest on."""
    if len(text) > 2 * MOST_CHARACTERS:
        raise TextInvalid(_("This text is too long to be changed here."))
    passages = _passages(section) if text == section.text else []
    return opened(text, language=document.language, passages=passages).doc


def typed(
    *, section: Section, document: Document, doc: object, base_revision: int, most: int = 2 * MOST_CHARACTERS
) -> Typed:
    """The Markdown of a tree; blocks that stayed as they were in the version ``base_revision`` keep their source.

    Raises TextInvalid where it is no tree of an editor, or has more than ``most`` characters: writing one that is
    refused afterwards takes so long that the editor would take the server for away.
    """
    length = sum(len(node["text"]) for node in walk(doc) if isinstance(node.get("text"), str))
    if length > most:
        raise too_long(length)
    base = section.text
    if base_revision != section.revision:
        base = section.revisions.filter(revision=base_revision).values_list("text", flat=True).first() or base
    try:
        found = written(doc, base=base, language=document.language)
    except ProseError as error:
        raise TextInvalid(
            _("This text cannot be read. It is kept in this browser; reload the page to go on with it.")
        ) from error
    return Typed(found.text, found.passages)


def save(
    *,
    section: Section,
    document: Document,
    doc: object,
    expected_revision: int,
    unsaved: UUID | None,
    by: User,
    window: str = "",
    is_unanswered: bool = False,
) -> int:
    """Saves a tree as the next version and returns its number. Raises as ``saving.save``.

    A ``window`` whose last save ``is_unanswered`` goes on from the version that it made by it, if it made one.
    """
    made = typed(section=section, document=document, doc=doc, base_revision=expected_revision, most=MOST_CHARACTERS)
    is_same = made.text.strip() == section.text and not _is_picked_anew(made.picked, _passages(section))
    is_own = is_unanswered and saving.is_of(section, window=window)
    return saving.save(
        section=section,
        document=document,
        text=made.text,
        expected_revision=section.revision if is_own else expected_revision,
        by=by,
        picked=() if is_same else made.picked,
        unsaved=unsaved,
        window=window,
    )


def find_passages(*, document: Document, words: str, key: str) -> list[Passage]:
    """Passages of citable sources, or of one, that say all of the words; the first ones where none are asked for."""
    found = citable(document_id=document.pk).select_related("source").defer("search")
    if key:
        found = found.filter(source__key=key)
    if words.strip():
        query, *others = [SearchQuery(words, config=config, search_type="websearch") for config in _CONFIGS]
        for other in others:
            query = query | other
        found = found.filter(search=query)
    return list(found.order_by("source__title", "source_id", "position")[:MOST_PASSAGES])


def name_of(source: Source) -> str:
    """Who wrote a source and when, for a citation that is shown in an editor; its title where nobody is named."""
    people = source.csl.get("author") or source.csl.get("editor") or []
    names = [str(one.get("family") or one.get("literal") or "") for one in people if isinstance(one, dict)]
    names = [one for one in names if one]
    who = f"{names[0]} et al." if len(names) > 2 else " & ".join(names) or Truncator(source.title).chars(40)
    issued = source.csl.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    year = parts[0][0] if parts and parts[0] else ""
    return f"{who} {year}".strip()


def _passages(section: Section) -> list[int | None]:
    return list(section.citations.order_by("position").values_list("passage_id", flat=True))


def _is_picked_anew(picked: Sequence[int | None], saved: Sequence[int | None]) -> bool:
    """Whether another passage was chosen for a citation of a text; where none was, that of before stays."""
    if len(picked) != len(saved):
        return False
    return any(one is not None and one != before for one, before in zip(picked, saved, strict=True))
