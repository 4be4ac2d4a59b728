"""Document tree → HTML, escaped throughout."""

from collections.abc import Callable
from html import escape
from typing import Any, Final

from documents.export.elements import Element

_TAGS: Final = {"Emph": "em", "Strong": "strong", "Strikeout": "s", "Superscript": "sup", "Subscript": "sub",
                "Underline": "u"}  # fmt: skip
_ALIGNMENTS: Final = {"AlignRight": "right", "AlignCenter": "center", "AlignLeft": "left"}
# Classes that citeproc gives the parts of an entry; no other class goes through.
_CLASSES: Final = {"csl-entry", "csl-left-margin", "csl-right-inline", "csl-indent", "csl-block"}


class HtmlWriter:
    """Writes for paged paper: notes stand inside the text, for the stylesheet to float them to the foot of the page."""

    def blocks(self, nodes: list[Element]) -> str:
        """HTML of a list of blocks."""
        return "\n".join(filter(None, (_BLOCKS[node["t"]](self, node.get("c")) for node in nodes)))

    def inlines(self, nodes: list[Element]) -> str:
        """HTML of running text."""
        return "".join(_INLINES[node["t"]](self, node.get("c")) for node in nodes)

    def paragraph(self, content: list[Element]) -> str:
        return f"<p>{self.inlines(content)}</p>"

    def bare(self, content: list[Element]) -> str:
        return self.inlines(content)

    def header(self, content: list[Any]) -> str:
        level, _, inlines = content
        return f"<h{level}>{self.inlines(inlines)}</h{level}>"

    def quotation(self, content: list[Element]) -> str:
        return f"<blockquote>\n{self.blocks(content)}\n</blockquote>"

    def bullets(self, content: list[list[Element]]) -> str:
        return "<ul>\n" + "\n".join(f"<li>{self.blocks(item)}</li>" for item in content) + "\n</ul>"

    def numbers(self, content: list[Any]) -> str:
        start = f' start="{int(content[0][0])}"' if content[0][0] != 1 else ""
        return f"<ol{start}>\n" + "\n".join(f"<li>{self.blocks(item)}</li>" for item in content[1]) + "\n</ol>"

    def code_block(self, content: list[Any]) -> str:
        return f"<pre><code>{escape(content[1])}</code></pre>"

    def rule(self, content: None) -> str:
        return "<hr>"

    def div(self, content: list[Any]) -> str:
        kinds = " ".join(name for name in content[0][1] if name in _CLASSES)
        return f'<div class="{kinds}">{self.blocks(content[1])}</div>' if kinds else self.blocks(content[1])

    def table(self, content: list[Any]) -> str:
        _, _, columns, head, bodies, _ = content
        aligned = [_ALIGNMENTS.get(column[0]["t"], "") for column in columns]
        rows = [self._row(row, aligned, "th") for row in head[1]]
        top = f"<thead>{''.join(rows)}</thead>" if rows else ""
        body = "".join(self._row(row, aligned, "td") for part in bodies for row in part[3])
        return f"<table>{top}<tbody>{body}</tbody></table>"

    def _row(self, row: list[Any], aligned: list[str], tag: str) -> str:
        cells = []
        for cell, side in zip(row[1], aligned, strict=False):
            kind = f' class="{side}"' if side else ""
            scope = ' scope="col"' if tag == "th" else ""
            cells.append(f"<{tag}{kind}{scope}>{self.blocks(cell[4])}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>"

    def words(self, content: str) -> str:
        return escape(content)

    def code(self, content: list[Any]) -> str:
        return f"<code>{escape(content[1])}</code>"

    def span(self, content: list[Any]) -> str:
        kinds = " ".join(name for name in content[0][1] if name in _CLASSES)
        inside = self.inlines(content[1])
        return f'<span class="{kinds}">{inside}</span>' if kinds else inside

    def small_caps(self, content: list[Element]) -> str:
        return f'<span class="small-caps">{self.inlines(content)}</span>'

    def quoted(self, content: list[Any]) -> str:
        opening, closing = ("“", "”") if content[0]["t"] == "DoubleQuote" else ("‘", "’")
        return f"{opening}{self.inlines(content[1])}{closing}"

    def link(self, content: list[Any]) -> str:
        return f'<a href="{escape(content[2][0])}">{self.inlines(content[1])}</a>'

    def citation(self, content: list[Any]) -> str:
        return self.inlines(content[1])

    def note(self, content: list[Element]) -> str:
        return f'<span class="footnote">{self.note_text(content)}</span>'

    def note_text(self, content: list[Element]) -> str:
        """A note's blocks as one run of text."""
        return " ".join(
            self.inlines(block["c"]) if block["t"] in ("Para", "Plain") else escape(block_words(block))
            for block in content
        )


def block_words(block: Element) -> str:
    """The words of a block that has no place in a note."""
    from documents.export.elements import plain

    return plain(block)


_BLOCKS: Final[dict[str, Callable[[HtmlWriter, Any], str]]] = {
    "Para": lambda writer, content: writer.paragraph(content),
    "Plain": lambda writer, content: writer.bare(content),
    "Header": lambda writer, content: writer.header(content),
    "BlockQuote": lambda writer, content: writer.quotation(content),
    "BulletList": lambda writer, content: writer.bullets(content),
    "OrderedList": lambda writer, content: writer.numbers(content),
    "CodeBlock": lambda writer, content: writer.code_block(content),
    "HorizontalRule": lambda writer, content: writer.rule(content),
    "Div": lambda writer, content: writer.div(content),
    "Table": lambda writer, content: writer.table(content),
}
_INLINES: Final[dict[str, Callable[[HtmlWriter, Any], str]]] = {
    "Str": lambda writer, content: writer.words(content),
    "Space": lambda writer, content: " ",
    "SoftBreak": lambda writer, content: " ",
    "LineBreak": lambda writer, content: "<br>",
    "Code": lambda writer, content: writer.code(content),
    "Span": lambda writer, content: writer.span(content),
    "SmallCaps": lambda writer, content: writer.small_caps(content),
    "Quoted": lambda writer, content: writer.quoted(content),
    "Link": lambda writer, content: writer.link(content),
    "Cite": lambda writer, content: writer.citation(content),
    "Note": lambda writer, content: writer.note(content),
    **{
        kind: (lambda writer, content, tag=tag: f"<{tag}>{writer.inlines(content)}</{tag}>")
        for kind, tag in _TAGS.items()
    },
}
