"""What comes in from the price page and the calculator."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.models.document import MAX_PAGES, MIN_PAGES
from tesigo.platform.forms import Form

_PAGES_ERROR = _("Choose a whole number of pages from 1 to 200.")


class PagesForm(Form):
    """The calculator's one field."""

    pages = forms.IntegerField(
        min_value=MIN_PAGES,
        max_value=MAX_PAGES,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _PAGES_ERROR),
    )


class SearchForm(Form):
    """Words to look for among payments."""

    q = forms.CharField(required=False, max_length=200)


class CodeForm(Form):
    """A promo code to look up."""

    code = forms.CharField(
        label=_("Promo code"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def refuse(self, problem: str) -> None:
        """Says at the field why the code that was typed takes nothing off."""
        self.add_error("code", problem)
        self.fields["code"].widget.attrs["autofocus"] = True


class PayForm(Form):
    """Consent, and the price that was shown when it was given (R-13), with the code that it was shown with."""

    total = forms.DecimalField(max_digits=8, decimal_places=2, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    terms = forms.BooleanField(
        error_messages={"required": _("Please agree to the terms before you pay.")},
    )
    start_now = forms.BooleanField(
        label=_("Start writing at once. I know that my right of withdrawal ends when the document is delivered."),
        error_messages={"required": _("Writing can only be ordered with a start at once.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        page = '<a href="{}" target="_blank" rel="noopener">{}</a>'
        terms = format_html(page, reverse("privacy:terms"), gettext("terms"))
        self.fields["terms"].label = format_html(gettext("I have read the {} and agree to them."), terms)
