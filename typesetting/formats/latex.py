"""LaTeX with the list of its sources: a ZIP of ``main.tex`` and ``sources.bib``.

It compiles with pdfLaTeX, XeLaTeX and LuaLaTeX, with packages and faces that every TeX distribution brings. Citations
stand as printed in the document's style; one line at the top has biblatex set them anew from ``sources.bib``.
"""

import re
import zipfile
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Final

from typesetting import pandoc
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, document, element, plain
from typesetting.fallbacks import numbers_its_citations
from typesetting.formats.latex_signs import declared_signs, escaped
from typesetting.formats.live import Cited, read_citation
from typesetting.formats.whole import BIBLIOGRAPHY, Part, one_line, parts, table_lines, title_lines
from typesetting.front_parts import label
from typesetting.labels import base_language
from typesetting.lists import biblatex
from typesetting.manuscript import Manuscript
from typesetting.numbering import is_numbered
from typesetting.styles import style_root
from typesetting.tables import is_captioned, with_native_caption

#: For each language its name in babel, the file of it, and the code of babel's own locale.
_BABEL: Final = {
    "en": ("american", "english", "en-US"), "de": ("ngerman", "ngermanb", "de"), "it": ("italian", "italian", "it"),
    "es": ("spanish", "spanish", "es"), "fr": ("french", "french", "fr"), "pl": ("polish", "polish", "pl"),
    "pt": ("portuguese", "portuges", "pt"), "nl": ("dutch", "dutch", "nl"), "cs": ("czech", "czech", "cs"),
    "ro": ("romanian", "romanian", "ro"), "en-gb": ("british", "english", "en-GB"),
}  # fmt: skip
_SIGNS: Final = "%%SIGNS%%\n"
_LONG_CHARACTERS: Final = 30
_BREAKS: Final = re.compile(r"(?<=[/.?&=_,;:+%#~-])(?=[^\W_])")
_HEADINGS: Final = {1: "section", 2: "subsection"}


def write(manuscript: Manuscript, cited: CitedText, folder: Path) -> Path:
    """Writes the ZIP into ``folder`` and returns its path. Raises ExportError."""
    language = manuscript.language.lower()
    babel, file, code = _BABEL.get(language) or _BABEL.get(base_language(language)) or _BABEL["en"]
    lines = {name: escaped(words) for name, words in title_lines(manuscript).items()}
    template = (resources.files("typesetting.formats") / "document.tex").read_text(encoding="utf-8")
    text = Template(template).substitute(
        {"kind": "", "topic": "", "author": "", **lines},
        babel=babel,
        ldf=file,
        locale=code,
        style=_nearest_style(manuscript),
        institution=_lines(lines, "institution-"),
        facts=_lines(lines, "fact-"),
        notice=escaped(one_line(manuscript, manuscript.notice)),
        contents=escaped(label(manuscript, "contents")),
        tables=f"\\renewcommand{{\\listtablename}}{{{escaped(label(manuscript, 'tables'))}}}\n\\listoftables"
        if table_lines(cited)
        else "",
        body=_body(manuscript, parts(manuscript, cited), folder),
    )
    text = text.replace(_SIGNS, declared_signs(text))
    whole = folder / "document.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("main.tex", text)
        package.writestr("sources.bib", biblatex.write(manuscript.references))
    return whole


def _lines(lines: dict[str, str], beginning: str) -> str:
    return "\n".join(f"{words}\\par" for name, words in lines.items() if name.startswith(beginning))


def _nearest_style(manuscript: Manuscript) -> str:
    """The style of biblatex that comes nearest."""
    style = style_root(manuscript.csl_style, manuscript.language, manuscript.own_style)
    if style.get("class") == "note":
        return "verbose"
    return "numeric-comp" if numbers_its_citations(style) else "authoryear"


