"""A work found by a search service, in one shape whatever service said it."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from reading.dates import csl_date
from reading.mathml import with_words
from reading.people import Name
from tesigo.platform.plain_text import clean_line

MAX_TEXT_CHARACTERS: Final = 6_000
#: Below this an abstract or extract cannot carry a claim.
MIN_TEXT_CHARACTERS: Final = 80
#: Of a SICI ("…078<2771:TDOENO>2.0.CO;2") the angle brackets are part, of "<10.1000/x>" they are not.
_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"]{1,180}")
_RESOLVERS: Final = ("doi.org", "www.doi.org", "dx.doi.org")
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,30})[^<>]{0,200}>|<!--[^<>]{0,200}-->")
#: Marks of a word's letters, which leave no blank behind. Of them CSL keeps what changes the sense.
_INLINE: Final = frozenset({"i", "b", "em", "strong", "u", "scp", "sc", "span", "font", "a", "italic", "bold", "tt"})
_KEPT: Final = frozenset({"sub", "sup"})
_LETTER_MARK: Final = re.compile(r"</?(?:sub|sup)>")


@dataclass(frozen=True, slots=True)
class FoundWork:
    """``kind`` is a CSL type; ``text`` the abstract or extract that may be cited; ``services`` who found it."""

    title: str
    kind: str = "document"
    authors: tuple[tuple[tuple[str, str], ...], ...] = ()
    editors: tuple[tuple[tuple[str, str], ...], ...] = ()
    year: int | None = None
    container: str = ""
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    doi: str = ""
    isbn: str = ""
    url: str = ""
    #: Where a free copy of the whole may lie (R-99); what is there is looked at when it comes.
    pdf_urls: tuple[str, ...] = ()
    text: str = ""
    language: str = ""
    cited_by: int = 0
    #: None where no service says.
    is_peer_reviewed: bool | None = None
    is_open_access: bool | None = None
    services: tuple[str, ...] = ()
    #: Taken back, by any service's word, or a notice about another work: never offered (R-98).
    is_retracted: bool = False
    is_notice: bool = False
    #: A notice that another work was taken back, not of a correction.
    takes_back: bool = False
    #: DOIs that this notice takes back.
    retracts: tuple[str, ...] = ()
    #: Corrections and expressions of concern, as (kind, DOI).
    notices: tuple[tuple[str, str], ...] = ()
    score: float = field(default=0.0, compare=False)

    @property
    def is_citable(self) -> bool:
        """Whether it stands, and there is text for a citation to rest on (R-10, R-98)."""
        return len(self.text) >= MIN_TEXT_CHARACTERS and not self.is_retracted and not self.is_notice

    def csl(self) -> dict[str, Any]:
        """The CSL-JSON item, without ``id``: only what a service said."""
        item: dict[str, Any] = {"type": self.kind, "title": self.title}
        for role, names in (("author", self.authors), ("editor", self.editors)):
            if names:
                item[role] = [dict(name) for name in names]
        if self.year:
            item["issued"] = {"date-parts": [[self.year]]}
        said = {
            "container-title": self.container,
            "publisher": self.publisher,
            "volume": self.volume,
            "issue": self.issue,
            "page": self.page,
            "DOI": self.doi,
            "ISBN": self.isbn,
            "URL": "" if self.doi else self.url,
            "language": self.language,
        }
        return item | {name: value for name, value in said.items() if value}


def frozen_names(names: list[Name]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Names in the hashable shape of `FoundWork.authors`, at most 100."""
    return tuple(tuple(name.items()) for name in names[:100])


def text(value: object, limit: int = 500) -> str:
    """Plain text of a value from a service: no tags, no entities, one line; empty where it is no text."""
    if not isinstance(value, str):
        return ""
    return plain_title(_marked(with_words(unescape(with_words(value)))))[:limit].strip()


def title(value: object, limit: int = 500) -> str:
    """A title on one line; of its marks lowered and raised letters stay, which CSL knows ("CO<sub>2</sub>")."""
    if not isinstance(value, str):
        return ""
    marked = _marked(with_words(unescape(with_words(value, is_marked=True)), is_marked=True))
    if len(marked) > limit or marked.count("<sub>") != marked.count("</sub>"):
        return plain_title(marked)[:limit].strip()
    return marked if marked.count("<sup>") == marked.count("</sup>") else plain_title(marked)


def _marked(value: str) -> str:
    """On one line, with no marks but those that CSL keeps."""

    def mark(match: re.Match[str]) -> str:
        name = (match[2] or "").lower().rpartition(":")[2]
        if name in _KEPT:
            return f"<{match[1]}{name}>"
        return "" if name in _INLINE else " "

    # Twice: what a service escaped once more ("&lt;i&gt;") is a mark as well.
    return clean_line(_TAG.sub(mark, unescape(_TAG.sub(mark, value))))


def plain_title(marked: str) -> str:
    """The title without its marks, for pages, keys and comparing."""
    return _LETTER_MARK.sub("", marked)


def doi(value: object) -> str:
    """The bare DOI in lower case, whole with its brackets, or nothing."""
    match = _DOI.search(unquote(unescape(value))) if isinstance(value, str) else None
    if match is None:
        return ""
    found = match.group().partition("</")[0]
    # What closes outside of the DOI is not its own: "(see 10.1000/x)", "<10.1000/x>", "<a>10.1000/x</a>".
    for opens, closes in ("()", "[]", "{}", "<>"):
        depth = 0
        for place, sign in enumerate(found):
            depth += (sign == opens) - (sign == closes)
            if depth < 0:
                found = found[:place]
                break
        if depth > 0 and opens == "<":
            found = found[: found.rindex(opens)]
    return found.rstrip(".,;:'\"’”“»«").lower()


def doi_of(item: dict[str, Any]) -> str:
    """The bare DOI of a CSL-JSON item: of its field, else of its address, if that is one of the resolver's."""
    try:
        parts = urlsplit(str(item.get("URL", "")).strip())
    except ValueError:
        return doi(item.get("DOI"))
    return doi(item.get("DOI")) or (doi(parts.path) if parts.hostname in _RESOLVERS else "")


def url(value: object) -> str:
    """A web address, or nothing: other schemes never reach a page."""
    if not isinstance(value, str) or len(value) > 1000:
        return ""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return ""
    return value.strip() if parts.scheme in ("http", "https") and parts.hostname else ""


def year(value: object) -> int | None:
    """A sound year from a number or the beginning of a date."""
    date = csl_date(str(value)) if isinstance(value, (int, str)) else None
    return int(date["date-parts"][0][0]) if date else None


def entries(value: object) -> list[dict[str, Any]]:
    """The objects in a list, whatever else a service put there."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def part(value: object, *path: str) -> object:
    """What lies at a path of names, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
