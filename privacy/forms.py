"""What people allow, as a form."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.domain import purposes
from privacy.enums import ConsentKind
from tesigo.platform.forms import Form


class ConsentForm(Form):
    """One box for each kind that is asked for; nobody's box is ticked before they tick it."""

    def __init__(self, *args: Any, kinds: Iterable[ConsentKind], **options: Any) -> None:
        super().__init__(*args, **options)
        words = {purpose.kind: purpose for purpose in purposes.asked()}
        for kind in kinds:
            purpose = words.get(kind)
            self.fields[kind.value] = forms.BooleanField(
                required=kind == ConsentKind.ESSENTIAL,
                label=purpose.question if purpose else kind.label,
                help_text=purpose.explanation if purpose else _("We no longer ask for this. You can take it back."),
                error_messages={"required": _("Without this we cannot write for you. If you do not agree, sign out.")},
            )

    def kinds(self) -> set[ConsentKind]:
        """What was ticked."""
        return {ConsentKind(name) for name, is_ticked in self.cleaned_data.items() if is_ticked}
