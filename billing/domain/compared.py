"""What this house does beside other kinds of tools, for the landing page: only what anybody can look up for themselves.

As of November 2026. Kinds are compared and no products; where products of a kind differ, the cell says so.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

KINDS: Final[tuple[Words, ...]] = (
    "TesiGo",
    _("A general chat assistant"),
    _("A reference manager"),
    _("A research assistant"),
)

_YES: Final = pgettext_lazy("of a tool", "yes")
_NO: Final = pgettext_lazy("of a tool", "no")


@dataclass(frozen=True)
class Row:
    """One property, and what is true of each kind in the order of `KINDS`."""

    name: Words
    values: tuple[Words, Words, Words, Words]

    @property
    def cells(self) -> list[tuple[Words, Words]]:
        """Each kind with its words."""
        return list(zip(KINDS, self.values, strict=True))


ROWS: Final = (
    Row(
        _("Writes the text"),
        (_YES, _YES, _NO, _("summaries and answers, some also drafts")),
    ),
    Row(
        _("What may be cited"),
        (
            _("works that you handed in or that were found, nothing else"),
            _("anything; without a search also works that do not exist"),
            _("works that you collected"),
            _("works of its own index"),
        ),
    ),
    Row(
        _("Shows the passage behind a citation"),
        (
            _("with its page, and how it was checked"),
            _("a link at most, where it searched the web"),
            _("what you marked yourself"),
            _("often the abstract or a sentence of it"),
        ),
    ),
    Row(
        _("Keeps to a number of laid-out pages"),
        (_("97 to 100 %, the rest is paid back"), _NO, _NO, _NO),
    ),
    Row(
        _("Sets a bibliography in your style"),
        (_YES, _("as text that nobody checked"), _YES, _("some do, others export to one that does")),
    ),
    Row(
        _("Keeps a library of works for years"),
        (_("for each document only"), _NO, _YES, _("in part")),
    ),
    Row(
        _("Cites while you write in a word processor"),
        (_("no; its files can be taken on in one"), _NO, _YES, _NO),
    ),
    Row(
        _("What it costs"),
        (
            _("once for each document, by the page"),
            _("nothing within limits, then by the month"),
            _("often nothing; storage by the month"),
            _("nothing within limits, then by the month"),
        ),
    ),
)
