"""What comes in about title pages and formats, made clean."""

from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from documents.domain import page_formats, title_pages
from documents.models import Document, TitlePage
from tesigo.platform.forms import Form, ModelForm
from typesetting import own_template
from typesetting.page_format import (
    AFTER_TITLE,
    FROM_TEXT,
    ON_EVERY_PAGE,
    ROMAN,
    ROMAN_UPPER,
    TEXT_FROM_1,
    PageFormat,
)

_PAGE_NUMBERS: Final = [
    (AFTER_TITLE, _("after the title page, which counts")),
    (ON_EVERY_PAGE, _("on every page")),
    (FROM_TEXT, _("from the text on, counted from the title page")),
    (TEXT_FROM_1, _("in the text alone, which begins with 1")),
    (ROMAN, _("i, ii, iii before the text, which begins with 1")),
    (ROMAN_UPPER, _("I, II, III before the text, which begins with 1")),
]
_NUMBER_PLACES: Final = [
    ("bottom-center", _("at the foot, in the middle")),
    ("bottom-right", _("at the foot, on the right")),
    ("top-center", _("at the head, in the middle")),
    ("top-right", _("at the head, on the right")),
]
_HEADING_NUMBERS: Final = [
    ("decimal", "1, 1.1"),
    ("roman", "I., 1."),
    ("letters", "A., I."),
    ("none", _("none")),
]


class TitlePageForm(ModelForm):
    """The title page, and the parts before and behind the text (R-04)."""

    own_title = forms.CharField(
        label=_("Title"), max_length=300, required=False, help_text=_("Left empty, it is the title of the outline.")
    )
    author_name = forms.CharField(
        label=_("Author"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    class Meta:
        model = TitlePage
        fields = title_pages.OF_PAGE
        widgets: ClassVar[dict[str, Any]] = {
            "supervisors": forms.Textarea(attrs={"rows": 2}),
            "handed_in_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "abstract": forms.Textarea(attrs={"rows": 6}),
            "second_abstract": forms.Textarea(attrs={"rows": 6}),
            "abbreviations": forms.Textarea(attrs={"rows": 5}),
            "appendix": forms.Textarea(attrs={"rows": 8}),
            "declaration": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "kind_words": _("Left empty, it is the kind that you chose, in the document's language."),
            "supervisors": _("Each on a line, as they are to be named."),
            "handed_in_on": _("Left empty, it is the day on which a file is made."),
            "keywords": _("With commas between them."),
            "second_keywords": _("With commas between them."),
            "abbreviations": _("Each on a line, such as: API = application programming interface"),
            "appendix": _(
                "Stands behind the bibliography and is not counted as pages. Markdown is set as in the text."
            ),
            "has_citation_report": _(
                "Each citation with the passage it rests on and how that was checked, behind the bibliography. It is "
                "not counted as pages, and is there as a file of its own as well."
            ),
            "declaration": _(
                "Only if your university asks for its own wording. Left empty, the words above are printed."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = self.instance.document if self.instance.pk else Document()
        self.initial.update({name: getattr(document, name) for name in title_pages.OF_DOCUMENT})
        self._language = document.language
        self.fields["own_title"].widget.attrs["placeholder"] = document.title

    def clean(self) -> dict[str, Any]:
        """What is wrong with lists and languages is told at the field."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name, words in title_pages.flaws(said, language=self._language).items():
            if name not in self.errors:
                self.add_error(name, words)
        return said


def _margin(words: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=words, min_value=page_formats.LEAST_MARGIN_MM, max_value=page_formats.MOST_MARGIN_MM
    )


class FormatForm(Form):
    """How pages look, value by value."""

    face = forms.ChoiceField(label=_("Typeface"), choices=page_formats.faces)
    size_pt = forms.TypedChoiceField(
        label=_("Size in points"), coerce=float, choices=[(str(size), f"{size:g}") for size in page_formats.SIZES_PT]
    )
    line_spacing = forms.TypedChoiceField(
        label=_("Line spacing"), coerce=float, choices=[(str(one), f"{one:g}") for one in page_formats.LINE_SPACINGS]
    )
    left_mm = _margin(_("Left margin in mm"))
    right_mm = _margin(_("Right margin in mm"))
    top_mm = _margin(_("Top margin in mm"))
    bottom_mm = _margin(_("Bottom margin in mm"))
    is_justified = forms.BooleanField(label=_("Justify lines"), required=False)
    page_numbers = forms.ChoiceField(label=_("Page numbers"), choices=_PAGE_NUMBERS)
    number_place = forms.ChoiceField(label=_("Where they stand"), choices=_NUMBER_PLACES)
    heading_numbers = forms.ChoiceField(label=_("Numbers of chapters and sections"), choices=_HEADING_NUMBERS)

    def clean(self) -> dict[str, Any]:
        """Margins have to leave room for a text."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (words := page_formats.flaw(PageFormat(**said))):
            self.add_error("left_mm", words)
        return said


class WordTemplateForm(Form):
    """A Word template of one's own."""

    file = forms.FileField(
        label=_("Word template"),
        help_text=_("Ends in .dotx or .docx, at most 4 MB, without macros."),
        widget=forms.ClearableFileInput(attrs={"accept": ".dotx,.docx"}),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
    )

    def clean_file(self) -> Any:
        """The file, which is not too large."""
        file = self.cleaned_data["file"]
        if file.size > own_template.MAX_BYTES:
            raise ValidationError(_("The file is too large for a template: at most 4 MB."))
        return file
