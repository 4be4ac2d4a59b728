"""What an assignment sheet asks for, line by line."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import SheetKind, SheetOrigin
from documents.models.document import Document

MOST_ASKED_CHARACTERS: Final = 300
MOST_QUOTED_CHARACTERS: Final = 500


class SheetLine(models.Model):
    """One requirement (R-17): ``words`` are the sheet's, ``asks`` its owner's or a model's in place of them.

    ``what`` names it within its kind (`domain.sheet.wants.LABELS`), ``least`` and ``most`` are in its unit; equal ones
    mean "about". A line that was read and that its owner removed stays as ``is_removed``, so that it is not read again.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sheet_lines")
    kind = models.CharField(max_length=12, choices=SheetKind)
    what = models.CharField(max_length=16)
    least = models.FloatField(null=True, blank=True)
    most = models.FloatField(null=True, blank=True)
    value = models.CharField(max_length=120, blank=True)
    asks = models.CharField(_("what is asked"), max_length=MOST_ASKED_CHARACTERS, blank=True)
    words = models.CharField(max_length=MOST_QUOTED_CHARACTERS, blank=True)
    origin = models.CharField(max_length=8, choices=SheetOrigin)
    is_removed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SheetKind.values), name="sheet_line_kind_known"),
            models.CheckConstraint(condition=~Q(words="") | ~Q(asks=""), name="sheet_line_says_something"),
        ]

    def __str__(self) -> str:
        return self.asks or self.words
