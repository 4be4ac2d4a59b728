"""What a student says of a work beside its text."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.enums import Language
from documents.models.document import Document

MAX_ABSTRACT_CHARACTERS = 6_000
MAX_APPENDIX_CHARACTERS = 60_000
#: Letters of any script, figures, and what stands between them on a card.
_MATRICULATION_NUMBER = RegexValidator(
    r"^[\w ./-]+$", _("Write letters and figures, such as 123456 or s-2026/41."), code="number"
)


class TitlePage(models.Model):
    """The title page of a document, and the parts before and behind its text. Its own title and author stand there.

    ``supervisors`` has one on a line, ``abbreviations`` a line such as ``API = application programming interface``,
    ``keywords`` have commas between them. ``kind_words`` stand in place of the document's kind; an empty
    ``declaration`` is printed in the words of the document's language.
    """

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="title_page")
    subtitle = models.CharField(_("subtitle"), max_length=300, blank=True)
    kind_words = models.CharField(_("kind of work"), max_length=160, blank=True)
    university = models.CharField(_("university"), max_length=160, blank=True)
    faculty = models.CharField(_("faculty"), max_length=160, blank=True)
    institute = models.CharField(_("institute"), max_length=160, blank=True)
    course = models.CharField(_("course of study"), max_length=160, blank=True)
    module = models.CharField(_("module or seminar"), max_length=160, blank=True)
    supervisors = models.TextField(_("supervisors"), max_length=600, blank=True)
    matriculation_number = models.CharField(
        _("student number"), max_length=40, blank=True, validators=[_MATRICULATION_NUMBER]
    )
    semester = models.CharField(_("semester"), max_length=60, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    handed_in_on = models.DateField(_("date on the title page"), null=True, blank=True)
    abstract = models.TextField(_("abstract"), max_length=MAX_ABSTRACT_CHARACTERS, blank=True)
    keywords = models.CharField(_("keywords"), max_length=400, blank=True)
    second_language = models.CharField(_("second language"), max_length=8, choices=Language, blank=True)
    second_abstract = models.TextField(
        _("abstract in the second language"), max_length=MAX_ABSTRACT_CHARACTERS, blank=True
    )
    second_keywords = models.CharField(_("keywords in the second language"), max_length=400, blank=True)
    abbreviations = models.TextField(_("abbreviations"), max_length=12_000, blank=True)
    appendix = models.TextField(_("appendix"), max_length=MAX_APPENDIX_CHARACTERS, blank=True)
    has_citation_report = models.BooleanField(
        _("print the citation report as an appendix"), default=False, db_default=False
    )
    has_declaration = models.BooleanField(_("print a declaration of authorship"), default=False)
    declaration = models.TextField(_("words of the declaration"), max_length=4_000, blank=True)
    #: The title page, or the document's format.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return f"title page of {self.document_id}"
