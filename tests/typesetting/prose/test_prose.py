"""What an editor shows, saves, exports and reads again is the same text (R-90)."""

import copy
import re
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.typesetting.prose.trees import DOC, of
from typesetting.elements import plain, walk
from typesetting.parsing import cited_keys, parse
from typesetting.prose import MOST_CHARACTERS, ProseError, opened, written
from typesetting.prose.nodes import cleaned
from typesetting.prose.tree import identity, says

TEXT = """### A *tower*

The lamp burned **for five** hours [see @light, p. 1; -@bell] and[^1] 5 $ [sic] a_b.
On a soft line.

- one
- two
  - three

3. x

   y
4. z

> quoted *a*
>
> b

| a | b |
|---|--:|
| 1 | 2 \\| [@light, p. 2] |

Table: Words {#tbl-x}

Source: [@light, p. 3]

$$
E = mc^2
$$ {#eq-e}

```py
x
```

[^1]: A note [@light, p. 9].

Last `code` [l](https://x.org) and $x$ and [](#tbl-x) \\"so\\".
"""
BASE = "A.\n\n- b\n\nC [@k].\n"


def changed(doc: dict[str, Any], number: int, words: str) -> dict[str, Any]:
    made = copy.deepcopy(doc)
    made["content"][number]["content"].append({"type": "text", "text": words})
    return made


def test_a_text_comes_back_byte_for_byte() -> None:
    assert written(opened(TEXT, language="en").doc, base=TEXT, language="en").text == TEXT


def test_what_was_not_changed_keeps_its_source() -> None:
    text = written(changed(opened(TEXT, language="en").doc, 0, " more"), base=TEXT, language="en").text
    assert text == TEXT.replace("### A *tower*", "### A *tower* more").rstrip("\n")


def test_written_anew_it_exports_the_same() -> None:
    text = written(opened(TEXT, language="en").doc, base="", language="en").text
    assert text != TEXT
    assert parse(text, language="en", below=1).blocks == parse(TEXT, language="en", below=1).blocks


def test_blocks_that_an_editor_has_no_node_for_are_kept() -> None:
    kinds = [block["type"] for block in opened(f"---\n\n{TEXT}", language="en").blocks]
    assert kinds == [
        "kept", "heading", "paragraph", "bulletList", "orderedList", "blockquote", "table", "paragraph", "paragraph",
        "kept", "codeBlock", "paragraph",
    ]  # fmt: skip


def test_citations_keep_their_passages() -> None:
    doc = opened(TEXT, language="en", passages=[11, 12, 13, 14, 15]).doc
    cited = [node for node in _nodes(doc) if node["type"] == "citation"]
    assert [item["passage"] for node in cited for item in node["attrs"]["items"]] == [11, 12, 13, 14, 15]
    assert cited[0]["attrs"]["items"][0] == {
        "key": "light", "prefix": "see", "suffix": ", p. 1", "hides": False, "passage": 11
    }  # fmt: skip
    # In the order of the text, where the note stands behind the blocks.
    assert written(changed(doc, 0, "!"), base=TEXT, language="en").passages == (11, 12, 13, 14, 15)


@pytest.mark.parametrize(
    "text",
    [
        "A ^[see [@a]] and [@b].",
        "A[^1] and [@b].\n\n[^1]: N [@c].\n\nLast [@d].",
        "[^1]: N [@c].\n\nA[^1] and [@b].",
        "[words [@k]](#tbl-x) [@a]\n\nB [@b].",
        "Nobody points.\n\n[^1]: N [@c].\n\nB [@b].",
    ],
)
def test_passages_are_in_the_order_of_the_source(text: str) -> None:
    count = text.count("@")
    doc = opened(text, language="en", passages=range(count)).doc
    same = written(doc, base=text, language="en")
    more = written({**doc, "content": [*doc["content"], of("paragraph", _words("New."))]}, base=text, language="en")
    keys = re.findall(r"@(\w)", text)
    for found in (same, more):
        # A note that is written anew stands behind the text.
        expected = [keys.index(key) for key in re.findall(r"@(\w)", found.text)]
        assert len(found.passages) == count
        assert all(one in (None, number) for one, number in zip(found.passages, expected, strict=True))
    # What stands outside of kept sources has its passage.
    kept = sum(block["attrs"]["source"].count("@") for block in doc["content"] if block["type"] == "kept")
    for found in (same, more):
        assert sum(one is not None for one in found.passages) == count - kept


