"""Markdown of one section → pandoc's elements.

The parser is markdown-it: linear on hostile input, no raw HTML, images reduced to their description. What pandoc then
gets is our own tree, so that it never parses what strangers wrote.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from typesetting.citation_syntax import CitedItem, citation_plugin
from typesetting.elements import NO_ATTR, Element, attr, element, text
from typesetting.formula_syntax import formula_plugin
from typesetting.labels import words
from typesetting.locators import for_the_engine
from typesetting.numbering import LABELS, REFERENCE
from typesetting.table_syntax import table_plugin
from typesetting.tables import aligned, captioned
from typesetting.typography import polish, printable

_SCHEMES: Final = ("https://", "http://", "mailto:")
_DEEPEST_HEADING: Final = 6


def _new_parser(*, typographer: bool, quotes: tuple[str, ...], table: str, source: str) -> MarkdownIt:
    options = {"html": False, "typographer": typographer, "quotes": list(quotes), "maxNesting": 20}
    parser = MarkdownIt("commonmark", options)
    parser.enable(["table", "strikethrough", "smartquotes"])
    # "[Note]: so it was" would be the address of a link, and print nothing.
    parser.disable("reference")
    return (
        parser.use(footnote_plugin)
        .use(citation_plugin)
        .use(formula_plugin)
        .use(table_plugin, table=table, source=source)
    )


@lru_cache(maxsize=16)
def _parser(quotes: tuple[str, ...], table: str, source: str) -> MarkdownIt:
    return _new_parser(typographer=True, quotes=quotes, table=table, source=source)


@dataclass(frozen=True)
class ParsedText:
    """The blocks of a section and the number of keys cited up to its end."""

    blocks: list[Element]
    cited: int


def parse(
    markdown: str, *, language: str, below: int, cited_before: int = 0, statutes: Set[str] = frozenset()
) -> ParsedText:
    """Parses a section whose headings come below level ``below``. ``statutes`` are the keys of laws.

    Cited keys are numbered in the order of the text, from ``cited_before + 1``; the number is in ``citationHash``,
    which citeproc leaves alone.
    """
    environment = {"cited": cited_before}
    said = words(language)
    tokens = _parser(said.quotes, said.table, said.source).parse(printable(markdown), environment)
    return ParsedText(_Builder(language, below, statutes).blocks(SyntaxTreeNode(tokens)), environment["cited"])


@lru_cache(maxsize=16)
def _raw_parser(table: str, source: str) -> MarkdownIt:
    """The same rules for what is changed by hand: words as they were typed, escapes and notes where they stand."""
    parser = _new_parser(typographer=False, quotes=(), table=table, source=source)
    parser.core.ruler.disable(["text_join", "footnote_tail"])
    return parser


def raw_tree(markdown: str, *, language: str) -> tuple[SyntaxTreeNode, dict[str, Any]]:
    """The nodes of a section before anything is set, and what the parser noted of its footnotes."""
    environment: dict[str, Any] = {"cited": 0}
    said = words(language)
    return SyntaxTreeNode(_raw_parser(said.table, said.source).parse(printable(markdown), environment)), environment


def raw_inline(words_of_it: str, *, language: str, environment: dict[str, Any]) -> list[SyntaxTreeNode]:
    """The same of running text alone."""
    said = words(language)
    tokens = _raw_parser(said.table, said.source).parseInline(words_of_it, environment)
    return [found for child in SyntaxTreeNode(tokens).children for found in child.children]


def cited_keys(markdown: str, *, language: str) -> list[str]:
    """The keys that files print for a section, in the order of its source, those in notes and captions included."""
    found: list[tuple[int, str]] = []
    left: list[Any] = [parse(markdown, language=language, below=1).blocks]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            if "citationId" in node:
                found.append((node["citationHash"], node["citationId"]))
            left += node.values()
    return [key for _number, key in sorted(found)]


class _Builder:
    """Turns markdown-it's tree into pandoc's."""

    def __init__(self, language: str, below: int, statutes: Set[str]) -> None:
        self.language = language
        self.below = below
        self.statutes = statutes
        self.notes: dict[int, SyntaxTreeNode] = {}

    def blocks(self, root: SyntaxTreeNode) -> list[Element]:
        for child in root.children:
            if child.type == "footnote_block":
                self.notes = {note.meta["id"]: note for note in child.children if note.type == "footnote"}
        return self._blocks(root.children)

    def _blocks(self, nodes: list[SyntaxTreeNode]) -> list[Element]:
        found: list[Element] = []
        for place, node in enumerate(nodes):
            if node.type == "table":
                found.append(self._with_captions(nodes, place))
                continue
            build = _BLOCKS.get(node.type)
            if build is not None:
                found.append(build(self, node))
        return found

    def _paragraph(self, node: SyntaxTreeNode) -> Element:
        return element("Plain" if node.hidden else "Para", self._inside(node))

    def _heading(self, node: SyntaxTreeNode) -> Element:
        level = min(int(node.tag[1:]) + self.below, _DEEPEST_HEADING)
        return element("Header", level, attr("", "unnumbered", "unlisted"), self._inside(node))

    def _quotation(self, node: SyntaxTreeNode) -> Element:
        return element("BlockQuote", self._blocks(node.children))

    def _bullets(self, node: SyntaxTreeNode) -> Element:
        return element("BulletList", [self._blocks(item.children) for item in node.children])

    def _numbers(self, node: SyntaxTreeNode) -> Element:
        style = [int(node.attrs.get("start", 1)), element("Decimal"), element("Period")]
        return element("OrderedList", style, [self._blocks(item.children) for item in node.children])

    def _code(self, node: SyntaxTreeNode) -> Element:
        return element("CodeBlock", NO_ATTR, node.content.rstrip("\n"))

    def _rule(self, node: SyntaxTreeNode) -> Element:
        return element("HorizontalRule")

    def _formula(self, node: SyntaxTreeNode) -> Element:
        formula = element("Para", [element("Math", element("DisplayMath"), node.content)])
        return element("Div", attr(node.meta["label"], "formula"), [formula]) if node.meta["label"] else formula

    def _table(self, node: SyntaxTreeNode) -> Element:
        rows = {part.type: part.children for part in node.children}
        head, below = rows.get("thead", []), rows.get("tbody", [])
        count = max(len(row.children) for row in [*head, *below])
        sides = [str(cell.attrs.get("style", "")) for row in head for cell in row.children]
        columns = [
            [element(_ALIGNMENTS.get(side, "AlignDefault")), element("ColWidthDefault")]
            for side in sides + [""] * (count - len(sides))
        ]
        made = [NO_ATTR, [self._row(row, count) for row in head]]
        body = [NO_ATTR, 0, [], [self._row(row, count) for row in below]]
        return element("Table", NO_ATTR, [None, []], columns, made, [body], [NO_ATTR, []])

    def _with_captions(self, nodes: list[SyntaxTreeNode], place: int) -> Element:
        """The table at a place with the captions that belong to it."""
        made = aligned(self._table(nodes[place]), self.language)
        behind = takewhile(lambda node: node.type == "caption" and node.meta["is_behind"], nodes[place + 1 :])
        before = [node for node in nodes[:place][-1:] if node.type == "caption" and not node.meta["is_behind"]]
        beside = {node.meta["kind"]: node for node in [*behind, *before]}
        if not beside:
            return made
        caption, source = beside.get("caption"), beside.get("source")
        word = [element("Str", f"{words(self.language).source}:"), element("Space")]
        return captioned(
            made,
            label=caption.meta["label"] if caption else "",
            caption=self._inside(caption) if caption else None,
            source=[*word, *self._inside(source)] if source else None,
        )

    def _row(self, row: SyntaxTreeNode, count: int) -> list[Any]:
        """A row of ``count`` cells: one with more than its head has widens the table, and none is dropped."""
        said = [self._inside(cell) for cell in row.children]
        said += [[] for _missing in range(count - len(said))]
        return [NO_ATTR, [[NO_ATTR, element("AlignDefault"), 1, 1, [element("Plain", one)]] for one in said]]

    def _inside(self, node: SyntaxTreeNode) -> list[Element]:
        return [found for child in node.children for found in self._inline(child)]

    def _inline(self, node: SyntaxTreeNode) -> list[Element]:
        if node.type == "inline":
            return self._inside(node)
        if node.type == "text":
            return text(polish(node.content, self.language))
        if node.type in _WRAPPERS:
            return [element(_WRAPPERS[node.type], self._inside(node))]
        if node.type == "softbreak":
            return [element("Space")]
        if node.type == "hardbreak":
            return [element("LineBreak")]
        if node.type == "code_inline":
            return [element("Code", NO_ATTR, node.content)]
        if node.type == "link":
            return self._link(node)
        if node.type == "image":
            return text(polish(node.content, self.language))
        if node.type == "citation":
            return [self._citation(node)]
        if node.type == "footnote_ref":
            return self._note(node)
        if node.type == "formula":
            kind = "DisplayMath" if node.meta["is_display"] else "InlineMath"
            return [element("Math", element(kind), node.content)]
        return []

    def _link(self, node: SyntaxTreeNode) -> list[Element]:
        target = str(node.attrs.get("href", ""))
        inside = self._inside(node)
        if target.startswith(LABELS):
            return [element("Link", attr("", REFERENCE), inside, [target, ""])]
        if not target.lower().startswith(_SCHEMES):
            return inside
        return [element("Link", NO_ATTR, inside, [target, ""])]

    def _citation(self, node: SyntaxTreeNode) -> Element:
        items: list[CitedItem] = node.meta["items"]
        citations = [
            {
                "citationId": item.key,
                "citationPrefix": text(polish(item.prefix, self.language)),
                "citationSuffix": text(for_the_engine(item.said, self.language, is_statute=item.key in self.statutes)),
                "citationMode": element("SuppressAuthor" if item.hides_author else "NormalCitation"),
                "citationNoteNum": 0,
                "citationHash": number,
            }
            for number, item in enumerate(items, start=node.meta["first"])
        ]
        return element("Cite", citations, text(node.content))

    def _note(self, node: SyntaxTreeNode) -> list[Element]:
        # A note is set once: taken out, it cannot hold a reference to itself or come twice.
        note = self.notes.pop(node.meta["id"], None)
        if note is None:
            return []
        return [element("Note", self._blocks(note.children))]


_BLOCKS: Final[dict[str, Callable[[_Builder, SyntaxTreeNode], Element]]] = {
    "paragraph": _Builder._paragraph,
    "heading": _Builder._heading,
    "blockquote": _Builder._quotation,
    "bullet_list": _Builder._bullets,
    "ordered_list": _Builder._numbers,
    "fence": _Builder._code,
    "code_block": _Builder._code,
    "hr": _Builder._rule,
    "formula_block": _Builder._formula,
    "table": _Builder._table,
}
_WRAPPERS: Final = {"em": "Emph", "strong": "Strong", "s": "Strikeout"}
_ALIGNMENTS: Final = {
    "text-align:left": "AlignLeft",
    "text-align:right": "AlignRight",
    "text-align:center": "AlignCenter",
}
