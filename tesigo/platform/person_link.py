"""How pages of the administration name a person: by address, leading to the one page about them (R-117)."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def person_link(person: Any) -> SafeString | str:
    """The address as a link; a dash for nobody."""
    if person is None:
        return "–"
    return format_html('<a href="{}">{}</a>', reverse("admin:person", args=[person.pk]), person.email)
