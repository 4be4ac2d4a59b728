"""pandoc's citation engine, with a mended copy of the style and in the language of the document (R-96)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import etree

from typesetting import pandoc
from typesetting.elements import Element, citations, document
from typesetting.strays import Strays
from typesetting.style_mending import mended
from typesetting.typography import printable
from typesetting.variants import citing_locale

#: What the engine says of a citation for which a style prints nothing.
_UNPRINTED: Final = re.compile(r"Citation with no printed form: (?P<key>\S+)")


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
        self._strays = Strays(references)
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
        for one in (*(cite["c"][1] for cite in citations(tree)), *(block for block in tree if _is_list(block))):
            self._strays.take_out_of(one)
        return Setting(blocks=tree, unprinted=frozenset(unprinted), warnings=max(0, others))


def _is_list(block: Element) -> bool:
    """Whether a block holds the sources that were cited."""
    return bool(block["t"] == "Div" and block["c"][0][0] == "refs")
