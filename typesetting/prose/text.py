"""A section's text opened in an editor and written back. What was not changed keeps its source byte for byte."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from typesetting.prose.blocks import Writer, marker, notes_of
from typesetting.prose.nodes import cleaned
from typesetting.prose.reading import Prose, read
from typesetting.prose.tree import LISTS, Node, ProseError, identity, says, walk
from typesetting.typography import printable


@dataclass(frozen=True)
class Written:
    """A text, and the passage that each of its cited keys was picked with, in their order; None where with none."""

    text: str
    passages: tuple[int | None, ...]


@dataclass
class _Piece:
    """A block as it is written; ``number`` is that of the block of before whose source it is."""

    block: Node
    text: str
    said: list[str]
    number: int | None = None


@dataclass(frozen=True)
class _Attempt:
    """A text, and what its blocks should say when they are read again."""

    text: str
    said: list[str]


def opened(markdown: str, *, language: str, passages: Sequence[int | None] = ()) -> Prose:
    """The tree of a section's text. ``passages`` are those that its cited keys rest on, in their order.

    A block that would not come back as it was is kept as its source.
    """
    text = printable(markdown)
    prose = read(text, language=language, passages=passages)
    for number, block in enumerate(prose.blocks):
        if not _comes_back(block, prose, language):
            prose.blocks[number] = {"type": "kept", "attrs": {"source": prose.sources[number]}}
    return _with_notes_of_kept(prose)


def _comes_back(block: Node, prose: Prose, language: str) -> bool:
    """Whether a block is read the same when it is written anew."""
    if block["type"] == "kept":
        return True
    try:
        writer = Writer(prose.definitions)
        again = read("\n\n".join([writer.block(block), *writer.definitions()]), language=language).blocks
    except ProseError:
        return False
    return [identity(one) for one in again] == [identity(block)]


def _with_notes_of_kept(prose: Prose) -> Prose:
    """With the footnotes that only kept sources point at kept, too, in their places."""
    named = {note["attrs"]["name"] for note in notes_of(prose.blocks)}
    blocks, sources, gaps, said = list(prose.blocks), list(prose.sources), list(prose.gaps), list(prose.said)
    lost = [(name, one) for name, one in prose.definitions.items() if name not in named]
    for _name, one in sorted(lost, key=lambda pair: -pair[1].behind):
        blocks.insert(one.behind, {"type": "kept", "attrs": {"source": one.source}})
        sources.insert(one.behind, one.source)
        gaps.insert(one.behind, "\n\n")
        said.insert(one.behind, "")
    return Prose(blocks, sources, gaps, said, {name: one for name, one in prose.definitions.items() if name in named})


def written(doc: object, *, base: str, language: str) -> Written:
    """The Markdown of a document as an editor sends it, made from the text ``base``. Raises ProseError."""
    return _written(cleaned(doc), opened(base, language=language), base, language)


def _written(blocks: list[Node], before: Prose, base: str, language: str) -> Written:
    if list(map(identity, blocks)) == list(map(identity, before.blocks)):
        return Written(base, _passages(blocks, _numbered(base, language), language))
    _name_notes(blocks, before)
    for keeps in (True, False):
        for is_plain, is_careful in ((False, False), (True, False), (True, True)):
            tried = _attempt(blocks, before if keeps else None, language, is_plain, is_careful)
            again = _numbered(tried.text, language)
            if list(filter(None, map(says, again.blocks))) == tried.said:
                return Written(tried.text, _passages(blocks, again, language))
    raise ProseError("this cannot be written")


def _attempt(blocks: list[Node], before: Prose | None, language: str, is_plain: bool, is_careful: bool) -> "_Attempt":
    """The text of blocks, where ``is_plain`` without marks in those that would be read otherwise."""
    known: defaultdict[str, deque[int]] = defaultdict(deque)
    for number, block in enumerate(before.blocks if before else []):
        known[identity(block)].append(number)
    writer = Writer(before.definitions if before else {})
    pieces: list[_Piece] = []
    for block in blocks:
        same = known.get(identity(block))
        if before and same and not _runs_on(pieces, before.sources[same[0]], block):
            number = same.popleft()
            writer.keep(block)
            pieces.append(_Piece(block, before.sources[number], [before.said[number]], number))
            continue
        beside = pieces[-1].text if pieces and pieces[-1].block["type"] == block["type"] else ""
        text = writer.block(block, beside=beside)
        if is_plain and not _reads(block, text, writer, language):
            text = writer.block(_without_marks(block, is_careful), beside=beside)
        # What is kept and comes from elsewhere says what is read in it.
        said = [says(one) for one in (read(text, language=language).blocks if block["type"] == "kept" else [block])]
        pieces.append(_Piece(block, text, said))
    return _joined(pieces, before, writer)


def _joined(pieces: list[_Piece], before: Prose | None, writer: Writer) -> _Attempt:
    """Blocks with the notes behind them; a note that was there stays behind the block that it stood behind."""
    places: dict[int, list[str]] = defaultdict(list)
    there = {piece.number: place for place, piece in enumerate(pieces) if piece.number is not None}
    for name in writer.used:
        known = before.definitions.get(name) if before else None
        place = there.get(known.behind - 1) if known else None
        places[len(pieces) - 1 if place is None else place].append(name)
    text = ""
    is_behind_note = False
    for place, piece in enumerate(pieces):
        last = pieces[place - 1].number if place else None
        follows = before and piece.number is not None and last is not None and piece.number == last + 1
        gap = before.gaps[piece.number] if before and follows and piece.number and not is_behind_note else "\n\n"
        text += (gap if place else "") + piece.text
        is_behind_note = bool(places[place])
        for name in places[place]:
            text += f"\n\n{writer.definition(name)}"
    return _Attempt(text, [one for piece in pieces for one in piece.said if one])


def _numbered(text: str, language: str) -> Prose:
    """The blocks of a text; in place of a passage each cited key has its number in the order of the source, from 0."""
    return read(text, language=language, passages=range(len(text)))


def _passages(blocks: list[Node], again: Prose, language: str) -> tuple[int | None, ...]:
    """The passages that the keys of a text were picked with, in the order of its source; None where with none.

    ``again`` is the text as it is read. A note stands elsewhere in its source than in the tree, and what is kept as its
    source has no passages.
    """
    found: list[int | None] = [None] * again.cited
    sent = [item for node in blocks for item in _items(node, language)]
    there = [item for node in again.blocks for item in _items(node)]
    if [item["key"] for item in sent] == [item["key"] for item in there]:
        for item, numbered in zip(sent, there, strict=True):
            found[numbered["passage"]] = item["passage"]
    return tuple(found)


def _items(block: Node, language: str = "") -> Iterator[Node]:
    """What is cited in a block and in its notes, where they are pointed at; with a language in kept sources, too."""
    for node in walk(block):
        if node["type"] == "citation":
            yield from node["attrs"]["items"]
        elif node["type"] == "note":
            for one in node["attrs"]["blocks"]:
                yield from _items(one, language)
        elif node["type"] == "kept" and language:
            for one in read(node["attrs"]["source"], language=language).blocks:
                yield from _items(one)


def _name_notes(blocks: list[Node], before: Prose) -> None:
    """Gives each note a name of its own; one that was there keeps its."""
    taken: set[str] = set()
    free = (str(number) for number in range(1, 100_000))
    reserved = set(before.definitions)
    for note in notes_of(blocks):
        name = note["attrs"]["name"]
        if not name or name in taken:
            name = next(one for one in free if one not in taken and one not in reserved)
        note["attrs"]["name"] = name
        taken.add(name)


def _runs_on(pieces: list[_Piece], source: str, block: Node) -> bool:
    """Whether a source would be read as more of the block before it: a list behind a list, indented code behind one."""
    if not pieces or pieces[-1].block["type"] not in LISTS:
        return False
    if block["type"] in LISTS:
        return marker(pieces[-1].text) == marker(source)
    return source.startswith(("  ", "\t")) or block["type"] == "codeBlock"


def _reads(block: Node, text: str, writer: "Writer", language: str) -> bool:
    again = "\n\n".join([text, *(writer.definition(note["attrs"]["name"]) for note in notes_of([block]))])
    return says(read(again, language=language).blocks) == says([block])


def _without_marks(block: Node, is_careful: bool) -> Node:
    """The same words without emphasis, links and code; ``careful`` ones get every sign escaped."""
    made = {name: value for name, value in block.items() if name != "marks"}
    if "content" in made:
        made["content"] = [_without_marks(one, is_careful) for one in made["content"]]
    if made["type"] == "note":
        blocks = [_without_marks(one, is_careful) for one in made["attrs"]["blocks"]]
        made["attrs"] = {**made["attrs"], "blocks": blocks}
    return {**made, "careful": True} if is_careful and made["type"] == "text" else made