def _body(manuscript: Manuscript, found: list[Part], folder: Path) -> str:
    blocks: list[Element] = []
    for part in found:
        blocks.append(_raw(_heading(part)))
        blocks += _sources(part.blocks) if part.key == BIBLIOGRAPHY else map(_lower_heading, part.blocks)

    def with_commands(items: list[Any]) -> list[Any]:
        kept: list[Any] = []
        for item in items:
            if isinstance(item, dict) and item.get("t") == "Cite":
                command = _command(read_citation(item, manuscript.language), manuscript.language)
                kept += [_raw_inline(f"\\cited{{{command}}}{{"), *item["c"][1], _raw_inline("}")]
            elif isinstance(item, dict) and item.get("t") == "Str":
                kept += _breakable(item["c"])
            elif isinstance(item, dict) and item.get("t") == "Link":
                attributes, inside, (target, title) = item["c"]
                if plain(inside) == target:  # an address as it is breaks by itself
                    inside = [element("Str", target)]
                kept.append(element("Link", attributes, inside, [_renamed(target), title]))
            elif is_captioned(item):
                kept += with_native_caption(item, is_numbered_there=True)
            elif isinstance(item, dict) and item.get("t") == "Div" and is_numbered(item):
                kept.append(_numbered_formula(item["c"]))
            else:
                kept.append(item)
        return kept

    tree = change_inlines(document(blocks), with_commands)
    arguments = ["-t", "latex-smart", "--wrap=none", "--syntax-highlighting=none", "--top-level-division=section"]
    return pandoc.run(arguments, given=tree, folder=folder).output.decode()


def _breakable(words: str) -> list[Element]:
    """A word; a long one with signs in it, such as an address, may break behind them."""
    pieces = _BREAKS.split(words) if len(words) > _LONG_CHARACTERS else [words]
    found = [element("Str", pieces[0])]
    for piece in pieces[1:]:
        found += [_raw_inline("\\allowbreak{}"), element("Str", piece)]
    return found


def _numbered_formula(content: list[Any]) -> Element:
    """TeX counts it anew, and comes to the same number: no other formula has one."""
    tex = content[1][0]["c"][0]["c"][1]
    return _raw(f"\\begin{{equation}}\\label{{{content[0][0]}}}\n{tex}\n\\end{{equation}}")


def _heading(part: Part) -> str:
    command, title = _HEADINGS[part.depth], escaped(part.title)
    if part.number:
        return f"\\{command}{{{title}}}\\label{{{part.anchor}}}"
    return f"\\clearpage\n\\{command}*{{{title}}}\\addcontentsline{{toc}}{{{command}}}{{{title}}}"


def _lower_heading(block: Element) -> Element:
    """Headings within a section stand below all that are numbered; TeX has no names for the lowest."""
    return element("Header", 3, *block["c"][1:]) if block["t"] == "Header" else block


def _sources(entries: list[Element]) -> list[Element]:
    """The list as printed, each entry with the label that its citations lead to; or what biblatex makes of it."""
    blocks = [_raw("\\ifdefined\\livecitations\n\\printbibliography[heading=none]\n\\else\n\\begin{sources}")]
    for entry in entries:
        blocks.append(_raw("\\item"))
        blocks.append(
            element(
                "Div",
                attr(_renamed(f"#{entry['c'][0][0]}").removeprefix("#")),
                [_with_number(block) for block in entry["c"][1]],
            )
        )
    return [*blocks, _raw("\\end{sources}\n\\fi")]


def _renamed(target: str) -> str:
    """Of what is named ``ref-…`` pandoc makes the entry of a list of its own, whose commands are not ours."""
    return f"#source-{target.removeprefix('#ref-')}" if target.startswith("#ref-") else target


def _with_number(block: Element) -> Element:
    """An entry's number in a box of the width that its lines are moved in by; other parts of it as they stand."""
    if block["t"] not in ("Para", "Plain"):
        return block
    inside: list[Element] = []
    for item in block["c"]:
        if item["t"] != "Span":
            inside.append(item)
        elif "csl-left-margin" in item["c"][0][1]:
            inside.append(_raw_inline(f"\\sourcenumber{{{escaped(plain(item['c'][1]).strip())}}}"))
        else:
            inside += item["c"][1]
    return element(block["t"], inside)


def _command(items: list[Cited], language: str) -> str:
    """What biblatex is told: ``\\autocites[see][12]{lind}[][3]{ek}``."""
    named = "".join(f"[{{{escaped(item.prefix)}}}][{{{_after(item, language)}}}]{{{item.key}}}" for item in items)
    if len(items) > 1:
        return f"\\autocites{named}"
    return f"\\autocite{'*' if items[0].hides_author else ''}{named}"


def _after(item: Cited, language: str) -> str:
    return escaped(", ".join(filter(None, (item.place(language), item.suffix))))


def _raw(code: str) -> Element:
    return element("RawBlock", "latex", code)


def _raw_inline(code: str) -> Element:
    return element("RawInline", "latex", code)
