"""What others say about a finished text: links for supervisors, their comments, and answers to them (R-94)."""

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import CommentOrigin
from documents.models.document import Document
from documents.models.outline import Section

#: Links of one document that are open at once.
MOST_OPEN_LINKS: Final = 5
MOST_NAME_CHARACTERS: Final = 80
MOST_COMMENT_CHARACTERS: Final = 2_000
MOST_SENTENCE_CHARACTERS: Final = 4_000


class ReviewLink(models.Model):
    """Who has its token may read one document and comment on it, without an account, until it ends or is revoked.

    An open one holds one of the document's few ``place``s; a revoked one, and an old one once another needs its place,
    holds none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="review_links")
    label = models.CharField(_("for whom"), max_length=MOST_NAME_CHARACTERS)
    token_hash = models.BinaryField(unique=True, editable=False)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("link for a supervisor")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["document", "place"], name="review_link_place_once"),
            models.CheckConstraint(
                condition=Q(place=None) | Q(place__gte=1, place__lte=MOST_OPEN_LINKS), name="review_links_are_few"
            ),
            models.CheckConstraint(condition=Q(revoked_at=None) | Q(place=None), name="review_link_revoked_or_placed"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="review_link_expires_later"),
            models.CheckConstraint(condition=~Q(label=""), name="review_link_label_not_empty"),
        ]

    def __str__(self) -> str:
        return f"link for a supervisor {self.pk}"


class Comment(models.Model):
    """What somebody said about a sentence, or, where ``sentence`` is empty, about a section or the whole document.

    ``occurrence`` counts the sentences of the section with the same words, from 0, in its text of ``revision``.
    ``digest`` is of who said what and when, so that a file that comes back twice adds nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="comments")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments")
    link = models.ForeignKey(ReviewLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments")
    origin = models.CharField(max_length=4, choices=CommentOrigin)
    author = models.CharField(_("name"), max_length=MOST_NAME_CHARACTERS)
    text = models.CharField(_("comment"), max_length=MOST_COMMENT_CHARACTERS)
    sentence = models.CharField(max_length=MOST_SENTENCE_CHARACTERS, blank=True)
    occurrence = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    said_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    #: When a mail to the document's owner counted it.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("comment")
        ordering = ["said_at", "id"]
        indexes = [
            models.Index(fields=["document"], name="comment_untold", condition=Q(told_at=None)),
            models.Index(fields=["link", "created_at"], name="comment_by_link"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "digest"], name="comment_once"),
            models.CheckConstraint(condition=~Q(text=""), name="comment_text_not_empty"),
            models.CheckConstraint(condition=~Q(author=""), name="comment_author_not_empty"),
            models.CheckConstraint(condition=Q(origin__in=CommentOrigin.values), name="comment_origin_known"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class CommentAnswer(models.Model):
    """An answer to a comment: its document's owner's, or one that a DOCX brought, by ``author``."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="answers")
    author = models.CharField(max_length=MOST_NAME_CHARACTERS, blank=True)
    text = models.CharField(_("answer"), max_length=MOST_COMMENT_CHARACTERS)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer to a comment")
        ordering = ["said_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_answer_not_empty")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
