"""What people allow, as a form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.enums import ConsentKind
from tesigo.platform.forms import Form


class ConsentForm(Form):
    """One box for each kind; nobody's box is ticked before they tick it."""

    essential = forms.BooleanField(
        label=_("I agree to the terms and have read the privacy policy"),
        help_text=_("Needed: without it we cannot write for you."),
        error_messages={"required": _("Without this we cannot write for you. If you do not agree, sign out.")},
    )
    analytics = forms.BooleanField(
        required=False,
        label=_("Count my visits in anonymous statistics"),
        help_text=_("We count nothing yet; if we begin, then only with this. You can change it at any time."),
    )
    marketing = forms.BooleanField(
        required=False,
        label=_("Send me news by mail"),
        help_text=_("We send none yet; if we begin, then only with this. You can change it at any time."),
    )

    def kinds(self) -> set[ConsentKind]:
        """What was ticked."""
        return {kind for kind in ConsentKind if self.cleaned_data[kind.value]}