def test_a_block_that_would_change_is_kept_as_its_source() -> None:
    text = "[words](#tbl-x) [^n]\n\n[^n]: A note."
    prose = opened(text, language="en")
    assert [block["type"] for block in prose.blocks] == ["kept", "kept"]
    assert written(prose.doc, base=text, language="en").text == text


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A[^1] and[^1].\n\n[^1]: N.", ["paragraph"]),
        ("Nobody points.\n\n[^1]: N.", ["paragraph", "kept"]),
        ("A[^1].\n\n[^1]: N.\n\n[^1]: M.", ["paragraph", "kept"]),
        ("A ^[inline] note.", ["paragraph"]),
        ("[^1]: It[^1].\n\nA[^1].", ["paragraph"]),
        ("![seen](x) [](#tbl-x) [words](#tbl-x)", ["kept"]),
        ("- a\n\n      code\n- b", ["bulletList"]),
        ("<b> & [o](ftp://x)", ["paragraph"]),
        ("", []),
    ],
)  # fmt: skip
def test_odd_texts_are_opened_and_come_back(text: str, kinds: list[str]) -> None:
    prose = opened(text, language="en")
    assert [block["type"] for block in prose.blocks] == kinds
    assert written(prose.doc, base=text, language="en").text == text


def test_lists_that_come_to_stand_side_by_side_stay_two() -> None:
    text = "- a\n\nBetween.\n\n- b"
    doc = opened(text, language="en").doc
    del doc["content"][1]
    assert written(doc, base=text, language="en").text == "- a\n\n* b"
    assert len(opened("- a\n\n* b", language="en").blocks) == 2


def test_notes_of_one_name_are_told_apart() -> None:
    note = of("note", name="1", blocks=[of("paragraph", [{"type": "text", "text": "N."}])])
    doc = of("doc", [of("paragraph", [{"type": "text", "text": "A"}, note, copy.deepcopy(note)])])
    assert written(doc, base="", language="en").text == "A[^1][^2]\n\n[^1]: N.\n\n[^2]: N."


def test_a_citation_that_is_typed_is_one() -> None:
    doc = of("doc", [of("paragraph", [{"type": "text", "text": "So [@light, p. 1], \\[@x] and *so*."}])])
    text = written(doc, base="", language="en").text
    assert text == r"So [@light, p. 1], \\\[@x] and \*so\*." or cited_keys(text, language="en")[0] == "light"


def test_emphasis_begins_and_ends_at_words() -> None:
    bold = [{"type": "bold"}]
    words = [{"type": "text", "text": "so", "marks": []}, {"type": "text", "text": " (very, ", "marks": bold}]
    doc = of("doc", [of("paragraph", [*words, {"type": "text", "text": "much"}])])
    assert written(doc, base="", language="en").text == "so (**very**, much"


