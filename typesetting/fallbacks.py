"""What is printed where a style prints nothing: each cited source is seen in the text and listed (R-10, R-96)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from typesetting.citing_engine import Setting
from typesetting.elements import NO_ATTR, Element, attr, change_inlines, citations, element, plain, text, walk
from typesetting.locators import in_words
from typesetting.style_mending import name

#: The style that lists what another leaves out.
STYLE: Final = "apa"
_MOST_CHARACTERS: Final = 60
_VISIBLE: Final = re.compile(r"\w")
_LETTER: Final = re.compile(r"[^\W\d_]")
_FIELDS: Final = ("title-short", "title", "container-title", "publisher", "genre", "number", "DOI")


def hidden(blocks: list[Element], suspects: frozenset[str], set_alone: Callable[[list[Element]], Setting]) -> set[int]:
    """Numbers of the cited keys (``citationHash``) for which nothing stands in the text.

    ``suspects`` are the keys that the engine warned of, which it does where a whole citation is empty. Among others a
    source vanishes without a word: ``set_alone`` sets those that may have, to see what is printed of them alone.
    """
    found: set[int] = set()
    doubtful: list[Any] = []
    for cite in citations(blocks):
        items, shown = cite["c"][0], _shown(cite)
        # A place alone may be printed of a source.
        unseen = [
            item for item in items
            if not (_LETTER if item["citationSuffix"] else _VISIBLE).search(shown.get(item["citationId"], ""))
        ]  # fmt: skip
        says_something = bool(_VISIBLE.search(plain(cite["c"][1])))
        if len(items) == 1 and unseen and (items[0]["citationId"] in suspects or not says_something):
            found.add(items[0]["citationHash"])
        elif len(items) > 1 or not _hides_author(items[0]):
            doubtful += unseen
    alone = {(item["citationId"], item["citationMode"]["t"]): item for item in doubtful}
    if alone:
        setting = set_alone([element("Para", [_alone(item)]) for item in alone.values()])
        empty = {
            (cite["c"][0][0]["citationId"], cite["c"][0][0]["citationMode"]["t"])
            for cite in citations(setting.blocks)
            if cite["c"][0][0]["citationId"] in setting.unprinted or not _VISIBLE.search(plain(cite["c"][1]))
        }
        found |= {item["citationHash"] for item in doubtful if (item["citationId"], item["citationMode"]["t"]) in empty}
    return found


def _hides_author(item: Mapping[str, Any]) -> bool:
    """The text names the author: a page alone is enough behind it."""
    return bool(item["citationMode"]["t"] == "SuppressAuthor")


def _shown(cite: Element) -> dict[str, str]:
    """The words that link to each key's entry."""
    return {
        str(link["c"][2][0]).removeprefix("#ref-"): plain(link["c"][1])
        for link in walk(cite["c"][1])
        if link["t"] == "Link"
    }


def _alone(item: Mapping[str, Any]) -> Element:
    return element("Cite", [{**item, "citationPrefix": [], "citationSuffix": []}], [])


def numbers_its_citations(style: "etree._Element") -> bool:
    """Whether the style cites by numbers. They are not looked for: ``1–3`` means three sources and prints two."""
    return any(node.get("variable") == "citation-number" for node in style.iterfind(f"{name('citation')}//*"))


def in_full(blocks: list[Element], numbers: set[int]) -> bool:
    """Cites in full what was cited without its author, in place; true where that changes anything."""
    changed = False
    for cite in citations(blocks):
        for item in cite["c"][0]:
            if item["citationHash"] in numbers and _hides_author(item):
                item["citationMode"] = element("NormalCitation")
                changed = True
    return changed


def apart(blocks: list[Element], numbers: set[int]) -> tuple[list[Element], bool]:
    """The blocks with those keys cited each for itself, and whether that changes anything."""
    changed = False

    def split(items: list[Any]) -> list[Any]:
        nonlocal changed
        kept: list[Any] = []
        for item in items:
            if not (isinstance(item, dict) and item.get("t") == "Cite" and len(item["c"][0]) > 1):
                kept.append(item)
                continue
            parts = _parts(item["c"][0], numbers)
            changed = changed or len(parts) > 1
            for number, part in enumerate(parts):
                kept += [element("Space")] if number else []
                kept.append(element("Cite", part, item["c"][1]))
        return kept

    return change_inlines(blocks, split), changed


