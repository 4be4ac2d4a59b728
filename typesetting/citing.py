"""Citations and bibliography, set once by pandoc's citeproc for every format (R-96, decision 4 of the architecture).

What comes out is one tree. PDF, DOCX and the screen are all made of it, so a citation reads the same everywhere.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typesetting import pandoc
from typesetting.elements import Element, attr, change_inlines, document, element, walk
from typesetting.errors import ExportError
from typesetting.manuscript import Manuscript
from typesetting.parsing import parse
from typesetting.styles import style_path
from typesetting.typography import bind_numbers, printable

_SCHEMES = ("https://", "http://", "mailto:", "#")
_STATEMENT = "ai-statement"


@dataclass(frozen=True)
class CitedText:
    """The parts of a document with its citations set. ``cited`` counts the cited keys, each time anew.

    ``entries`` are the bibliography's, each a Div ``ref-<key>``.
    """

    sections: dict[str, list[Element]]
    cited: int
    entries: list[Element]
    statement: list[Element]


def cite(manuscript: Manuscript, folder: Path) -> CitedText:
    """Parses the sections and sets their citations. Raises ExportError, also for a cited key that has no reference."""
    blocks = []
    cited = 0
    for number, section in enumerate(manuscript.sections):
        text = parse(section.markdown, language=manuscript.language, below=section.level + 1, cited_before=cited)
        cited = text.cited
        blocks.append(element("Div", attr(f"part-{number}"), text.blocks))
    statement = parse(manuscript.ai_statement or "", language=manuscript.language, below=2)
    blocks.append(element("Div", attr(_STATEMENT), statement.blocks))
    _refuse_unknown_keys(blocks, manuscript)
    tree = _set(blocks, manuscript, folder)
    parts = {block["c"][0][0]: block["c"][1] for block in tree if block["t"] == "Div"}
    return CitedText(
        sections={section.id: parts[f"part-{number}"] for number, section in enumerate(manuscript.sections)},
        cited=cited,
        entries=[block for block in parts.get("refs", []) if block["t"] == "Div"],
        statement=parts[_STATEMENT],
    )


def _refuse_unknown_keys(blocks: list[Element], manuscript: Manuscript) -> None:
    known = {str(reference["id"]) for reference in manuscript.references}
    cited = {item["citationId"] for node in walk(blocks) if node["t"] == "Cite" for item in node["c"][0]}
    if unknown := sorted(cited - known):
        raise ExportError(f"The text cites sources that are not there: {', '.join(unknown)[:200]}.")


def _set(blocks: list[Element], manuscript: Manuscript, folder: Path) -> list[Element]:
    references = folder / "references.json"
    references.write_text(printable(json.dumps(manuscript.references, ensure_ascii=False)), encoding="utf-8")
    arguments = ["-t", "json", "--citeproc", f"--csl={style_path(manuscript.csl_style)}"]
    arguments += [f"--bibliography={references}", f"--metadata=lang={manuscript.language}"]
    arguments += ["--metadata=link-citations=true", "--metadata=reference-section-title="]
    tree = json.loads(pandoc.run(arguments, given=document(blocks), folder=folder))
    return list(change_inlines(tree["blocks"], _tidy))


def _tidy(items: list[Any]) -> list[Any]:
    """Page numbers bound to their label; no link in a link, none but to the web, to mail and within the document."""
    kept: list[Any] = []
    for item in bind_numbers(items):
        if not (isinstance(item, dict) and item.get("t") == "Link"):
            kept.append(item)
        elif item["c"][2][0].lower().startswith(_SCHEMES):
            kept.append(element("Link", item["c"][0], change_inlines(item["c"][1], _without_links), item["c"][2]))
        else:
            kept.extend(item["c"][1])
    return kept


def _without_links(items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        is_link = isinstance(item, dict) and item.get("t") == "Link"
        kept.extend(item["c"][1] if is_link else [item])
    return kept
