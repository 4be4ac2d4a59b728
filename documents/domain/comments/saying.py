"""Comments and answers: said, accepted, taken up again, deleted (R-94)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.errors import QuotaReached
from accounts.models import User
from documents.domain.comments import telling
from documents.domain.comments.sentences import Sentence, Text
from documents.enums import CommentOrigin
from documents.errors import CommentRefused, NoSuchLink, SentenceGone
from documents.models import Comment, CommentAnswer, Document, ReviewLink, Section
from documents.models.comment import MOST_SENTENCE_CHARACTERS
from privacy.domain import audit

#: Answers to one comment.
MOST_ANSWERS: Final = 50


@dataclass(frozen=True)
class Counted:
    """Comments of a document that wait for its owner, and all of them."""

    open: int
    all: int


def add(*, link: ReviewLink, section: Section, sentence: str, author: str, text: str, now: datetime) -> Comment:
    """What the holder of a link says about a sentence, which a form names. The owner is told by mail in time.

    The same words on the same sentence are one comment, however often they are sent. Raises SentenceGone where the
    sentence is not in the text any more, NoSuchLink where the link was taken back meanwhile, QuotaReached,
    CommentRefused where the document has room for no more.
    """
    found = Text(section.html).named(sentence) if section.html.strip() else None
    if found is None:
        raise SentenceGone
    with transaction.atomic():
        # One after another, so that the limits hold; behind a revocation that came first there is no link any more.
        rows = ReviewLink.objects.select_for_update(no_key=True).only("pk")
        if rows.filter(pk=link.pk, revoked_at=None, expires_at__gt=now).first() is None:
            raise NoSuchLink
        there = Comment.objects.filter(link=link, section=section, author=author, text=text)
        if same := there.filter(sentence=_kept(found), occurrence=found.occurrence).first():
            return same
        _require_room(link, now)
        row = Comment.objects.create(
            document_id=link.document_id,
            section=section,
            link=link,
            origin=CommentOrigin.LINK,
            author=author,
            text=text,
            sentence=_kept(found),
            occurrence=found.occurrence,
            revision=section.revision,
            digest=digest(f"{section.pk} {found.name} {link.pk}", author, text, now),
            said_at=now.replace(microsecond=0),
            created_at=now,
        )
        telling.tell(document_id=link.document_id, now=now)
    return row


def answer(*, comment: Comment, text: str, by: User, now: datetime) -> CommentAnswer:
    """The owner's answer. Sent twice it is one. Raises CommentRefused, QuotaReached."""
    with transaction.atomic():
        Comment.objects.select_for_update(no_key=True).only("pk").get(pk=comment.pk)
        said = list(comment.answers.all())
        if said and said[-1].text == text and not said[-1].author:
            return said[-1]
        if len(said) >= MOST_ANSWERS:
            raise CommentRefused(_("This comment has %(most)d answers, the most there may be.") % {"most": len(said)})
        quotas.spend(user=by, what="comment-answer", limit=settings.COMMENT_ANSWERS_PER_DAY, now=now)
        return CommentAnswer.objects.create(comment=comment, text=text, said_at=now.replace(microsecond=0))


def mark(*, comment: Comment, is_done: bool, now: datetime) -> None:
    """Accepts a comment, so that it is done, or takes it up again; nothing happens where it is so already."""
    if is_done:
        Comment.objects.filter(pk=comment.pk, done_at=None).update(done_at=now)
    else:
        Comment.objects.filter(pk=comment.pk).exclude(done_at=None).update(done_at=None)


def delete(*, comment: Comment, by: User) -> None:
    """Deletes a comment with its answers; files that hold it stay until they are deleted."""
    with transaction.atomic():
        audit.record(action="comment.deleted", subject=comment, by=by, details={"document": str(comment.document_id)})
        Comment.objects.filter(pk=comment.pk).delete()


def of_document(document: Document) -> list[Comment]:
    """All of its comments with their answers, in the order in which they were said."""
    return list(document.comments.prefetch_related("answers"))


def of_link(link: ReviewLink) -> list[Comment]:
    """Those that were made with a link."""
    return list(link.comments.prefetch_related("answers"))


def one_of(document: Document, comment_id: UUID) -> Comment:
    """A comment of the document. Raises Comment.DoesNotExist for any other (R-100)."""
    return Comment.objects.get(pk=comment_id, document=document)


def counted(document: Document) -> Counted:
    """How many there are."""
    found = document.comments.aggregate(every=Count("pk"), waiting=Count("pk", filter=Q(done_at=None)))
    return Counted(found["waiting"], found["every"])


def waiting(documents: Iterable[Document]) -> dict[UUID, int]:
    """How many comments of each document are open; none of one that has no open ones."""
    rows = Comment.objects.filter(document__in=list(documents), done_at=None).order_by()
    return dict(rows.values("document").annotate(count=Count("pk")).values_list("document", "count"))


def digest(place: str, author: str, text: str, at: datetime | None) -> str:
    """What makes a comment the same one: who said what, when and where."""
    when = at.astimezone(UTC).replace(microsecond=0).isoformat() if at else ""
    return sha256("\0".join([place, author, " ".join(text.split()), when]).encode()).hexdigest()


def _kept(sentence: Sentence) -> str:
    return sentence.text[:MOST_SENTENCE_CHARACTERS]


def _require_room(link: ReviewLink, now: datetime) -> None:
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    if link.comments.filter(created_at__gte=today).count() >= settings.COMMENTS_PER_LINK_AND_DAY:
        raise QuotaReached(
            _("With this link %(most)d comments a day can be made. You can go on at midnight (UTC).")
            % {"most": settings.COMMENTS_PER_LINK_AND_DAY},
            retry_after=today + timedelta(days=1) - now,
        )
    if Comment.objects.filter(document_id=link.document_id).count() >= settings.COMMENTS_PER_DOCUMENT:
        raise CommentRefused(_("This document has as many comments as it may have."))
