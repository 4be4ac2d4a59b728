"""Knows comments of a Word file that are here already, whichever program saved the file in between (R-94)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from documents.domain.comments.matching import Match
from documents.models import Comment, Document
from documents.models.comment import MOST_SENTENCE_CHARACTERS
from reading.protocol import Remark
from typesetting.sentences import key

#: Who said what, when.
Saying = tuple[str, str, datetime | None]


@dataclass(frozen=True)
class Read:
    """A comment of a file, made clean, and where it belongs.

    ``spot`` is where it stands in the file: the same words of one person may stand in two places.
    """

    remark: Remark
    author: str
    text: str
    at: datetime | None
    spot: str
    match: Match

    @property
    def known_as(self) -> Saying:
        """By what it is known again. One comment of several that are alike is told by its sentence."""
        return self.author, one_line(self.text), self.at

    @property
    def place(self) -> tuple[UUID, str, int] | None:
        """Its sentence, where that was found."""
        section, sentence = self.match.section, self.match.sentence
        if section is None or sentence is None:
            return None
        return section.pk, sentence.text[:MOST_SENTENCE_CHARACTERS], sentence.occurrence

    @cached_property
    def paragraph(self) -> str:
        """The letters and digits of its paragraph."""
        return key(self.remark.paragraph)


class Here:
    """The comments of a document, as they are and as they went out in a file, with their answers."""

    def __init__(self, document: Document, there: Sequence[Comment]) -> None:
        self._rows: dict[Saying, dict[UUID, Comment]] = defaultdict(dict)
        #: Answers to any comment: some programs forget what a comment answers.
        self.answers: set[Saying] = set()
        self._answered: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
        with translation.override(document.language):
            owner = document.author_name or _("Author")
            for row in there:
                # One on a changed sentence went out with its words before its own.
                for text in (row.text, elsewhere(row)):
                    self._rows[row.author, one_line(text), _second(row.said_at)][row.pk] = row
                for one in row.answers.all():
                    said = one.author or owner, one_line(one.text)
                    self.answers.add((*said, _second(one.said_at)))
                    self._answered[row.pk].append(said)

    def claimed(self, found: Iterable[Read]) -> dict[tuple[Saying, str], Comment]:
        """The comments that those of a file are, each of ours once: by sentence, by paragraph, then in their order."""
        groups: dict[Saying, dict[str, Read]] = defaultdict(dict)
        for one in found:
            if one.known_as in self._rows:
                groups[one.known_as].setdefault(one.spot, one)
        taken: dict[tuple[Saying, str], Comment] = {}
        for said, alike in groups.items():
            for spot, row in _pairs(alike, self._rows[said]):
                taken[said, spot] = row
        return taken

    def has_answer(self, comment: Comment, one: Read) -> bool:
        """Whether the comment has this very answer already, whatever the file says of when."""
        return (one.author, one_line(one.text)) in self._answered[comment.pk]

    def count_answers(self, comment: Comment) -> int:
        """How many answers it has, those of the file that were taken among them."""
        return len(self._answered[comment.pk])

    def add_answer(self, comment: Comment, one: Read) -> None:
        """Notes an answer that was taken."""
        self._answered[comment.pk].append((one.author, one_line(one.text)))


def elsewhere(row: Comment) -> str:
    """What a comment says where its sentence is not in the text."""
    if not row.sentence:
        return row.text
    return _("On a sentence that was changed since, “%(sentence)s”: %(text)s") % {
        "sentence": row.sentence,
        "text": row.text,
    }


def one_line(text: str) -> str:
    """Its words with one blank between them."""
    return " ".join(text.split())


def _pairs(alike: Mapping[str, Read], rows: Mapping[UUID, Comment]) -> list[tuple[str, Comment]]:
    left, free = dict(alike), dict(rows)
    pairs: list[tuple[str, Comment]] = []

    def pair(spot: str, row: Comment) -> None:
        pairs.append((spot, row))
        del left[spot], free[row.pk]

    by_place = {(row.section_id, row.sentence, row.occurrence): row for row in rows.values()}
    for spot, one in alike.items():
        row = by_place.get(one.place) if one.place else None
        if row is not None and row.pk in free:
            pair(spot, row)
    quoted = {pk: key(row.sentence) for pk, row in free.items()}
    for spot, one in list(left.items()):
        row = next((row for pk, row in free.items() if quoted[pk] and quoted[pk] in one.paragraph), None)
        if row is not None:
            pair(spot, row)
    for spot, row in zip(list(left), list(free.values()), strict=False):
        pair(spot, row)
    return pairs


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
