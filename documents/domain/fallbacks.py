"""What was printed in place of a citation style, of formulas and of references, in words (R-10, R-17, R-96)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from documents.models import Document

#: Titles that are named; the others are counted.
_NAMED = 5


def said(document: Document) -> list[str]:
    """A sentence for each kind of thing that could not be printed as meant, and what stands there now."""
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
    if found.get("formulas"):
        sentences.append(
            _("These formulas cannot be read and stand as they were typed: %(formulas)s.")
            % {"formulas": _some(found["formulas"])}
        )
    if found.get("labels"):
        sentences.append(
            _("The text refers to what is not there: %(labels)s. A question mark stands in its place.")
            % {"labels": _some(found["labels"])}
        )
    return sentences


def _titles(document: Document, keys: list[str]) -> str:
    titles = dict(document.sources.filter(key__in=keys).values_list("key", "title"))
    return _some([titles.get(key, key) for key in keys])


def _some(names: list[str]) -> str:
    named = ", ".join(f"“{name}”" for name in names[:_NAMED])
    more = len(names) - _NAMED
    return named if more <= 0 else _("%(titles)s and %(more)d more") % {"titles": named, "more": more}
