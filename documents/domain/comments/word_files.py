"""Comments of Word's: those that a DOCX takes along, and those with which one comes back (R-94)."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.models import User
from documents.domain.comments.again import Here, Read, Saying, elsewhere, one_line
from documents.domain.comments.matching import Matcher
from documents.domain.comments.saying import MOST_ANSWERS, digest
from documents.domain.queries import sections_in_order
from documents.enums import CommentOrigin
from documents.errors import CommentsUnreadable
from documents.models import Comment, CommentAnswer, Document
from documents.models.comment import MOST_COMMENT_CHARACTERS, MOST_NAME_CHARACTERS, MOST_SENTENCE_CHARACTERS
from documents.uploads.docx import inspect_docx
from documents.uploads.verdict import Refused
from privacy.domain import audit
from reading.failures import ExtractionFailed
from reading.protocol import Remark
from reading.runner import LIMITS, remarks
from tesigo.platform.plain_text import clean_line, clean_lines
from typesetting import Said, WordComment

MOST_BYTES: Final = 20 * 1024 * 1024
_LIMITS: Final = replace(LIMITS, cpu_seconds=30, wall_seconds=45.0)


@dataclass(frozen=True)
class Taken:
    """What came of a file: new comments, how many of them found their sentence, new answers, and what was known.

    ``left_out`` counts comments and answers that there was no room for.
    """

    new: int = 0
    placed: int = 0
    answers: int = 0
    known: int = 0
    left_out: int = 0


def for_docx(document: Document) -> tuple[WordComment, ...]:
    """The comments that are not done yet, with their answers, as the typesetter takes them. In the language that is on.

    Those on the whole document stand at the beginning of the text.
    """
    rows = document.comments.filter(done_at=None).prefetch_related("answers")
    owner = document.author_name or _("Author")
    return tuple(
        WordComment(
            author=row.author,
            at=_iso(row.said_at),
            text=row.text,
            section=str(row.section_id or ""),
            sentence=row.sentence,
            occurrence=row.occurrence,
            elsewhere=Said(row.author, _iso(row.said_at), elsewhere(row)),
            answers=tuple(Said(one.author or owner, _iso(one.said_at), one.text) for one in row.answers.all()),
        )
        for row in rows
    )


def read(*, document: Document, data: bytes, by: User, now: datetime) -> Taken:
    """Takes the comments of a DOCX that came back; what is known already adds nothing.

    Takes a moment, in a child process, with no database connection held; the file is not kept. Raises
    CommentsUnreadable, QuotaReached.
    """
    quotas.spend(user=by, what="comment-file", limit=settings.COMMENT_FILES_PER_DAY, now=now)
    if not connection.in_atomic_block:
        connection.close()
    said = _remarks(data)
    # Where each belongs takes seconds in a long text: before anything is locked.
    found = _found(said, Matcher(sections_in_order(document)))
    if not found:
        raise CommentsUnreadable(_("There are no comments in this file."))
    with transaction.atomic():
        # Two readings of one file, one after the other.
        Document.objects.select_for_update(no_key=True).only("pk").get(pk=document.pk)
        taken = _keep(document, found, now, left_out=sum(one.beyond for one in said))
        audit.record(
            action="comments.read", subject=document, by=by, details={"new": taken.new, "answers": taken.answers}
        )
    return taken


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _remarks(data: bytes) -> list[Remark]:
    if len(data) > MOST_BYTES:
        raise CommentsUnreadable(_("The file is too large: at most 20 MB."))
    with tempfile.TemporaryDirectory(prefix="tesigo-comments-") as folder:
        path = Path(folder) / "document.docx"
        path.write_bytes(data)
        try:
            inspect_docx(path, size=len(data))
            return remarks(path, limits=_LIMITS)
        except Refused as refusal:
            raise CommentsUnreadable(str(refusal)) from None
        except ExtractionFailed:
            raise CommentsUnreadable(
                _("The comments of this file cannot be read. Save it with Word anew and choose the new file.")
            ) from None


def _found(said: Sequence[Remark], matcher: Matcher) -> list[Read]:
    """The comments of a file made clean, each with where it belongs."""
    found = []
    nowhere: Counter[Saying] = Counter()
    for remark in said:
        author = clean_line(remark.author)[:MOST_NAME_CHARACTERS].strip() or _("Unnamed")
        text = clean_lines(remark.text).strip()
        if len(text) > MOST_COMMENT_CHARACTERS:
            text = text[: MOST_COMMENT_CHARACTERS - 1] + "…"
        spot = "\0".join([one_line(remark.words), one_line(remark.paragraph), str(remark.begins)])
        one = Read(remark, author, text, _moment(remark.at), spot, matcher.find(remark))
        if not remark.words and not remark.paragraph:
            # In a footnote or the like: of those that are alike the first, the second …
            nowhere[one.known_as] += 1
            one = replace(one, spot=str(nowhere[one.known_as]))
        if text:
            found.append(one)
    return found


def _moment(said: str) -> datetime | None:
    try:
        at = parse_datetime(said.strip())
    except ValueError:
        return None
    if at is None:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def _keep(document: Document, found: Sequence[Read], now: datetime, *, left_out: int) -> Taken:
    there = list(document.comments.prefetch_related("answers"))
    room = settings.COMMENTS_PER_DOCUMENT - len(there)
    digests = {one.digest: one for one in there}
    here = Here(document, there)
    claimed = here.claimed(found)
    by_number: dict[str, Comment] = {}
    new = placed = answers = again = 0
    for one in found:
        parent = by_number.get(one.remark.answers)
        if known := claimed.get((one.known_as, one.spot)):
            by_number[one.remark.number] = known
            again += 1
        elif here.has_answer(parent, one) if parent else one.known_as in here.answers:
            again += 1
        elif parent is not None:
            if here.count_answers(parent) >= MOST_ANSWERS:
                left_out += 1
                continue
            at = one.at if one.at and one.at <= now else now.replace(microsecond=0)
            CommentAnswer.objects.create(comment=parent, author=one.author, text=one.text, said_at=at)
            here.add_answer(parent, one)
            answers += 1
        else:
            row = _row(document, one, now)
            if same := digests.get(row.digest):
                by_number[one.remark.number] = same
                again += 1
            elif new < room:
                row.save(force_insert=True)
                digests[row.digest] = by_number[one.remark.number] = row
                new += 1
                placed += one.match.sentence is not None
            else:
                left_out += 1
    return Taken(new, placed, answers, again, left_out)


def _row(document: Document, one: Read, now: datetime) -> Comment:
    match, section = one.match, one.match.section
    quoted = clean_line(one.remark.words) or clean_line(one.remark.paragraph)
    return Comment(
        document=document,
        section=section,
        origin=CommentOrigin.WORD,
        author=one.author,
        text=one.text,
        sentence=(match.sentence.text if match.sentence else quoted)[:MOST_SENTENCE_CHARACTERS],
        occurrence=match.sentence.occurrence if match.sentence else 0,
        revision=section.revision if section else 0,
        digest=digest(one.spot, one.author, one.text, one.at),
        said_at=one.at or now.replace(microsecond=0),
        created_at=now,
        done_at=now if one.remark.is_done else None,
        told_at=now,
    )
