"""A requirement as figures and words that code can compare, and how it is said."""

from dataclasses import dataclass
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.enums import SheetKind


@dataclass(frozen=True)
class Want:
    """One thing that a sheet asks for. ``least`` and ``most`` are in the unit of ``what``; equal ones mean "about"."""

    kind: SheetKind
    what: str
    least: float | None = None
    most: float | None = None
    value: str = ""


#: What can be asked for, in words that stand before a figure or a name.
LABELS: Final[dict[str, Promise]] = {
    "pages": gettext_lazy("Length in pages"),
    "words": gettext_lazy("Length in words"),
    "characters": gettext_lazy("Length in characters"),
    "number": gettext_lazy("Number of sources"),
    "reviewed": gettext_lazy("Scholarly or reviewed sources"),
    "books": gettext_lazy("Books among the sources"),
    "articles": gettext_lazy("Articles among the sources"),
    "web": gettext_lazy("Pages of the web among the sources"),
    "age": gettext_lazy("Years that sources may be old"),
    "since": gettext_lazy("Year from which sources are"),
    "style": gettext_lazy("Citation style"),
    "language": gettext_lazy("Language"),
    "face": gettext_lazy("Typeface"),
    "size": gettext_lazy("Size of type in points"),
    "spacing": gettext_lazy("Line spacing"),
    "margins": gettext_lazy("Margins in centimetres"),
    "title_page": gettext_lazy("Title page"),
    "contents": gettext_lazy("Table of contents"),
    "bibliography": gettext_lazy("Bibliography"),
    "declaration": gettext_lazy("Declaration of authorship"),
    "abstract": gettext_lazy("Abstract"),
    "keywords": gettext_lazy("Keywords"),
    "appendix": gettext_lazy("Appendix"),
    "abbreviations": gettext_lazy("List of abbreviations"),
    "student_number": gettext_lazy("Student number"),
    "tables": gettext_lazy("Tables"),
    "pictures": gettext_lazy("Pictures"),
    "deadline": gettext_lazy("Deadline"),
    "term": gettext_lazy("Term or author"),
    "point": gettext_lazy("Question or point"),
}
#: Written without a separator of thousands.
_PLAIN: Final = frozenset({"since"})


def amount(want: Want) -> str:
    """How much of it, or which: "at least 8", "12 to 15", "APA"; empty where it is only to be there."""
    least, most = (number(value, what=want.what) for value in (want.least, want.most))
    if least and most:
        return least if least == most else _("%(least)s to %(most)s") % {"least": least, "most": most}
    if least:
        return least if want.what in _PLAIN else _("at least %(number)s") % {"number": least}
    if most:
        return _("at most %(number)s") % {"number": most}
    return want.value


def number(value: float | None, *, what: str = "") -> str:
    """A figure in the reader's language, with no more places than it has; empty for none."""
    if value is None:
        return ""
    places = 0 if value == int(value) else 2
    return number_format(round(value, places), None if places else 0, use_l10n=True, force_grouping=what not in _PLAIN)
