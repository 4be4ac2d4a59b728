"""Comments beside the text that they are about: each below its paragraph, its sentence marked (R-94)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import lxml.html
from django.utils.safestring import SafeString, mark_safe
from lxml import etree

from documents.domain.comments.sentences import Block, Piece, Sentence, Text
from documents.models import Comment, Section

#: What is put at the end of a paragraph, if anything.
Addition = Callable[[Block], lxml.html.HtmlElement]


@dataclass(frozen=True)
class Part:
    """A paragraph, list or table, and what is said about sentences of it."""

    html: SafeString
    comments: list[Comment]


@dataclass(frozen=True)
class Commented:
    """A section as it is shown. ``changed`` are comments on sentences that are not in it any more, or on all of it."""

    section: Section
    parts: list[Part]
    changed: list[Comment] = field(default_factory=list)


def by_section(comments: Iterable[Comment]) -> dict[UUID | None, list[Comment]]:
    """Comments by the section that they are about; those on the whole document by None."""
    found: dict[UUID | None, list[Comment]] = {}
    for comment in comments:
        found.setdefault(comment.section_id, []).append(comment)
    return found


def beside(
    sections: Sequence[Section],
    comments: Mapping[UUID | None, Sequence[Comment]],
    *,
    addition: Callable[[Section], Addition] | None = None,
) -> list[Commented]:
    """Each section with its comments; one without any is not even looked into, unless something is to be added."""
    return [
        _commented(section, comments.get(section.pk, ()), addition(section) if addition else None)
        if section.html.strip() and (addition or comments.get(section.pk))
        # The rendering for the screen is cleaned where it is stored.
        else Commented(section, [Part(mark_safe(section.html), [])], list(comments.get(section.pk, ())))  # noqa: S308
        for section in sections
    ]


def is_changed(comment: Comment, text: Text) -> bool:
    """Whether the sentence that it is about is not in the section any more."""
    return bool(comment.sentence) and text.find(comment.sentence, comment.occurrence) is None


def changed_of(sections: Iterable[Section], comments: Mapping[UUID | None, Sequence[Comment]]) -> set[UUID]:
    """The ids of comments on sentences that are not in their section any more."""
    found = set()
    for section in sections:
        if said := comments.get(section.pk):
            text = Text(section.html)
            found |= {comment.pk for comment in said if is_changed(comment, text)}
    return found


def _commented(section: Section, comments: Sequence[Comment], add: Addition | None) -> Commented:
    text = Text(section.html)
    tops = _tops(text)
    marked: dict[int, list[tuple[Sentence, Comment]]] = {}
    said: dict[int, list[Comment]] = {}
    changed = []
    for comment in comments:
        sentence = text.find(comment.sentence, comment.occurrence) if comment.sentence else None
        if sentence is None:
            changed.append(comment)
        else:
            marked.setdefault(sentence.block, []).append((sentence, comment))
            said.setdefault(tops[sentence.block], []).append(comment)
    for block in text.blocks:
        if block.number in marked:
            _mark(block, marked[block.number])
        if add:
            _append(block, add(block))
    return Commented(
        section, [Part(_html(node), said.get(number, [])) for number, node in enumerate(text.root)], changed
    )


def _tops(text: Text) -> dict[int, int]:
    """For each block, by its number, which of the section's own parts it is in."""
    numbers = {node: number for number, node in enumerate(text.root)}
    found = {}
    for block in text.blocks:
        node = block.node
        while node not in numbers:
            node = node.getparent()
        found[block.number] = numbers[node]
    return found


def _mark(block: Block, sentences: Sequence[tuple[Sentence, Comment]]) -> None:
    """Marks sentences by an element around each of their text nodes; the first one has a name to come back to."""
    ranges: dict[tuple[int, int], str] = {}
    for sentence, comment in sentences:
        ranges.setdefault((sentence.start, sentence.end), f"said-{comment.pk}")
    ordered = sorted(ranges.items())
    named: set[str] = set()
    for piece in list(block.pieces):
        inside = [(max(start, piece.start), min(end, piece.start + len(piece.text)), name)
                  for (start, end), name in ordered]  # fmt: skip
        if cuts := [(start - piece.start, end - piece.start, name) for start, end, name in inside if start < end]:
            _wrap(piece, cuts, named)


def _wrap(piece: Piece, cuts: Sequence[tuple[int, int, str]], named: set[str]) -> None:
    marks: list[lxml.html.HtmlElement] = []
    at = 0
    before = ""
    for start, end, name in cuts:
        if marks:
            marks[-1].tail = piece.text[at:start]
        else:
            before = piece.text[at:start]
        mark = lxml.html.Element("mark")
        mark.set("class", "said")
        if name not in named:
            named.add(name)
            mark.set("id", name)
        mark.text = piece.text[start:end]
        marks.append(mark)
        at = end
    marks[-1].tail = piece.text[at:]
    if piece.is_tail:
        parent = piece.node.getparent()
        place = parent.index(piece.node) + 1
        piece.node.tail = before
    else:
        parent, place = piece.node, 0
        piece.node.text = before
    for number, mark in enumerate(marks):
        parent.insert(place + number, mark)


def _append(block: Block, node: lxml.html.HtmlElement) -> None:
    """Puts an element behind the block's own words, before a list within it."""
    nested = next((child for child in block.node if child.tag in {"ul", "ol", "p", "blockquote"}), None)
    if nested is None:
        block.node.append(node)
    else:
        block.node.insert(block.node.index(nested), node)


def _html(node: lxml.html.HtmlElement) -> SafeString:
    # Taken from cleaned HTML; what was added is made of elements, not of text.
    return mark_safe(etree.tostring(node, encoding="unicode", method="html"))  # noqa: S308
