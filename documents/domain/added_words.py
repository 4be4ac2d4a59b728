"""What is said of each line of "Add a source" (R-84, R-97)."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.fetching.errors import Why
from documents.models import Source
from documents.sources.identifiers import Number, Slip
from documents.sources.lookup import LookedUp
from documents.sources.rules import RULES

_CHARACTERS: Final = 160


class Became(StrEnum):
    """What became of a line. With the last six it stays in the form."""

    ADDED = "added"
    COMPLETED = "completed"
    THERE = "there"
    READING = "reading"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    SILENT = "silent"
    OTHER_WORK = "other_work"
    NOT_FETCHED = "not_fetched"
    LEFT = "left"


#: Nothing is left to do about these.
SETTLED: Final = frozenset({Became.ADDED, Became.COMPLETED, Became.THERE, Became.READING})
NUMBERS: Final[dict[Number, Promise]] = {
    Number.DOI: gettext_lazy("DOI"),
    Number.ISBN: gettext_lazy("ISBN"),
    Number.ARXIV: gettext_lazy("arXiv id"),
    Number.PUBMED: gettext_lazy("PubMed id"),
    Number.URL: gettext_lazy("web address"),
}
SLIPS: Final[dict[Slip, Promise]] = {
    Slip.UNKNOWN: gettext_lazy(
        "This line holds no number that works are known by. Write its DOI, ISBN, arXiv or PubMed id, or its address."
    ),
    Slip.ISBN_DIGIT: gettext_lazy("The last digit of this ISBN does not fit the others: one of them is mistyped."),
    Slip.ISBN_LENGTH: gettext_lazy("An ISBN has 10 or 13 digits. Copy it anew from the book's first pages."),
    Slip.DOI: gettext_lazy("This DOI is not whole. One looks like 10.1000/182."),
    Slip.ADDRESS: gettext_lazy(
        "This is no address of a page on the web. One begins with https:// and names a site, such as example.org."
    ),
}
NOT_FETCHED: Final[dict[Why, Promise]] = {
    Why.ADDRESS: gettext_lazy(
        "This is no address of a page that may be fetched: only http and https, without a password."
    ),
    Why.UNKNOWN_HOST: gettext_lazy("There is no site of this name. Look for a slip in the address."),
    Why.NOT_PUBLIC: gettext_lazy(
        "This address is not on the public web, so it is not fetched. Save the page as PDF and hand that in."
    ),
    Why.REDIRECTS: gettext_lazy("This address leads on and on to others. Open it in a browser and copy where it ends."),
    Why.TOO_LARGE: gettext_lazy("What lies there is too large to be fetched. Download it and hand it in as a file."),
    Why.TOO_SLOW: gettext_lazy("The site did not answer in time. Try again, or hand the file in."),
    Why.REFUSED: gettext_lazy("The site lets no program in. Save the page as PDF in a browser and hand that in."),
    Why.GONE: gettext_lazy("There is nothing at this address any more. Look for a slip in it."),
    Why.SILENT: gettext_lazy("The site gave no answer that can be read. Try again, or hand the file in."),
}
FILE_IS_READ: Final = gettext_lazy(
    "“%(name)s” was fetched. It is being read, with its pages, like a file that is handed in."
)
NO_PAGE: Final = gettext_lazy(
    "Neither a page nor a PDF lies at this address. If it is a document, download it and hand it in as a file."
)
NO_TEXT_ON_PAGE: Final = gettext_lazy(
    "There is too little text on this page to cite: it may be shown by a program only. Save it as PDF and hand that in."
)


def unknown(looked_up: LookedUp) -> str:
    """For a number that every register answered to and none knows."""
    words = _("No register knows this %(number)s. Look for a slip in it, or hand the work in as a file.")
    return words % {"number": NUMBERS[looked_up.given.kind]}


def silent(looked_up: LookedUp) -> str:
    """For a number to which not all answered, and nobody who knows it."""
    titles = ", ".join(RULES[name].title for name in dict.fromkeys(looked_up.silent))
    if not titles:
        return _("The registers did not answer in time. Press the button again in a moment.")
    return _("%(who)s did not answer, and no other register knows it. Press the button again in a moment.") % {
        "who": titles
    }


def other_work(looked_up: LookedUp) -> str:
    """For a number that belongs to another work than the line describes."""
    words = _(
        "Nothing was added: this %(number)s belongs to “%(title)s”, which is not what the line describes. "
        "Correct the number, or write nothing but the number if you want that work."
    )
    title = looked_up.work.title[:_CHARACTERS] if looked_up.work else ""
    return words % {"number": NUMBERS[looked_up.given.kind], "title": title}


def notice(looked_up: LookedUp) -> str:
    """For the notice of a retraction or correction."""
    title = looked_up.work.title[:_CHARACTERS] if looked_up.work else ""
    return _("Nothing was added: “%(title)s” is a notice about another work, and none to cite.") % {"title": title}


def added(source: Source, looked_up: LookedUp, *, has_text: bool, is_fetched: bool) -> str:
    """For a work that was not here."""
    parts = [_("Added: “%(title)s”.") % {"title": source.title[:_CHARACTERS]}, *_beside(source, looked_up)]
    if is_fetched:
        parts.append(_("A free copy of it is being fetched, to be read in full."))
    elif not has_text and not source.retracted_at:
        parts.append(_("No text of it was found, so nothing in it can be cited yet: hand in its PDF."))
    return " ".join(parts)


def completed(source: Source, looked_up: LookedUp) -> str:
    """For a work that was here and gained something."""
    words = _("Was here already and is more complete now: “%(title)s”.") % {"title": source.title[:_CHARACTERS]}
    return " ".join([words, *_beside(source, looked_up)])


def there(source: Source, *, is_banned: bool) -> str:
    """For a work that was here and gained nothing."""
    title = {"title": source.title[:_CHARACTERS]}
    if is_banned:
        return _("Is here already, and you do not want it used: “%(title)s”.") % title
    return _("Is here already: “%(title)s”.") % title


def page_added(source: Source) -> str:
    """For a page that was fetched."""
    return _("Added: the page “%(title)s”.") % {"title": source.title[:_CHARACTERS]}


def _beside(source: Source, looked_up: LookedUp) -> list[str]:
    said = []
    if source.retracted_at:
        said.append(_("It was retracted: it will not be cited."))
    for other in looked_up.others:
        words = _("%(who)s has another work under this number, “%(title)s”; it was not mixed in.")
        said.append(words % {"who": RULES[other.services[0]].title, "title": other.title[:_CHARACTERS]})
    return said
