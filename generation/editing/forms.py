"""What comes in from the writing room, made clean."""

from django import forms
from django.utils.translation import gettext_lazy as _

from generation.editing.versions import NAME_LENGTH
from tesigo.platform.forms import Form


class SectionForm(Form):
    """A section's text, and the number of the version that it was made from."""

    text = forms.CharField(
        label=_("Text"), strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "input editor-text", "spellcheck": "true"}),
    )  # fmt: skip
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class VersionForm(Form):
    """A version that is meant, and the name that it is to have."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, required=False)


class ComparedForm(Form):
    """Two versions to be compared; the newest and the one before it where none are said."""

    old = forms.IntegerField(min_value=0, required=False)
    new = forms.IntegerField(min_value=0, required=False)
