"""Entries of one reference list that are the same work, and keys that several of them have."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

#: Letters below which a title says too little to make two entries one ("Preface").
_TITLE_MIN_LETTERS: Final = 10
#: What may not differ between two entries of one work.
_DECISIVE: Final = (
    "DOI",
    "ISBN",
    "volume",
    "issue",
    "number",
    "page",
    "edition",
    "chapter-number",
    "collection-number",
)


@dataclass(slots=True)
class Listed:
    """An entry of a list with the line it begins in."""

    line: int
    csl: dict[str, Any]


def joined(entries: Iterable[Listed]) -> tuple[list[Listed], list[Listed]]:
    """The works, each once and with a key of its own, and the entries that were joined to one before.

    Two entries are one work when titles, authors and years agree and nothing else speaks against it; what only the
    second says is added to the first.
    """
    works: list[Listed] = []
    again: list[Listed] = []
    by_title: dict[str, list[Listed]] = {}
    for entry in entries:
        title = _letters(str(entry.csl.get("title", "")))
        others = by_title.setdefault(title, [])
        same = next((one for one in others if _is_same(one.csl, entry.csl, title)), None)
        if same is None:
            works.append(entry)
            others.append(entry)
        else:
            same.csl |= {name: said for name, said in entry.csl.items() if name not in same.csl}
            again.append(entry)
    _give_keys(works)
    return works, again


def _is_same(one: dict[str, Any], other: dict[str, Any], title: str) -> bool:
    has_key = bool(one.get("citation-key")) and one.get("citation-key") == other.get("citation-key")
    if len(title) < _TITLE_MIN_LETTERS and not has_key:
        return False
    for name in _DECISIVE:
        if name in one and name in other and _letters(str(one[name])) != _letters(str(other[name])):
            return False
    if has_key or ("DOI" in one and "DOI" in other):
        return _agree(_people(one), _people(other)) and _agree(_year(one), _year(other))
    return (
        one.get("type") == other.get("type")
        and _people(one) == _people(other) != ""
        and _year(one) == _year(other)
        and (_agree(_letters(str(one.get("container-title", ""))), _letters(str(other.get("container-title", "")))))
    )


def _agree(one: str, other: str) -> bool:
    return not one or not other or one == other


def _people(csl: dict[str, Any]) -> str:
    people = csl.get("author") or csl.get("editor") or []
    return " ".join(_letters(str(name.get("family") or name.get("literal") or "")) for name in people)


def _year(csl: dict[str, Any]) -> str:
    parts = (csl.get("issued") or {}).get("date-parts") or [[""]]
    return str(parts[0][0])


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", re.sub(r"</?su[bp]>", "", text)).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _give_keys(works: list[Listed]) -> None:
    """A key that was taken before gets a number that no other has."""
    taken = {str(one.csl.get("citation-key", "")) for one in works}
    seen: set[str] = set()
    for one in works:
        key = str(one.csl.get("citation-key", ""))
        if not key:
            one.csl.pop("citation-key", None)
            continue
        number = 2
        while key in seen:
            candidate = f"{one.csl['citation-key']}-{number}"
            key = candidate if candidate not in taken else key
            number += 1
        taken.add(key)
        seen.add(key)
        one.csl["citation-key"] = key
