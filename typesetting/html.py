"""Document tree → HTML, escaped throughout."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from typesetting.cleaning import clean
from typesetting.elements import Element, plain
from typesetting.numbering import FORMULA, number_of
from typesetting.tables import TABLE, CaptionedTable, is_figure, read

_LONGEST_WORD: Final = 1_000
_TAGS: Final = {"Emph": "em", "Strong": "strong", "Strikeout": "s", "Superscript": "sup", "Subscript": "sub",
                "Underline": "u"}  # fmt: skip
_ALIGNMENTS: Final = {"AlignRight": "right", "AlignCenter": "center", "AlignLeft": "left"}
# Classes that citeproc gives the parts of an entry; no other class goes through.
_CLASSES: Final = {"csl-entry", "csl-left-margin", "csl-right-inline", "csl-indent", "csl-block"}


class HtmlWriter:
    """Writes for paged paper: notes stand inside the text, for the stylesheet to float them to the foot of the page."""

    def __init__(self, formulas: Mapping[tuple[str, str], str] | None = None) -> None:
        """``formulas`` is the MathML of each by kind and TeX, as of a cited text."""
        self._formulas = formulas or {}
        self._drawn: list[str] = []

    def clean(self, html: str) -> str:
        """What it wrote, cleaned, with the formulas in their places."""
        return clean(html, self._drawn)

    def blocks(self, nodes: list[Element]) -> str:
        """HTML of a list of blocks."""
        return "\n".join(filter(None, (self._write(node) for node in nodes)))

    def inlines(self, nodes: list[Element]) -> str:
        """HTML of running text."""
        return "".join(map(self._write, nodes))

    def _write(self, node: Element) -> str:
        kind = node["t"]
        if tag := _TAGS.get(kind):
            return f"<{tag}>{self.inlines(node['c'])}</{tag}>"
        write: Callable[[Any], str] = getattr(self, _METHODS[kind])
        return write(node.get("c"))

    def _paragraph(self, content: list[Element]) -> str:
        if len(content) == 1 and _is_display(content[0]):
            return f'<div class="{FORMULA}" tabindex="0">{self.inlines(content)}</div>'
        return f"<p>{self.inlines(content)}</p>"

    def _bare(self, content: list[Element]) -> str:
        return self.inlines(content)

    def _header(self, content: list[Any]) -> str:
        level, _, inlines = content
        return f"<h{level}>{self.inlines(inlines)}</h{level}>"

    def _quotation(self, content: list[Element]) -> str:
        return f"<blockquote>\n{self.blocks(content)}\n</blockquote>"

    def _bullets(self, content: list[list[Element]]) -> str:
        return "<ul>\n" + "\n".join(f"<li>{self.blocks(item)}</li>" for item in content) + "\n</ul>"

    def _numbers(self, content: list[Any]) -> str:
        start = f' start="{int(content[0][0])}"' if content[0][0] != 1 else ""
        return f"<ol{start}>\n" + "\n".join(f"<li>{self.blocks(item)}</li>" for item in content[1]) + "\n</ol>"

    def _code_block(self, content: list[Any]) -> str:
        return f"<pre><code>{escape(content[1])}</code></pre>"

    def _rule(self, content: None) -> str:
        return "<hr>"

    def _div(self, content: list[Any]) -> str:
        if TABLE in content[0][1]:
            return self._with_caption(read({"t": "Div", "c": content}))
        if number := number_of(content):
            inside = self.inlines(content[1][0]["c"])
            shown = f'<span class="formula-number">({escape(number)})</span>'
            return f'<div class="{FORMULA}" tabindex="0" id="{escape(content[0][0])}">{inside}{shown}</div>'
        kinds = " ".join(name for name in content[0][1] if name in _CLASSES)
        return f'<div class="{kinds}">{self.blocks(content[1])}</div>' if kinds else self.blocks(content[1])

    def _table(self, content: list[Any]) -> str:
        _, _, columns, head, bodies, _ = content
        aligned = [_ALIGNMENTS.get(column[0]["t"], "") for column in columns]
        rows = [self._row(row, aligned, "th") for row in head[1]]
        top = f"<thead>{''.join(rows)}</thead>" if rows else ""
        body = "".join(self._row(row, aligned, "td") for part in bodies for row in part[3])
        # Wider than a screen, it scrolls by itself: who has no mouse must be able to be there.
        return f'<div class="table-scroll" tabindex="0"><table>{top}<tbody>{body}</tbody></table></div>'

    def _with_caption(self, found: CaptionedTable) -> str:
        number = f"<strong>{escape(found.words)}.</strong> " if found.words else ""
        words = f"{number}{self.inlines(found.caption)}"
        caption = f'<div class="table-caption">{words}</div>'
        source = f'<div class="table-source">{self.inlines(found.source)}</div>'
        return "\n".join([
            f'<div class="captioned" id="{escape(found.anchor)}">' if found.anchor else '<div class="captioned">',
            caption if found.caption or found.words else "",
            self._table(found.table["c"]),
            source if found.source else "",
            "</div>",
        ])  # fmt: skip

    def _row(self, row: list[Any], aligned: list[str], tag: str) -> str:
        cells = []
        for cell, side in zip(row[1], aligned, strict=False):
            names = f"{side} figure".strip() if is_figure(cell) else side
            kind = f' class="{names}"' if names else ""
            scope = ' scope="col"' if tag == "th" else ""
            cells.append(f"<{tag}{kind}{scope}>{self.blocks(cell[4])}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>"

    def _words(self, content: str) -> str:
        words = escape(content)
        # To break it the layout would take minutes: what is as long as that is no word.
        return words if len(content) <= _LONGEST_WORD else f'<span class="unbroken">{words}</span>'

    def _space(self, content: None) -> str:
        return " "

    def _line_break(self, content: None) -> str:
        return "<br>"

    def _code(self, content: list[Any]) -> str:
        return f"<code>{escape(content[1])}</code>"

    def _math(self, content: list[Any]) -> str:
        """A formula, which is put in its place when all else was cleaned."""
        mathml = self._formulas[content[0]["t"], content[1]]
        self._drawn.append(self.formula(mathml))
        return f'<span class="{FORMULA}" data-formula="{len(self._drawn) - 1}"></span>'

    def formula(self, mathml: str) -> str:
        """How a formula is shown."""
        return mathml

    def _span(self, content: list[Any]) -> str:
        kinds = " ".join(name for name in content[0][1] if name in _CLASSES)
        inside = self.inlines(content[1])
        return f'<span class="{kinds}">{inside}</span>' if kinds else inside

    def _small_caps(self, content: list[Element]) -> str:
        return f'<span class="small-caps">{self.inlines(content)}</span>'

    def _quoted(self, content: list[Any]) -> str:
        opening, closing = ("“", "”") if content[0]["t"] == "DoubleQuote" else ("‘", "’")
        return f"{opening}{self.inlines(content[1])}{closing}"

    def link(self, content: list[Any]) -> str:
        """A link, whose target is known to be harmless."""
        return f'<a href="{escape(content[2][0])}">{self.inlines(content[1])}</a>'

    def citation(self, content: list[Any]) -> str:
        """A citation as citeproc set it."""
        return self.inlines(content[1])

    def note(self, content: list[Element]) -> str:
        """A footnote at its place in the text."""
        return f'<small class="footnote">{self.note_text(content)}</small>'

    def note_text(self, content: list[Element]) -> str:
        """A note's blocks as one run of text."""
        return " ".join(
            self.inlines(block["c"]) if block["t"] in ("Para", "Plain") else escape(plain(block)) for block in content
        )


def _is_display(node: Element) -> bool:
    return node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath"


_METHODS: Final = {
    "Para": "_paragraph",
    "Plain": "_bare",
    "Header": "_header",
    "BlockQuote": "_quotation",
    "BulletList": "_bullets",
    "OrderedList": "_numbers",
    "CodeBlock": "_code_block",
    "HorizontalRule": "_rule",
    "Div": "_div",
    "Table": "_table",
    "Str": "_words",
    "Space": "_space",
    "SoftBreak": "_space",
    "LineBreak": "_line_break",
    "Code": "_code",
    "Math": "_math",
    "Span": "_span",
    "SmallCaps": "_small_caps",
    "Quoted": "_quoted",
    "Link": "link",
    "Cite": "citation",
    "Note": "note",
}
