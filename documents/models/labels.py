"""What its owner calls a document, and by which words they find it."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from documents.models.document import Document

MOST_TAG_CHARACTERS: Final = 40


class DocumentTag(models.Model):
    """A word of its owner's on a document: of those that differ in capitals alone, one."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(max_length=MOST_TAG_CHARACTERS)

    class Meta:
        ordering = ["word", "pk"]
        constraints = [
            models.UniqueConstraint("document", Lower("word"), name="document_tag_once"),
            models.CheckConstraint(condition=~Q(word=""), name="document_tag_says_something"),
        ]

    def __str__(self) -> str:
        return self.word
