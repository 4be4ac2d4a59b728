"""pandoc's citation engine, with a mended copy of the style and in the language of the document (R-96)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import etree

from typesetting import pandoc
from typesetting.elements import Element, change_inlines, document
from typesetting.manuscript import NAME_ROLES
from typesetting.style_mending import mended
from typesetting.typography import printable
from typesetting.variants import citing_locale

#: What the engine says of a citation for which a style prints nothing.
_UNPRINTED: Final = re.compile(r"Citation with no printed form: (?P<key>\S+)")
_HELD: Final = ("'", "’", "-", "‐", "‑")  # apostrophes and hyphens of names


@dataclass(frozen=True)
class Setting:
    """A tree with its citations set.

    ``unprinted`` are the keys that the engine warned of: their citation is empty. ``warnings`` counts its other ones.
    """

    blocks: list[Element]
    unprinted: frozenset[str]
    warnings: int


class Engine:
    """Sets citations of one manuscript's references in one style."""

    def __init__(
        self, style: "etree._Element", references: Sequence[Mapping[str, Any]], *, language: str, folder: Path
    ) -> None:
        self._folder = folder
        self._arguments = ["-t", "json", "--citeproc", "--metadata=link-citations=true"]
        self._arguments += ["--metadata=reference-section-title="]
        self._arguments += [f"--metadata=lang={citing_locale(style, language)}"]
        self._particles = _particles(references)
        file = folder / "style.csl"
        file.write_bytes(etree.tostring(mended(style, language), encoding="UTF-8", xml_declaration=True))
        self._arguments += [f"--csl={file}"]
        file = folder / "references.json"
        file.write_text(printable(json.dumps(list(references), ensure_ascii=False)), encoding="utf-8")
        self._arguments += [f"--bibliography={file}"]

    def set(self, blocks: list[Element]) -> Setting:
        """The blocks with their citations set, and the bibliography as a Div ``refs``. Raises ExportError."""
        written = pandoc.run(self._arguments, given=document(blocks), folder=self._folder)
        unprinted = {match["key"] for match in _UNPRINTED.finditer(written.warnings)}
        others = written.warnings.count("[WARNING]") - len(_UNPRINTED.findall(written.warnings))
        tree = json.loads(written.output)["blocks"]
        if self._particles:
            tree = change_inlines(tree, self._joined)
        return Setting(blocks=tree, unprinted=frozenset(unprinted), warnings=max(0, others))

    def _joined(self, items: list[Any]) -> list[Any]:
        """Particles that end in an apostrophe or a hyphen beside their name: some styles print ``D’ ALEMBERT``."""
        kept: list[Any] = []
        for item in items:
            after_blank = len(kept) > 1 and _word(kept[-2]) and kept[-1] == {"t": "Space"}
            if after_blank and (said := _word(item)) and self._belong(_word(kept[-2]), said):
                kept[-2:] = [{"t": "Str", "c": _word(kept[-2]) + said}]
            else:
                kept.append(item)
        return kept

    def _belong(self, particle: str, name: str) -> bool:
        ending = particle.replace("’", "'").lower().lstrip('(„“”"«[')
        return any(ending == one and name.lower().startswith(family) for one, family in self._particles)


def _word(item: Any) -> str:
    return str(item["c"]) if isinstance(item, dict) and item.get("t") == "Str" else ""


def _particles(references: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Particles held to their name, each with the first word of that name, in small letters."""
    found = set()
    for reference in references:
        for person in (one for role in NAME_ROLES for one in reference.get(role) or []):
            family = str(person.get("family") or "")
            particle = str(person.get("non-dropping-particle") or person.get("dropping-particle") or "")
            if not particle:
                cut = next((at for at, letter in enumerate(family) if letter in _HELD and at < 4), -1)
                particle, family = family[: cut + 1], family[cut + 1 :]
            if particle.endswith(_HELD) and family.strip():
                found.add((particle.replace("’", "'").lower(), family.split()[0].lower()))
    return found
