"""What comes in about comments on a finished text, made clean."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from documents.domain.comments import links, word_files
from documents.domain.comments.sentences import Sentence
from documents.models.comment import MOST_COMMENT_CHARACTERS, MOST_NAME_CHARACTERS
from tesigo.platform.forms import Form


class LinkForm(Form):
    """A link for somebody."""

    label = forms.CharField(
        label=_("For whom"),
        max_length=MOST_NAME_CHARACTERS,
        help_text=_("As you would call them: “Prof. Ellingsen”. They see it, too."),
    )
    days = forms.TypedChoiceField(
        label=_("Open for"),
        coerce=int,
        initial=30,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days"))],
    )

    def clean_days(self) -> int:
        """One of the choices."""
        days: int = self.cleaned_data["days"]
        assert days in links.DAYS
        return days


class CommentForm(Form):
    """What somebody with a link says about a sentence."""

    sentence = forms.ChoiceField(
        label=_("Sentence"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a sentence."),
            "invalid_choice": _("This sentence was changed meanwhile. Choose another one, or go back to the text."),
        },
    )
    text = forms.CharField(
        label=_("Comment"), max_length=MOST_COMMENT_CHARACTERS, widget=forms.Textarea(attrs={"rows": 5})
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=MOST_NAME_CHARACTERS,
        help_text=_("It stands beside your comments. A cookie keeps it for this link."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, sentences: Sequence[Sentence] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sentence"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.name, one.text) for one in sentences]


class AnswerForm(Form):
    """The owner's answer to a comment."""

    text = forms.CharField(
        label=_("Answer"), max_length=MOST_COMMENT_CHARACTERS, widget=forms.Textarea(attrs={"rows": 3})
    )


class CommentFileForm(Form):
    """A DOCX that came back with comments."""

    file = forms.FileField(
        label=_("DOCX with comments"),
        help_text=_("As Word or LibreOffice saved it, at most 20 MB. The file is read and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
    )

    def clean_file(self) -> Any:
        """Not too large to be read."""
        file = self.cleaned_data["file"]
        if file.size > word_files.MOST_BYTES:
            raise ValidationError(_("The file is too large: at most 20 MB."))
        return file
