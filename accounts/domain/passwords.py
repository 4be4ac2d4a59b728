"""What makes a password weak beyond its length: words that an attacker tries first (ASVS V6.2.11)."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Parts of names shorter than this say nothing.
_SHORTEST_PART_LETTERS = 4


class ContextWordsValidator:
    """Refuses a password that is little more than the name of this site, or the person's own address or name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises `ValidationError` where less than eight letters remain without those words."""
        rest = password.lower()
        for word in sorted(_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < 8 and rest != password.lower():
            raise ValidationError(self.get_help_text(), code="password_of_context_words")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _("Do not build it from the name of this site or from your own name or address.")


def _words(user: Any) -> set[str]:
    texts = [settings.SITE_NAME, settings.SITE_HOST]
    texts += [str(getattr(user, field, "") or "") for field in ("email", "email_as_typed", "name")]
    parts = {part for text in texts for part in re.split(r"[\W_]+", text.lower())}
    return {part for part in parts if len(part) >= _SHORTEST_PART_LETTERS}