def narrated_apart(blocks: list[Element]) -> list[Element]:
    """The blocks with each source cited alone that the text names itself.

    Styles sort what one citation holds: its year would stand behind the name of another.
    """
    narrated = {
        item["citationHash"]
        for cite in citations(blocks)
        for item in cite["c"][0]
        if len(cite["c"][0]) > 1 and _hides_author(item)
    }
    return apart(blocks, narrated)[0] if narrated else blocks


def _parts(items: list[Any], numbers: set[int]) -> list[list[Any]]:
    parts: list[list[Any]] = []
    for citation in items:
        is_alone = citation["citationHash"] in numbers
        if parts and not is_alone and parts[-1][0]["citationHash"] not in numbers:
            parts[-1].append(citation)
        else:
            parts.append([citation])
    return parts


def by_title(
    blocks: list[Element],
    numbers: set[int],
    references: Mapping[str, Mapping[str, Any]],
    *,
    language: str,
) -> None:
    """Names those sources by their title, in place: in brackets, or in the note that is there."""
    for cite in citations(blocks):
        named = [item for item in cite["c"][0] if item["citationHash"] in numbers]
        if not named:
            continue
        said = "; ".join(_said(item, references[item["citationId"]], language) for item in named)
        note = next((node for node in walk(cite["c"][1]) if node["t"] == "Note"), None)
        if note is None:
            cite["c"][1] = text(f"({said})")
        else:
            there = note["c"][-1]["c"]
            there += text(f"{_joint(plain(there))}{said}.")


def _said(item: Mapping[str, Any], reference: Mapping[str, Any], language: str) -> str:
    after = in_words(plain(item["citationSuffix"]), language)
    said = " ".join(filter(None, (plain(item["citationPrefix"]), short_name(reference))))
    return said + (after if not after or after.startswith(",") else f", {after}")


def _joint(before: str) -> str:
    """What stands between the words of a note and those that are added."""
    if not _VISIBLE.search(before):
        return ""
    return " " if before.rstrip().endswith(".") else "; "


def short_name(reference: Mapping[str, Any]) -> str:
    """What a source is called at the least: its title, what it stands in, where it lies, its key."""
    host = urlsplit(str(reference.get("URL") or "")).hostname or ""
    said = next((str(reference[field]) for field in _FIELDS if reference.get(field)), host) or str(reference["id"])
    said = " ".join(re.sub(r"<[^>]*>", "", said).split())
    if len(said) <= _MOST_CHARACTERS:
        return said
    return f"{said[:_MOST_CHARACTERS].rpartition(' ')[0] or said[:_MOST_CHARACTERS]}…"


def listed(entries: Iterable[Element]) -> list[Element]:
    """The entries in which something stands."""
    return [entry for entry in entries if _VISIBLE.search(plain(entry["c"][1]))]


def entries(
    missing: Sequence[str],
    references: Mapping[str, Mapping[str, Any]],
    cite: Callable[[list[Element]], list[Element]],
) -> list[Element]:
    """Entries for sources that a style lists nothing of; ``cite`` sets blocks in another style."""
    cited = [
        {
            "citationId": key, "citationPrefix": [], "citationSuffix": [], "citationMode": element("NormalCitation"),
            "citationNoteNum": 0, "citationHash": 0,
        }
        for key in missing
    ]  # fmt: skip
    tree = cite([element("Para", [element("Cite", cited, [])])])
    found = {entry["c"][0][0]: entry for entry in listed(bibliography(tree))}
    # Its address is behind its name where there is nothing else to say.
    return [found.get(f"ref-{key}") or _named(key, references[key]) for key in missing]


def bibliography(blocks: list[Element]) -> list[Element]:
    """The entries that the engine made, each a Div ``ref-<key>``."""
    refs = next((block for block in blocks if block["t"] == "Div" and block["c"][0][0] == "refs"), None)
    return [] if refs is None else [block for block in refs["c"][1] if block["t"] == "Div"]


def _named(key: str, reference: Mapping[str, Any]) -> Element:
    said: list[Element] = text(f"{short_name(reference)}.")
    if url := str(reference.get("URL") or ""):
        said += [element("Space"), element("Link", NO_ATTR, [element("Str", url)], [url, ""])]
    return element("Div", attr(f"ref-{key}", "csl-entry"), [element("Para", said)])
