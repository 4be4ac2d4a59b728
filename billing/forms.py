"""What comes in from the price page and the calculator."""

from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.domain import addressees
from billing.models import MOST_MORE_PAGES
from documents.models.document import MAX_PAGES, MIN_PAGES
from tesigo.platform.forms import Form

#: Of an address on a receipt.
MOST_LINES: Final = 6
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
    name = forms.CharField(
        label=_("Name or firm"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "billing name"}),
    )
    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3, "autocomplete": "billing street-address"}),
    )
    country = forms.CharField(
        label=_("Country"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "billing country-name"}),
    )
    vat_id = forms.CharField(
        label=_("VAT number or the like"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}),
    )

    @property
    def addressee(self) -> dict[str, str] | None:
        """Whom the receipt is to be made out to, of a form that is valid."""
        return addressees.given(self.cleaned_data)

    @property
    def names_addressee(self) -> bool:
        """Whether anything of it is filled in or wrong, so that the page shows it open."""
        return any(self[part].value() or self[part].errors for part in addressees.PARTS)

    def clean_address(self) -> str:
        """Lines without blank ones; so few that they stand on a sheet."""
        lines = [line.strip() for line in str(self.cleaned_data["address"]).split("\n") if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("An address on the receipt has at most %d lines.") % MOST_LINES)
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        """An address belongs to somebody."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("name") and "name" not in self.errors and any(values.get(part) for part in addressees.PARTS):
            self.add_error("name", _("Say also whose address it is, or leave all of these fields empty."))
        return values

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        page = '<a href="{}" target="_blank" rel="noopener">{}</a>'
        terms = format_html(page, reverse("privacy:terms"), gettext("terms"))
        self.fields["terms"].label = format_html(gettext("I have read the {} and agree to them."), terms)


_MORE_PAGES_ERROR = _("Choose a whole number of pages from 1 to 50.")


class MorePagesForm(Form):
    """How many pages of rewriting are wanted."""

    pages = forms.IntegerField(
        label=_("Pages of rewriting"),
        min_value=1,
        max_value=MOST_MORE_PAGES,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _MORE_PAGES_ERROR),
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
    )


class PayMorePagesForm(PayForm):
    """Consent, and the pages and the price that were shown when it was given. Codes count for documents only."""

    code = None  # type: ignore[assignment]  # how Django takes a field of the form above away
    pages = forms.IntegerField(min_value=1, max_value=MOST_MORE_PAGES, widget=forms.HiddenInput)
    start_now = forms.BooleanField(
        label=_("Add the pages at once. I know that my right of withdrawal ends when their rewritings are used."),
        error_messages={"required": _("Pages of rewriting can only be bought for use at once.")},
    )
