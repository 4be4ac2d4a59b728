"""Forms of the staff's way in: codes of the second factor, passkeys, and one's own password."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticate
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticate
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as AllauthGenerate
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivate
from allauth.mfa.totp.forms import DeactivateTOTPForm as AllauthDeactivate
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddPasskey
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm as AllauthPasskey
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditPasskey
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as AllauthPasskeyAgain
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain import second_factor
from accounts.errors import AccountError, CodeRefused
from tesigo.platform.forms import CleanText

_CODE_FIELD: dict[str, Any] = {
    "max_length": 20,
    "widget": forms.TextInput(
        attrs={"class": "input-code", "inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
    ),
    "error_messages": {"required": _("Type the code."), "max_length": _("The code has six digits, or eight.")},
}


class _ProvesCode(CleanText):
    """Takes a code of the app or a recovery code."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code, used up. Wrong ones are counted in the database."""
        code: str = self.cleaned_data["code"]
        try:
            self.authenticator = second_factor.prove(user=self.user, code=code, now=timezone.now())
        except AccountError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return code


class AuthenticateForm(_ProvesCode, AllauthAuthenticate):
    """The second step of signing in."""

    code = forms.CharField(label=_("Code"), **_CODE_FIELD)


class ReauthenticateForm(_ProvesCode, AllauthReauthenticate):
    """The second factor once more, before something that matters."""

    code = forms.CharField(label=_("Code"), **_CODE_FIELD)


class ActivateForm(CleanText, AllauthActivate):
    """The first code of an app that was just set up."""

    code = forms.CharField(label=_("The code that the app shows"), **_CODE_FIELD)
    #: What the code belongs to: it is used up with this.
    step: int | None = None

    def clean_code(self) -> str:
        """The code, if it belongs to the secret that the page showed."""
        code: str = self.cleaned_data["code"]
        self.step = second_factor.matching_step(self.secret, code)
        if self.step is None:
            raise forms.ValidationError(str(CodeRefused()))
        return code


class DeactivateForm(CleanText, AllauthDeactivate):
    """Takes the app away."""


class GenerateRecoveryCodesForm(CleanText, AllauthGenerate):
    """New recovery codes; the old ones end."""


class AddPasskeyForm(CleanText, AllauthAddPasskey):
    """A passkey and what its owner calls it."""

    name = forms.CharField(label=_("Name of the passkey"), required=False, max_length=60)


class PasskeyForm(CleanText, AllauthPasskey):
    """The browser's response for a passkey."""


class PasskeyAgainForm(CleanText, AllauthPasskeyAgain):
    """The passkey once more."""


class EditPasskeyForm(CleanText, AllauthEditPasskey):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name of the passkey"), max_length=60)


class OwnPasswordForm(CleanText, PasswordChangeForm):
    """The old password and a new one, twice; passwords stay as they were typed."""
