"""What was printed in place of a citation style, in words (R-10, R-96)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Document

#: Titles that are named; the others are counted.
_NAMED = 5


def said(document: Document) -> list[str]:
    """A sentence for each kind of thing that the document's style left out, and what stands there now."""
    found: Mapping[str, Any] = document.fallbacks
    sentences = []
    if found.get("text"):
        sentences.append(
            _("The style prints nothing in the text for %(titles)s; they are named by their title.")
            % {"titles": _titles(document, found["text"])}
        )
    if not found.get("has_list", True):
        sentences.append(_("The style has no list of sources. One was added, set in APA."))
    elif found.get("entries"):
        sentences.append(
            _("The style lists nothing for %(titles)s; their entries are set in APA.")
            % {"titles": _titles(document, found["entries"])}
        )
    return sentences


def _titles(document: Document, keys: list[str]) -> str:
    titles = dict(document.sources.filter(key__in=keys).values_list("key", "title"))
    named = ", ".join(f"“{titles.get(key, key)}”" for key in keys[:_NAMED])
    more = len(keys) - _NAMED
    return named if more <= 0 else _("%(titles)s and %(more)d more") % {"titles": named, "more": more}
