"""Citations and bibliography, set once by pandoc's citeproc for every format (R-96, decision 4 of the architecture).

What comes out is one tree. PDF, DOCX and the screen are all made of it, so a citation reads the same everywhere.
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from typesetting import fallbacks, narrative
from typesetting.citing_engine import Engine, Setting
from typesetting.elements import Element, attr, change_inlines, citations, element, plain, text, walk
from typesetting.errors import ExportError
from typesetting.labels import words
from typesetting.locators import as_words
from typesetting.manuscript import Fallbacks, Manuscript
from typesetting.numbering import number
from typesetting.parsing import parse
from typesetting.style_mending import prints_places_bare
from typesetting.styles import numbers_its_entries, style_root
from typesetting.typography import bind_numbers

_SCHEMES = ("https://", "http://", "mailto:", "#")
_STATEMENT = "ai-statement"
_LAWS = frozenset({"bill", "legislation", "regulation", "treaty"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CitedText:
    """The parts of a document with its citations set. ``cited`` counts the cited keys, each time anew.

    ``entries`` are the bibliography's, each a Div ``ref-<key>``; ``is_numbered`` where they are a numbered list.
    ``formulas`` is the MathML of each by kind and TeX.
    """

    sections: dict[str, list[Element]]
    cited: int
    entries: list[Element]
    statement: list[Element]
    is_numbered: bool
    fallbacks: Fallbacks
    formulas: dict[tuple[str, str], str] = field(default_factory=dict)


def cite(manuscript: Manuscript, folder: Path) -> CitedText:
    """Parses the sections and sets their citations. Raises ExportError, also for a cited key that has no reference.

    Every cited key has words in the text and an entry: where the style prints none, a fallback does, and is told.
    """
    blocks = []
    cited = 0
    laws = {str(one["id"]) for one in manuscript.references if one.get("type") in _LAWS}
    for place, section in enumerate(manuscript.sections):
        text = parse(
            section.markdown,
            language=manuscript.language,
            below=section.level + 1,
            cited_before=cited,
            statutes=laws,
        )
        cited = text.cited
        blocks.append(element("Div", attr(f"part-{place}"), text.blocks))
    statement = parse(manuscript.ai_statement or "", language=manuscript.language, below=2)
    blocks.append(element("Div", attr(_STATEMENT), statement.blocks))
    formulas: dict[tuple[str, str], str] = {}
    unread: tuple[str, ...] = ()
    if any(one["t"] == "Math" for one in walk(blocks)):
        from typesetting import formulas as reader  # few documents have a formula

        blocks, formulas, unread = reader.read(blocks, folder)
    keys = _cited_keys(blocks, manuscript)
    style = style_root(manuscript.csl_style, manuscript.language, manuscript.own_style)
    blocks = narrative.with_words(blocks, manuscript.references, manuscript.language)
    if style.get("class") != "note" and not fallbacks.numbers_its_citations(style):
        blocks = fallbacks.narrated_apart(blocks)
    if prints_places_bare(style):
        _put_places_in_words(blocks, manuscript.language)
    set_blocks, by_title = _set(blocks, manuscript, style, folder)
    entries = fallbacks.listed(fallbacks.bibliography(set_blocks))
    there = {entry["c"][0][0] for entry in entries}
    missing = [key for key in keys if f"ref-{key}" not in there]
    if missing:
        entries += fallbacks.entries(missing, _by_key(manuscript), _in_another_style(manuscript, folder))
    parts: dict[str, list[Element]] = {
        block["c"][0][0]: block["c"][1] for block in change_inlines(set_blocks, _tidy) if block["t"] == "Div"
    }
    unknown = number(parts, table=manuscript.labels.get("table") or words(manuscript.language).table)
    return CitedText(
        sections={section.id: parts[f"part-{place}"] for place, section in enumerate(manuscript.sections)},
        cited=cited,
        entries=change_inlines(entries, _tidy),
        statement=parts[_STATEMENT],
        is_numbered=numbers_its_entries(style),
        fallbacks=Fallbacks(
            text=by_title,
            entries=tuple(missing),
            has_list=len(missing) < max(1, len(keys)),
            formulas=unread,
            labels=unknown,
        ),
        formulas=formulas,
    )


def _put_places_in_words(blocks: list[Element], language: str) -> None:
    """Places other than pages with their kind in words, for styles that print a bare number."""
    for cite in citations(blocks):
        for item in cite["c"][0]:
            item["citationSuffix"] = text(as_words(plain(item["citationSuffix"]), language))


def _cited_keys(blocks: list[Element], manuscript: Manuscript) -> list[str]:
    """Every cited key once, in the order of the text. Raises ExportError for one without a reference."""
    known = {str(reference["id"]) for reference in manuscript.references}
    cited = [item["citationId"] for cite in citations(blocks) for item in cite["c"][0]]
    if unknown := sorted(set(cited) - known):
        raise ExportError(f"The text cites sources that are not there: {', '.join(unknown)[:200]}.")
    return list(dict.fromkeys(cited))


def _by_key(manuscript: Manuscript) -> dict[str, dict[str, Any]]:
    return {str(reference["id"]): reference for reference in manuscript.references}


def _set(
    blocks: list[Element], manuscript: Manuscript, style: "etree._Element", folder: Path
) -> tuple[list[Element], tuple[str, ...]]:
    """The blocks with their citations set, and the keys that had to be cited by title."""
    engine = Engine(style, manuscript.references, language=manuscript.language, folder=folder)
    setting = engine.set(blocks)
    hidden = _hidden(setting, style, engine)
    if hidden and fallbacks.in_full(blocks, hidden):
        setting = engine.set(blocks)
        hidden = _hidden(setting, style, engine)
    if hidden:
        blocks, is_changed = fallbacks.apart(blocks, hidden)
        if is_changed and style.get("class") != "note":
            setting = engine.set(blocks)
        fallbacks.by_title(setting.blocks, hidden, _by_key(manuscript), language=manuscript.language)
    _log(setting)
    numbered = {item["citationHash"]: item["citationId"] for cite in citations(setting.blocks) for item in cite["c"][0]}
    return setting.blocks, tuple(dict.fromkeys(numbered[number] for number in sorted(hidden)))


def _hidden(setting: Setting, style: "etree._Element", engine: Engine) -> set[int]:
    if fallbacks.numbers_its_citations(style):
        return set()
    return fallbacks.hidden(setting.blocks, setting.unprinted, engine.set)


def _log(setting: Setting) -> None:
    """What else the engine complained of, counted: its words may be the document's."""
    if setting.warnings:
        logger.warning("the citation engine complained", extra={"warnings": setting.warnings})