@pytest.mark.parametrize(
    "doc",
    [
        None,
        [],
        of("paragraph"),
        of("doc", [of("script")]),
        of("doc", ["words"]),
        of("doc", [{"type": ["x"]}]),
        of("doc", [of("paragraph", [of("image")])]),
        of("doc", [of("paragraph", [{"type": "text", "text": 5}])]),
        of("doc", [of("heading", [{"type": "text", "text": "x"}], level=9)]),
        of("doc", [of("bulletList", [of("paragraph")])]),
        of("doc", [of("table", [of("paragraph")])]),
        of("doc", [of("table", [of("tableRow", [of("paragraph")])])]),
        of("doc", [of("table", [of("tableRow", [of("tableCell", [of("blockquote")])])])]),
        of("doc", [of("kept")]),
        of("doc", [of("paragraph", [of("citation", items=[])])]),
        of("doc", [of("paragraph", [of("citation", items=[{"key": "a]b"}])])]),
        of("doc", [of("paragraph", [of("citation", items=[{"key": "k", "prefix": "x" * 2_000}])])]),
        of("doc", [of("paragraph", [{"type": "text", "text": "x" * (MOST_CHARACTERS + 1)}])]),
        of("doc", [of("paragraph")] * 60_001),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused(doc: Any) -> None:
    with pytest.raises(ProseError):
        cleaned(doc)


def test_what_is_too_deep_is_refused() -> None:
    node = of("paragraph", [{"type": "text", "text": "x"}])
    for _ in range(20):
        node = of("blockquote", [node])
    with pytest.raises(ProseError):
        cleaned(of("doc", [node]))


def test_signs_that_nobody_sees_go() -> None:
    found = cleaned(of("doc", [of("paragraph", [{"type": "text", "text": " a\u200b\u202eb\n c "}])]))
    assert found == [of("paragraph", [{"type": "text", "text": "ab c"}])]


def test_joined_cells_and_uneven_rows_are_made_even() -> None:
    cell = {"type": "tableCell", "attrs": {"colspan": 2, "align": "right"}, "content": [of("paragraph", _words("a"))]}
    found = cleaned(of("doc", [of("table", [of("tableRow", [cell]), of("tableRow", [of("tableCell", [])])])]))
    assert [[one["type"] for one in row["content"]] for row in found[0]["content"]] == [
        ["tableHeader"] * 2, ["tableCell"] * 2
    ]  # fmt: skip
    assert found[0]["content"][0]["content"][0]["attrs"] == {"align": "right"}


@pytest.mark.parametrize(("width", "others", "wide"), [(1_001, 1_000, 1), (30, 500, 1), (500, 0, 40), (250, 11, 40)])
def test_a_table_that_would_grow_too_large_is_refused(width: int, others: int, wide: int) -> None:
    cell = of("tableCell", [of("paragraph", _words("a"))], colspan=wide)
    rows = [of("tableRow", [cell] * width), *[of("tableRow", [of("tableCell", [])])] * others]
    with pytest.raises(ProseError):
        cleaned(of("doc", [of("table", rows)]))


@pytest.mark.parametrize("piece", ["<a ", "**a ", "_a "])
def test_a_long_text_of_signs_that_mean_nothing_is_opened_and_written_quickly(piece: str) -> None:
    text = (piece * (100_000 // len(piece))).strip()
    started = time.process_time()
    assert written(opened(text, language="en").doc, base=text, language="en").text == text
    assert time.process_time() - started < 20


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(DOC)
def test_whatever_is_typed_is_saved_exported_and_read_again(doc: dict[str, Any]) -> None:
    typed = cleaned(copy.deepcopy(doc))
    text = written(doc, base=BASE, language="en").text
    again = opened(text, language="en")
    # Marks may go, no word does; and the second pass stands still.
    assert "".join(again.said) == "".join(map(says, typed)) or any(one["type"] == "kept" for one in typed)
    assert written(again.doc, base=text, language="en").text == text
    # What files print has the citations that stand in the tree, in their order.
    assert cited_keys(text, language="en") == cited_keys(
        written(again.doc, base=text, language="en").text, language="en"
    )
    anew = written(again.doc, base="", language="en").text
    if not any(one["type"] == "kept" for one in again.blocks):
        assert list(map(identity, opened(anew, language="en").blocks)) == list(map(identity, again.blocks))
        assert _printed(anew) == _printed(text)


def _printed(text: str) -> str:
    blocks = parse(text, language="en", below=1).blocks
    assert list(walk(blocks)) or not text
    return "".join(plain(blocks).replace("\u00a0", " ").split())


def _words(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}]


def _nodes(doc: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    left: list[Any] = [doc]
    while left:
        node = left.pop(0)
        if isinstance(node, dict) and "type" in node:
            found.append(node)
            left = [*node.get("content", []), *node.get("attrs", {}).get("blocks", []), *left]
    # A note stands behind the blocks in the source.
    notes = [one for one in found if one["type"] == "note"]
    inside = [one for note in notes for one in _nodes({"content": note["attrs"]["blocks"], "type": "x"})]
    return [one for one in found if one not in inside] + [one for one in inside if one["type"] != "x"]
