"""Where each field of a reference came from, and how sure it is (R-97).

Sure is what you typed or a register holds, and what a file prints of itself without a doubt (its DOI). Likely is what a
list, a search service or a file's own layout says. Unsure is what was concluded from something else.
"""

from collections.abc import Mapping
from typing import Any, Final

from documents.enums import FieldOrigin, SourceOrigin, Sureness
from reading.protocol import Meta

#: As `Source.origins` holds them: by CSL field, where it came from and how sure it is.
Origins = dict[str, list[str]]

#: What a file is sure of as soon as it prints it: it carries a check digit or is looked up.
_SURE_IN_A_FILE: Final = frozenset({"DOI", "ISBN"})
#: Parts of a CSL item that are no field of the reference.
NO_FIELDS: Final = frozenset({"id", "citation-key", "abstract"})
_BY_ORIGIN: Final[dict[str, tuple[FieldOrigin, Sureness]]] = {
    SourceOrigin.UPLOAD: (FieldOrigin.FILE, Sureness.LIKELY),
    SourceOrigin.BIBLIOGRAPHY: (FieldOrigin.LIST, Sureness.LIKELY),
    SourceOrigin.SEARCH: (FieldOrigin.SEARCH, Sureness.LIKELY),
    SourceOrigin.ADDED: (FieldOrigin.REGISTER, Sureness.SURE),
}
_RANK: Final = {Sureness.SURE: 2, Sureness.LIKELY: 1, Sureness.UNSURE: 0}


def all_from(csl: Mapping[str, Any], origin: FieldOrigin, sureness: Sureness) -> Origins:
    """Every field of an item from one place."""
    return {name: [origin.value, sureness.value] for name in csl if name not in NO_FIELDS}


def of_file(csl: Mapping[str, Any], meta: Meta, *, language_is_read: bool) -> Origins:
    """Of what `uploaded.csl_of_upload` made of a file that said ``meta``.

    ``language_is_read`` where the language was found in the text and is not just the document's.
    """
    origins = all_from(csl, FieldOrigin.FILE, Sureness.LIKELY)
    front = meta.front
    unsure = {
        # A heading or the file's name.
        "title": not front.get("title") and csl.get("title") != " ".join(meta.title.split()).strip()[:300],
        # The date of the file, or a line of copyright.
        "issued": not front.get("year"),
        # By the number of its pages.
        "type": not front.get("type") and "ISBN" not in csl and "container-title" not in csl,
        "language": not language_is_read,
    }
    for name in origins:
        if unsure.get(name):
            origins[name][1] = Sureness.UNSURE
        elif name in _SURE_IN_A_FILE:
            origins[name][1] = Sureness.SURE
    return origins


def of_field(name: str, *, origins: Mapping[str, Any], origin: str) -> tuple[FieldOrigin, Sureness]:
    """Of one field of a source; where nothing was noted, what follows from the source's own ``origin``."""
    if name in origins:
        where, sureness = origins[name]
        return FieldOrigin(where), Sureness(sureness)
    where, sureness = _BY_ORIGIN[origin]
    return where, Sureness.SURE if where == FieldOrigin.FILE and name in _SURE_IN_A_FILE else sureness


def whole(csl: Mapping[str, Any], *, origins: Mapping[str, Any], origin: str) -> Origins:
    """Of every field of a source, with what was not noted filled in."""
    found: Origins = {name: list(said) for name, said in origins.items()}
    for name in csl:
        if name not in NO_FIELDS:
            where, sureness = of_field(name, origins=origins, origin=origin)
            found[name] = [where.value, sureness.value]
    return found


def united(
    kept: Mapping[str, Any], kept_origins: Origins, other: Mapping[str, Any], other_origins: Origins
) -> tuple[dict[str, Any], Origins]:
    """One item of two about the same work: of each field the surer one, of equals the fuller one.

    The names and the titles of one list are not mixed with those of another: a field is taken whole.
    """
    csl, origins = dict(kept), dict(kept_origins)
    for name, value in other.items():
        if name in NO_FIELDS or not value:
            continue
        mine = kept.get(name)
        if not mine or _weight(value, other_origins.get(name)) > _weight(mine, kept_origins.get(name)):
            csl[name] = value
            if name in other_origins:
                origins[name] = other_origins[name]
    return csl, origins


def _weight(value: Any, said: list[str] | None) -> tuple[int, int]:
    sureness = Sureness(said[1]) if said else Sureness.UNSURE
    return _RANK[sureness], len(value) if isinstance(value, list) else 0
