"""What comes in at the source desk, made clean (R-97)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.domain.desk import Filters
from documents.enums import Language, SourceOrigin, SourceUse
from documents.errors import ReferenceInvalid
from documents.sources import fields
from tesigo.platform.forms import Form

_LAST_YEAR: Final = 2100
_HELP: Final[dict[str, Any]] = {
    "author": _("One a line: Family, Given. An organisation as it is called."),
    "editor": _("As with the authors."),
    "issued": _("2021, or 2021-05-17."),
    "page": _("The pages on which it stands, such as 12-31."),
    "language": _("As a code, such as en or de."),
}


class FilterForm(Form):
    """Which sources to show."""

    q = forms.CharField(label=_("Words of the title"), max_length=200, required=False)
    first_year = forms.IntegerField(label=_("From year"), min_value=0, max_value=_LAST_YEAR, required=False)
    last_year = forms.IntegerField(label=_("To year"), min_value=0, max_value=_LAST_YEAR, required=False)
    kind = forms.ChoiceField(label=_("Kind of work"), choices=[("", _("All")), *fields.KINDS.items()], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[("", _("All")), *Language.choices], required=False)
    origin = forms.ChoiceField(label=_("Came by"), choices=[("", _("All")), *SourceOrigin.choices], required=False)
    use = forms.ChoiceField(label=_("Use"), choices=[("", _("All")), *SourceUse.choices], required=False)
    reviewed = forms.BooleanField(label=_("Peer-reviewed"), required=False)
    open = forms.BooleanField(label=_("Open access"), required=False)
    no_text = forms.BooleanField(label=_("Without text"), required=False)

    def filters(self) -> Filters:
        """What is wished; what cannot be read wishes nothing."""
        self.is_valid()
        return Filters.of(self.cleaned_data)


class AddForm(Form):
    """Numbers and addresses of works, one a line, or a reference list."""

    what = forms.CharField(
        max_length=1_000_000,
        widget=forms.Textarea,
        error_messages={"required": _("Write a DOI, ISBN, arXiv or PubMed id or an address first, one a line.")},
    )


class ZoteroForm(Form):
    """A key to somebody's Zotero library. It is never shown again."""

    key = forms.CharField(
        label=_("Key of your Zotero library"),
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Made at zotero.org, Settings, Security; reading is enough. It is used once and kept nowhere."),
        error_messages={"required": _("Copy the key from zotero.org first.")},
    )


class UseForm(Form):
    """Whether a source is used."""

    use = forms.ChoiceField(choices=SourceUse.choices)


class ReferenceForm(Form):
    """A reference, corrected by hand. Its fields have CSL's names; ``version`` is the one that was read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, csl: Mapping[str, Any] = MappingProxyType({}), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**fields.typed(csl), **self.initial}
        kind = csl.get("type")
        if kind and kind not in fields.KINDS:  # one that nobody would choose stays as it is
            self.fields["type"].choices = [(kind, kind), *fields.KINDS.items()]  # type: ignore[attr-defined]  # a ChoiceField

    def wanted(self) -> dict[str, str]:
        """The fields as typed, by CSL's names."""
        return {name: str(self.cleaned_data.get(name, "")) for name in fields.LABELS if name in self.data}

    def refuse(self, invalid: ReferenceInvalid) -> None:
        """Shows at each field what is wrong with it."""
        for name, reason in invalid.reasons.items():
            self.add_error(name, reason)


def _field(name: str) -> forms.Field:
    """How long a value may be is said with the other reasons, in plain words."""
    said: dict[str, Any] = {"label": fields.LABELS[name], "help_text": _HELP.get(name, ""), "required": False}
    if name == "title":  # that it is missing is said with all other reasons
        return forms.CharField(widget=forms.TextInput(attrs={"required": True}), **said)
    if name == "type":
        said["required"] = True
        return forms.ChoiceField(choices=[*fields.KINDS.items()], **said)
    widget = forms.Textarea(attrs={"rows": 3}) if name in fields.NAMES else forms.TextInput()
    return forms.CharField(widget=widget, **said)


ReferenceForm.base_fields.update({name: _field(name) for name in fields.LABELS})