def _in_another_style(manuscript: Manuscript, folder: Path) -> Any:
    style = style_root(fallbacks.STYLE, manuscript.language)
    return lambda blocks: (
        Engine(style, manuscript.references, language=manuscript.language, folder=folder).set(blocks).blocks
    )


def _tidy(items: list[Any]) -> list[Any]:
    """Page numbers bound to their label; no link in a link, none but to the web, to mail and within the document."""
    kept: list[Any] = []
    for item in bind_numbers(items):
        if kept and _is_ended_twice(kept[-1], item):
            kept.append({**item, "c": item["c"][1:]})
        elif not (isinstance(item, dict) and item.get("t") == "Link"):
            kept.append(item)
        elif item["c"][2][0].lower().startswith(_SCHEMES):
            kept.append(element("Link", item["c"][0], change_inlines(item["c"][1], _without_links), item["c"][2]))
        else:
            kept.extend(item["c"][1])
    return kept


def _is_ended_twice(before: Any, item: Any) -> bool:
    """Whether a full stop follows a raised citation that ends in one: the engine sees to the others."""
    return bool(
        isinstance(item, dict)
        and item.get("t") == "Str"
        and item["c"][:1] == "."
        and item["c"][1:2] != "."
        and isinstance(before, dict)
        and before.get("t") == "Cite"
        and before["c"][1][-1:] != []
        and before["c"][1][-1]["t"] == "Superscript"
        and plain(before["c"][1]).endswith(".")
    )


def _without_links(items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        is_link = isinstance(item, dict) and item.get("t") == "Link"
        kept.extend(item["c"][1] if is_link else [item])
    return kept
