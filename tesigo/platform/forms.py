"""The forms of the project: what is typed comes in clean (`tesigo.platform.plain_text`), whatever the field.

Every form and every writable page of the administration is one of these; a test finds those that are not.
"""

from typing import Any

from django import forms
from django.http import QueryDict

from tesigo.platform.plain_text import clean_line, clean_lines


class CleanText(forms.BaseForm):
    """Mixed into a form: its data are cleaned before they are validated, and shown again clean as well.

    Passwords stay as typed. A required field that holds nothing to be seen is empty.
    """

    def full_clean(self) -> None:
        """Cleans the text, then validates."""
        if self.is_bound:
            self.data = self._clean_data()
        super().full_clean()

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
    if "\x00" in value and (clean_lines(value) or not (field and field.required)):
        return value  # nobody types it: the field refuses it in words, and an optional one is not left out by it
    return clean_line(value) if isinstance(widget, forms.TextInput) else clean_lines(value)
