"""The fields of a reference as a person reads and types them, to and from CSL JSON (R-97)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.errors import ReferenceInvalid
from documents.sources import found
from reading.dates import csl_date
from reading.identifiers import isbn
from reading.people import Name
from tesigo.platform.plain_text import clean_line, clean_lines

MAX_NAMES: Final = 100
MAX_CHARACTERS: Final = 500
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_DATE: Final = re.compile(r"-?\d{1,4}(?:-\d{1,2}){0,2}")
#: By CSL's name, in the order of a form.
LABELS: Final[dict[str, Promise]] = {
    "type": gettext_lazy("Kind of work"),
    "title": gettext_lazy("Title"),
    "author": gettext_lazy("Authors"),
    "editor": gettext_lazy("Editors"),
    "issued": gettext_lazy("Year or date"),
    "container-title": gettext_lazy("Journal, book or site it is part of"),
    "volume": gettext_lazy("Volume"),
    "issue": gettext_lazy("Issue"),
    "page": gettext_lazy("Pages"),
    "publisher": gettext_lazy("Publisher"),
    "publisher-place": gettext_lazy("Place"),
    "edition": gettext_lazy("Edition"),
    "DOI": gettext_lazy("DOI"),
    "ISBN": gettext_lazy("ISBN"),
    "URL": gettext_lazy("Address on the web"),
    "language": gettext_lazy("Language"),
}
NO_TITLE: Final = gettext_lazy("A reference needs a title.")
NAMES: Final = frozenset({"author", "editor"})
_MAX_CHARACTERS: Final = {"volume": 40, "issue": 40, "page": 40, "edition": 40, "DOI": 200, "URL": 1000}
#: CSL's types that a person may choose.
KINDS: Final[dict[str, Promise]] = {
    "article-journal": gettext_lazy("Article in a journal"),
    "book": gettext_lazy("Book"),
    "chapter": gettext_lazy("Chapter of a book"),
    "paper-conference": gettext_lazy("Paper of a conference"),
    "thesis": gettext_lazy("Thesis"),
    "report": gettext_lazy("Report"),
    "article": gettext_lazy("Preprint"),
    "article-newspaper": gettext_lazy("Article in a newspaper"),
    "article-magazine": gettext_lazy("Article in a magazine"),
    "entry-encyclopedia": gettext_lazy("Entry in an encyclopedia"),
    "webpage": gettext_lazy("Page on the web"),
    "dataset": gettext_lazy("Dataset"),
    "software": gettext_lazy("Software"),
    "legislation": gettext_lazy("Law"),
    "legal_case": gettext_lazy("Judgment"),
    "patent": gettext_lazy("Patent"),
    "standard": gettext_lazy("Standard"),
    "interview": gettext_lazy("Interview"),
    "motion_picture": gettext_lazy("Film"),
    "document": gettext_lazy("Other document"),
}


def typed(csl: Mapping[str, Any]) -> dict[str, str]:
    """Every field of ``LABELS`` as a person would type it, names one a line; empty where there is none."""
    return {name: shown(name, csl.get(name)) for name in LABELS}


def shown(name: str, value: Any) -> str:
    """The value of one field as text."""
    if not value:
        return ""
    if name in NAMES:
        return "\n".join(_name_shown(one) for one in value)
    if name == "issued":
        return _date_shown(value)
    return found.plain_title(str(value)) if name in {"title", "container-title"} else str(value)


def kind_shown(kind: str) -> str:
    """A CSL type in words; the type itself where it is none that can be chosen."""
    return str(KINDS.get(kind, kind))


def changed(csl: Mapping[str, Any], wanted: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The item with the ``wanted`` fields as typed, and the names of those that differ now.

    What is typed as it was shown stays to the letter, marks and all. Raises ReferenceInvalid.
    """
    new, differing, reasons = dict(csl), [], {}
    for name, text in wanted.items():
        text = clean_lines(text).strip() if name in NAMES else clean_line(text)
        if text == clean_lines(shown(name, csl.get(name))):
            continue
        differing.append(name)
        try:
            value = _read(name, text, csl.get(name))
        except ValueError as wrong:
            reasons[name] = str(wrong)
            continue
        if value:
            new[name] = value
        else:
            new.pop(name, None)
    if reasons:
        raise ReferenceInvalid(reasons)
    return new, differing


def _read(name: str, text: str, before: Any) -> Any:
    """The CSL value of a text; nothing for an empty one. Raises ValueError in plain words."""
    if not text:
        if name in {"title", "type"}:
            raise ValueError(str(NO_TITLE) if name == "title" else _("Choose a kind of work."))
        return None
    if name in NAMES:
        return _names(text, before)
    most = _MAX_CHARACTERS.get(name, MAX_CHARACTERS)
    if len(text) > most:
        raise ValueError(_("This is too long: at most %(most)d characters.") % {"most": most})
    reader = _READERS.get(name)
    return reader(text) if reader else text


def _names(text: str, before: Any) -> list[Name]:
    lines = [" ".join(line.split()).strip(" ,;") for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > MAX_NAMES:
        raise ValueError(_("At most %(most)d names.") % {"most": MAX_NAMES})
    if any(len(line) > 200 for line in lines):
        raise ValueError(_("One of these names is too long. Write one name a line."))
    known = {_name_shown(one): one for one in before or []}
    return [known.get(line) or _name(line) for line in lines]


def _name(line: str) -> Name:
    """A person is "Family, Given"; a line without a comma is a body, and stays whole."""
    family, comma, given = line.partition(",")
    return {"family": family.strip(), "given": given.strip()} if comma and given.strip() else {"literal": line}


def _name_shown(name: Mapping[str, Any]) -> str:
    if literal := name.get("literal"):
        return str(literal)
    family = " ".join(str(name[part]) for part in ("non-dropping-particle", "family") if name.get(part))
    given = " ".join(str(name[part]) for part in ("given", "dropping-particle", "suffix") if name.get(part))
    return f"{family}, {given}" if given else family


def _date(text: str) -> dict[str, Any]:
    date = csl_date(text)
    # A day that the calendar does not have is left out by the reader, and said here.
    if date is None or (_DATE.fullmatch(text) and len(date["date-parts"][0]) <= text.strip("-").count("-")):
        raise ValueError(_("Write the year, or the date as 2021-05-17."))
    return dict(date)


def _date_shown(value: Any) -> str:
    parts = (value.get("date-parts") or []) if isinstance(value, dict) else []
    if not parts:
        return str(value.get("raw") or value.get("literal") or "") if isinstance(value, dict) else str(value)
    return "/".join(_part_shown(part) for part in parts[:2])


def _part_shown(part: Any) -> str:
    year, *rest = [str(number) for number in part]
    return "-".join([year, *(number.zfill(2) for number in rest)])


def _doi(text: str) -> str:
    if not (bare := found.doi(text)):
        raise ValueError(_("This is no DOI. One looks like 10.1000/182."))
    return bare


def _isbn(text: str) -> str:
    if not (digits := isbn(f"ISBN {text}")):
        raise ValueError(_("This is no ISBN: its check digit does not fit. Copy it anew."))
    return digits


def _url(text: str) -> str:
    if not (address := found.url(text)):
        raise ValueError(_("Write the whole address, beginning with https://."))
    return address


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(_("Write the language as its code, such as en or de."))
    return text


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(_("Choose one of the listed kinds of work."))
    return text


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "issued": _date,
    "DOI": _doi,
    "ISBN": _isbn,
    "URL": _url,
    "language": _language,
    "type": _kind,
}
