"""Trees of an editor as hostile hands make them, for Hypothesis."""

from typing import Any

from hypothesis import strategies as st

BITS = [
    "a", "word ", "The ", " ", "  ", "*", "**", "_", "~~", "`", "``", "[", "]", "(", ")", "!", "^", "$", "$$", "#",
    "# ", "> ", "- ", "+ ", "1. ", "2) ", "|", "---", "===", "\\", "&amp;", "&", "<", "<b>", ">", "http://x.org",
    "[@k, p. 3]", "[^1]", "[x](y)", '"', "'", "„", "“", "Table: x", "Source: ", ":", "{#tbl-x}", "$x$", "é", "\u00a0",
    "5", ".", ",", "-", "@", "@k", "<http://a.b>", "...", "--", "x_y",
]  # fmt: skip
WORDS = st.lists(st.sampled_from(BITS), min_size=1, max_size=6).map("".join)
MARKS = st.lists(
    st.sampled_from([
        {"type": "bold"}, {"type": "italic"}, {"type": "strike"}, {"type": "code"},
        {"type": "link", "attrs": {"href": "https://x.org/a_(b)"}},
    ]),
    max_size=2,
)  # fmt: skip
ITEM = st.fixed_dictionaries({
    "key": st.sampled_from(["k", "light", "a:b"]), "prefix": st.sampled_from(["", "see"]),
    "suffix": st.sampled_from(["", ", p. 4", "passim"]), "hides": st.booleans(),
    "passage": st.none() | st.integers(1, 9),
})  # fmt: skip


def of(kind: str, content: Any = None, **attrs: Any) -> dict[str, Any]:
    """A node."""
    node: dict[str, Any] = {"type": kind}
    return {**node, **({"attrs": attrs} if attrs else {}), **({} if content is None else {"content": content})}


TEXT = st.builds(lambda words, marks: {"type": "text", "text": words, "marks": marks}, WORDS, MARKS)
CITATION = st.lists(ITEM, min_size=1, max_size=2).map(lambda items: of("citation", items=items))
KEPT = st.sampled_from(["$x$", "[](#tbl-a)", '\\"']).map(lambda source: of("keptInline", source=source))
PLAIN = st.one_of(TEXT, TEXT, TEXT, CITATION, KEPT, st.just(of("hardBreak")))
NOTE = st.builds(
    lambda name, words: of("note", name=name, blocks=[of("paragraph", words)]),
    st.sampled_from(["", "1", "n"]),
    st.lists(PLAIN, min_size=1, max_size=3),
)
LINE = st.lists(st.one_of(PLAIN, PLAIN, PLAIN, NOTE), min_size=1, max_size=5)
PARAGRAPH = LINE.map(lambda words: of("paragraph", words))
CELL = LINE.map(lambda words: of("tableCell", [of("paragraph", words)]))
TABLE = st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=3).map(
    lambda rows: of("table", [of("tableRow", cells) for cells in rows])
)
OTHERS = st.sampled_from([of("codeBlock", [{"type": "text", "text": "x\n  `y\n"}]), of("kept", source="---")])


def _around(inside: Any) -> Any:
    items = st.lists(
        st.builds(lambda first, more: of("listItem", [first, *more]), PARAGRAPH, st.lists(inside, max_size=1)),
        min_size=1,
        max_size=3,
    )
    return st.one_of(
        items.map(lambda found: of("bulletList", found, tight=True)),
        st.builds(
            lambda found, start: of("orderedList", found, start=start, tight=False), items, st.sampled_from([1, 3])
        ),
        st.lists(inside, min_size=1, max_size=2).map(lambda found: of("blockquote", found)),
    )


HEADING = st.builds(lambda words, level: of("heading", words, level=level), LINE, st.integers(2, 4))
BLOCK = st.recursive(st.one_of(PARAGRAPH, PARAGRAPH, HEADING, TABLE, OTHERS), _around, max_leaves=3)
DOC = st.lists(BLOCK, min_size=1, max_size=4).map(lambda blocks: of("doc", blocks))
