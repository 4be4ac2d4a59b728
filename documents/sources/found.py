"""A work found by a search service, in one shape whatever service said it."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from documents.extraction.dates import csl_date
from documents.extraction.people import Name

MAX_TEXT: Final = 6_000
#: Below this an abstract or extract cannot carry a claim.
MIN_TEXT: Final = 80
_DOI: Final = re.compile(r"10\.\d{4,9}/[^\s\"<>]{1,180}")
_TAG: Final = re.compile(r"<[^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class FoundWork:
    """``kind`` is a CSL type; ``text`` the abstract or extract that may be cited; ``services`` who found it."""

    title: str
    kind: str = "document"
    authors: tuple[tuple[tuple[str, str], ...], ...] = ()
    year: int | None = None
    container: str = ""
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    doi: str = ""
    url: str = ""
    text: str = ""
    language: str = ""
    cited_by: int = 0
    services: tuple[str, ...] = ()
    score: float = field(default=0.0, compare=False)

    @property
    def is_citable(self) -> bool:
        """Whether there is text for a citation to rest on (R-10)."""
        return len(self.text) >= MIN_TEXT

    def csl(self) -> dict[str, Any]:
        """The CSL-JSON item, without ``id``: only what a service said."""
        item: dict[str, Any] = {"type": self.kind, "title": self.title}
        if self.authors:
            item["author"] = [dict(author) for author in self.authors]
        if self.year:
            item["issued"] = {"date-parts": [[self.year]]}
        said = {
            "container-title": self.container,
            "publisher": self.publisher,
            "volume": self.volume,
            "issue": self.issue,
            "page": self.page,
            "DOI": self.doi,
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
    return " ".join(unescape(_TAG.sub(" ", value)).split())[:limit].strip()


def doi(value: object) -> str:
    """The bare DOI in lower case, or nothing."""
    match = _DOI.search(value) if isinstance(value, str) else None
    return match.group().rstrip(".,;)").lower() if match else ""


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
