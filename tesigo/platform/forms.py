"""The forms of the project: what is typed comes in clean (`tesigo.platform.plain_text`), whatever the field.

Every form and every writable page of the administration is one of these; a test finds those that are not.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tesigo.platform.plain_text import INVISIBLE, clean_line, clean_lines


class CleanText(forms.BaseForm):
    """Mixed into a form: its data are cleaned before they are validated, and shown again clean as well.

    Passwords stay as typed. A required field that holds nothing to be seen is empty; an optional one that does is
    refused, and so is an address with such a sign: without it, it may be another one. Both are shown again clean.
    """

    #: Names of fields with what is wrong with what was typed, found before it is made clean.
    _unseen: dict[str, Any]

    def full_clean(self) -> None:
        """Cleans the text, then validates."""
        if self.is_bound:
            self._unseen = self._find_unseen() | getattr(self, "_unseen", {})
            self.data = self._clean_data()
        super().full_clean()
        for name, words in getattr(self, "_unseen", {}).items():
            if name not in self.errors:
                self.add_error(name, ValidationError(words, code="unseen"))

    def _find_unseen(self) -> dict[str, Any]:
        found = {}
        for name, field in self.fields.items():
            typed = self.data.get(self.add_prefix(name))
            if field.disabled or not isinstance(typed, str) or not INVISIBLE.search(typed):
                continue
            if isinstance(field.widget, forms.EmailInput) and clean_line(typed):
                found[name] = _("There is a sign in this address that cannot be seen. Check the address.")
            elif not field.required and not isinstance(field.widget, forms.PasswordInput) and not clean_line(typed):
                found[name] = _("Only signs that cannot be seen were typed here. Leave it empty, or type it anew.")
        return found

    def _clean_data(self) -> Any:
        fields = {self.add_prefix(name): field for name, field in self.fields.items()}
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            for name, values in self.data.lists():
                data.setlist(name, [_clean(fields.get(name), value) for value in values])
            return data
        return {name: _clean(fields.get(name), value) for name, value in self.data.items()}


class Form(CleanText, forms.Form):
    """A form with clean text."""


class ModelForm(CleanText, forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """A form of a model with clean text; what the pages of the administration are made with."""


def _clean(field: forms.Field | None, value: Any) -> Any:
    widget = field.widget if field else None
    if isinstance(value, (list, tuple)):
        return type(value)(_clean(field, one) for one in value)
    if not isinstance(value, str) or isinstance(widget, forms.PasswordInput):
        return value
    return clean_line(value) if isinstance(widget, forms.TextInput) else clean_lines(value)
