"""The document and the trail of its states."""

import secrets
import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import DocumentKind, DocumentState, English, Language, Level

MIN_PAGES = 1
MAX_PAGES = 200
MAX_TOPIC_CHARACTERS = 500
MAX_NAME_CHARACTERS = 120
MAX_REQUIREMENTS_CHARACTERS = 8_000


def new_seed() -> int:
    """A fixed seed for the document's model calls (R-35), within 31 bits."""
    return secrets.randbelow(2**31)


def without_full_stop(text: str) -> str:
    """The sentence as a title: its full stop goes, an ellipsis stays."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


class DocumentQuerySet(models.QuerySet["Document"]):
    """Questions asked of documents."""

    def owned_by(self, user: object) -> Self:
        """Only this user's documents, without what they threw away: others answer 404 (R-100)."""
        return self.filter(owner=user, thrown_away_at=None)

    def without_long_texts(self) -> Self:
        """What pages show of many documents; the long texts are only read where one asks for them."""
        return self.defer("bibliography_html", "assignment_text", "search")


class Document(models.Model):
    """One ordered work. ``progress`` is the percentage written down by the jobs of a higher floor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=16, choices=DocumentKind, default=DocumentKind.SEMINAR_PAPER)
    title = models.CharField(_("title"), max_length=300, blank=True)
    #: The student's, in place of the outline's.
    own_title = models.CharField(_("title"), max_length=300, blank=True, default="", db_default="")
    #: Its owner's name for it, in the library and of its files; printed nowhere.
    called = models.CharField(_("name"), max_length=MAX_NAME_CHARACTERS, blank=True, default="", db_default="")
    topic = models.CharField(_("topic"), max_length=MAX_TOPIC_CHARACTERS)
    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.ENGLISH)
    english = models.CharField(
        _("English of the citations"), max_length=5, choices=English, blank=True, default="", db_default=""
    )
    level = models.CharField(_("level"), max_length=16, choices=Level, default=Level.BACHELOR)
    pages = models.PositiveSmallIntegerField(
        _("pages"), default=10, validators=[MinValueValidator(MIN_PAGES), MaxValueValidator(MAX_PAGES)]
    )
    citation_style = models.CharField(_("citation style"), max_length=100, default="apa")
    requirements = models.TextField(_("your own requirements"), max_length=MAX_REQUIREMENTS_CHARACTERS, blank=True)
    search_for_sources = models.BooleanField(_("let TesiGo search for sources"), default=True)
    #: How it is laid out, as `typesetting.PageFormat` has it; nothing is the standard page.
    page_format = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    #: Of the student's, for the DOCX.
    own_template = models.ForeignKey(
        "documents.OwnTemplate", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    author_name = models.CharField(_("author on the title page"), max_length=120, blank=True)
    assignment_text = models.TextField(blank=True, editable=False)
    #: Of the sheet's words that a model has read (`domain.sheet.lines`); empty where none did.
    sheet_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    state = models.CharField(max_length=16, choices=DocumentState, default=DocumentState.DRAFT)
    progress = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)
    outline_wish = models.CharField(max_length=500, blank=True)
    outline_error = models.CharField(max_length=500, blank=True)
    body_pages = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    bibliography_html = models.TextField(blank=True, editable=False)
    rendered_style = models.CharField(
        max_length=100, blank=True, editable=False, help_text=_("The citation style of the rendering for the screen.")
    )
    #: What the rendering for the screen printed in place of the style (`typesetting.Fallbacks`).
    fallbacks = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)
    session_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seed = models.PositiveIntegerField(default=new_seed, editable=False)
    ordered_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When an order was first opened; its record keeps the document."),
    )
    #: Nothing may be taken away while the payment is disputed.
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Out of its owner's sight until they bring it back; the rule for drafts deletes it (R-89).
    thrown_away_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Put away by its owner: whole, but listed apart.
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Of the form and the words it was made from: sent twice, they make it once.
    made_from = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]  # manager from queryset

    class Meta:
        ordering = ["-updated_at"]
        indexes = [
            models.Index(fields=["owner", "-updated_at"], name="document_library"),
            GinIndex(fields=["search"], name="document_search"),
            # Briefs begun in a month.
            models.Index(fields=["created_at"], name="document_begun"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(pages__gte=MIN_PAGES, pages__lte=MAX_PAGES), name="document_pages_1_to_200"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="document_progress_is_percentage"),
            models.CheckConstraint(condition=Q(state__in=DocumentState.values), name="document_state_known"),
            models.CheckConstraint(condition=~Q(topic=""), name="document_topic_not_empty"),
            models.UniqueConstraint(fields=["made_from"], name="document_made_once"),
            models.CheckConstraint(
                condition=Q(thrown_away_at=None) | Q(ordered_at=None), name="document_ordered_stays"
            ),
        ]

    def __str__(self) -> str:
        return self.own_title or without_full_stop(self.title or self.topic)

    @property
    def name(self) -> str:
        """What its owner calls it; else its title."""
        return self.called or str(self)

    @property
    def cites_in(self) -> str:
        """The language of its citations and list of sources, with a country where one was chosen (BCP 47)."""
        return self.english if self.english and self.language == Language.ENGLISH else self.language

    @property
    def is_editable(self) -> bool:
        """The brief and the outline may still be changed: nothing has been paid."""
        return self.state in {DocumentState.DRAFT, DocumentState.OUTLINING, DocumentState.OUTLINED}


class DocumentEvent(models.Model):
    """One move of a document from a state to another, with its cause."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=16, choices=DocumentState)
    to_state = models.CharField(max_length=16, choices=DocumentState)
    cause = models.CharField(max_length=200)
    actor_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
