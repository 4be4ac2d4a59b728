"""Comments in the tree that pandoc writes: where they begin and end, and what is done where they cannot (R-94)."""

from pathlib import Path

from tests.typesetting.samples import WORD, docx_part, manuscript, section
from typesetting import Manuscript, Said, WordComment, render_docx
from typesetting.comments import commented
from typesetting.elements import element, plain, walk
from typesetting.parsing import parse

AT = "2026-11-30T16:00:00Z"
MARKDOWN = (
    "The lamp *burned. It burned* for hours [@doe1999, p. 1]. Nobody knows why.^[A note. It has two.] And so `on` it "
    "went.\n\n| a | b |\n|---|---|\n| Nobody knows why. | x |\n\n### A heading\n\nNobody knows why."
)


def comment(sentence: str, occurrence: int = 0, *, words: str = "Why?", name: str = "a") -> WordComment:
    return WordComment("Prof. X", AT, words, name, sentence, occurrence, Said("Prof. X", AT, f"Elsewhere: {words}"))


def put(*comments: WordComment, markdown: str = MARKDOWN) -> list[tuple[str, str, str]]:
    """What each comment says, in the order of the text, with the words around its start and before its end."""
    blocks = parse(markdown, language="en", below=1).blocks
    sections = {"empty": [element("HorizontalRule")], "a": blocks}
    commented(sections, comments)
    said = {}
    found: list[tuple[str, str, str]] = []
    flat = [node for node in walk(blocks) if node["t"] in ("Span", "Str", "Space", "Code")]
    skipped: set[int] = set()
    words: list[str] = []
    for node in flat:
        if id(node) in skipped:
            continue
        if node["t"] == "Span":
            skipped |= {id(one) for one in walk(node["c"][1])}
            (_name, kinds, values), inside = node["c"]
            number = dict(values)["id"]
            if "comment-start" in kinds:
                said[number] = (plain(inside), len(words))
            else:
                told, begun = said[number]
                covered = "".join(words[begun:])
                found.append((told, covered[:14].strip(), covered[-12:].strip()))
        else:
            words.append(plain(node))
    return found


def test_comment_begins_and_ends_with_its_sentence() -> None:
    assert put(comment("Nobody knows why."), comment("And so on it went.", words="So?")) == [
        ("Why?", "Nobody knows w", "y knows why."), ("So?", "And so on it w", "on it went."),
    ]  # fmt: skip


def test_sentence_that_begins_within_emphasis_takes_all_of_it() -> None:
    ((_said, start, _end),) = put(comment("It burned for hours."))
    assert start.startswith("burned. It")


def test_same_words_are_told_apart_and_cells_are_not_counted() -> None:
    assert [said for said, _start, _end in put(comment("Nobody knows why.", 1))] == ["Why?"]
    assert put(comment("Nobody knows why.", 2))[0][0] == "Elsewhere: Why?"


def test_several_comments_on_one_sentence_with_answers() -> None:
    answered = WordComment(
        "A", AT, "One\nTwo", "a", "Nobody knows why.", 0, Said("A", AT, ""), (Said("B", AT, "Because."),)
    )
    said = [one[0] for one in put(comment("Nobody knows why."), answered)]
    assert said == ["Why?", "One Two", "Because."]


def test_comment_on_a_note_stands_at_its_mark() -> None:
    blocks = parse(MARKDOWN, language="en", below=1).blocks
    commented({"a": blocks}, [comment("It has two.")])
    (note,) = [node for node in walk(blocks) if node["t"] == "Note"]
    assert [node for node in walk(note) if node["t"] == "Span"] == []
    inlines = blocks[0]["c"]
    at = inlines.index(note)
    assert (inlines[at - 1]["t"], inlines[at + 1]["t"]) == ("Span", "Span")


def test_comment_without_its_sentence_stands_at_the_beginning() -> None:
    for one in (comment("Not there."), comment(""), comment("Not there.", name="empty"), comment("", name="nowhere")):
        ((said, start, _end),) = put(one)
        assert (said, start) == ("Elsewhere: Why?", "The lamp burne")


def test_text_without_a_paragraph_takes_no_comment() -> None:
    sections = {"a": [element("HorizontalRule")]}
    commented(sections, [comment("Not there.")])
    commented(sections, [])
    assert sections == {"a": [element("HorizontalRule")]}


def test_comments_survive_the_way_to_the_child_and_stand_in_the_file(tmp_path: Path) -> None:
    answered = WordComment(
        "Prof. X", AT, "Why <b>?", "a", "Nobody knows why.", 0, Said("Prof. X", AT, "?"), (Said("Ada", AT, "So."),)
    )
    made = manuscript(section(MARKDOWN), comments=(answered, comment("It has two.")))
    assert Manuscript.from_json(made.to_json()) == made
    render_docx(made, tmp_path / "a.docx", first_pages={"a": 1, "bibliography": 1})
    told = docx_part(tmp_path / "a.docx", "word/comments.xml")
    assert [(one.get(f"{WORD}author"), one.get(f"{WORD}date"), "".join(one.itertext())) for one in told] == [
        ("Prof. X", AT, "Why <b>?"), ("Ada", AT, "So."), ("Prof. X", AT, "Why?"),
    ]  # fmt: skip
    document = docx_part(tmp_path / "a.docx")
    for kind in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert len(list(document.iter(f"{WORD}{kind}"))) == 3
