"""What comes in at the doors of the accounts."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.enums import ApiScope
from tesigo.platform.forms import Form
from tesigo.platform.redirects import MAX_LENGTH as NEXT_LENGTH

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def address_field(label: "StrOrPromise") -> forms.CharField:
    """A field for an address. Whether it can be used is the domain's to say."""
    return forms.CharField(
        label=label,
        max_length=254,
        error_messages={
            "required": _("Type the address that we should write to."),
            "max_length": _("This is longer than any e-mail address. Check what was pasted."),
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false", "inputmode": "email"}
        ),
    )


class SignInForm(Form):
    """One field. Whether the address can be used is the domain's to say."""

    email = address_field(_("Your e-mail address"))
    next = forms.CharField(required=False, max_length=NEXT_LENGTH, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The pages carry this form more than once; ids must stay unique there.
        self.fields["next"].widget.attrs["id"] = f"{self.prefix or 'signin'}-next"


class NewAddressForm(Form):
    """The address to sign in with from now on."""

    email = address_field(_("Your new e-mail address"))


class EraseForm(Form):
    """Asks once more before an account is erased."""

    sure = forms.BooleanField(
        label=_("I understand that none of this can be brought back"),
        error_messages={"required": _("Tick this to have the account erased.")},
    )


class CodeForm(Form):
    """The six digits of the mail; spaces and hyphens between them do not matter."""

    code = forms.RegexField(
        label=_("The code from the mail"),
        regex=r"^\s*(\d[\s-]*){6}$",
        max_length=20,
        error_messages={
            "required": _("Type the six digits from the mail."),
            "invalid": _("The code has six digits. Type them as they stand in the mail."),
            "max_length": _("The code has six digits. Type them as they stand in the mail."),
        },
        widget=forms.TextInput(
            attrs={
                "class": "input-code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            }
        ),
    )


class ProfileForm(Form):
    """What people may change about themselves."""

    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=120,
        help_text=_("Stands on title pages unless you choose another there."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language of pages and mails"), choices=settings.LANGUAGES)


class ApiTokenForm(Form):
    """A token for a program: what it is called, what it may do, and for how long."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("So that you know it again, for instance the name of the program."),
        error_messages={"required": _("Say what it is for.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=_("What it may do"),
        coerce=ApiScope,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )
    days = forms.TypedChoiceField(
        label=_("How long it works"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        initial=90,
    )

    def __init__(self, *args: Any, for_staff: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [scope for scope in ApiScope if for_staff or scope != ApiScope.STATS_READ]
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in offered]  # type: ignore[attr-defined]
