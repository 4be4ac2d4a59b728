"""Places of sentences in a text as it was typed: what is marked is what is meant, whatever was typed."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generation.editing.notes import slips, terms, unsourced
from generation.editing.notes.kinds import in_order, note_on
from generation.editing.notes.text import MASK, Text
from generation.enums import NoteKind

_BITS = st.sampled_from(
    [
        "The lamp burned. ", "In 1871 the tower was lit by 40 men. ", "Why? ", "the the ", "\n", "\n\n", "\r\n\r\n",
        "- ", "1. ", "[@light, p. 1]", "[@", "“", "”", "„", "«", " » ", '"', "(", "`x`", "$a$", "$$", "```\n", "> ",
        "| a | b |\n|---|---|\n", "### Later\n", "[^1]", "[^1]: ", "e.g. ", " ", "\t", "    ", "😀", "a\u200db",
        "Studies show that it was so. ", "...", "!",
    ]
)  # fmt: skip
_TEXTS = st.lists(st.one_of(_BITS, st.text(string.printable + "äéżșů„“”«»\u00a0", max_size=8)), max_size=40).map(
    "".join
)


@given(_TEXTS, st.sampled_from(["en", "de", "fr", "pl"]))
@example("> 1. - a\n\n```\nIn 1871.\n\nSo the the.\n```", "en")
def test_places_always_hold_the_sentence(markdown: str, language: str) -> None:
    text = Text(markdown)
    for said in text.sentences:
        assert text.markdown[said.start : said.end] == said.text
        assert len(said.own) == len(said.text)
    notes = [
        *unsourced.notes(text, language=language),
        *slips.notes(text, language=language, english="en-GB"),
        *terms.notes(text, ["tower", "lamp burned", "MeshCentral"], language=language),
    ]
    for note in notes:
        assert text.markdown[note.start : note.end] == note.sentence
        assert text.paragraphs[note.paragraph].text in text.markdown


def test_what_is_no_running_text_is_masked() -> None:
    text = Text("The `code` and $a^2$ of [@light, p. 1] at https://a.example/b “said so” a[^1] x.")
    [said] = text.sentences
    assert set(said.own) & set("`$@/“") == set()
    assert said.own.startswith("The ▪▪▪▪▪▪ and ▪▪▪▪▪ of ▪")
    assert MASK * 9 in said.own
    assert said.is_cited
    assert not Text("Write to a@b.example, or [ask].").sentences[0].is_cited


@pytest.mark.parametrize(
    "apart",
    ["### In 1871", "> In 1871 it was.", "```\nIn 1871 it was.\n```", "$$\n1871\n$$", "| a | b |\n|---|---|\n| 1 | 2 |",
     "Table: In 1871.", "[^1]: In 1871 it was.", "    In 1871"],
)  # fmt: skip
def test_only_running_text_is_running(apart: str) -> None:
    assert [one.is_running for one in Text(f"It was so.\n\n{apart}").paragraphs] == [True, False]


def test_a_place_is_in_the_sentence_before_it() -> None:
    text = Text("One is. Two is.")
    found = [text.sentence_at(at) for at in (0, 5, 8)]
    assert [one and one.text for one in found] == ["One is.", "One is.", "Two is."]
    assert Text("\n\nOne.").sentence_at(0) is None


def test_one_note_says_all_that_was_found_of_a_kind_in_a_sentence() -> None:
    first, second = Text("One is. Two is.").sentences
    notes = [
        note_on(second, NoteKind.SLIP, "b"), note_on(first, NoteKind.SLIP, "c"), note_on(second, NoteKind.SLIP, "a"),
        note_on(second, NoteKind.SLIP, "a"), note_on(second, NoteKind.TERM, "d"),
    ]  # fmt: skip
    assert [(one.kind, one.why) for one in in_order(notes)] == [
        (NoteKind.SLIP, "c"), (NoteKind.SLIP, "b a"), (NoteKind.TERM, "d"),
    ]  # fmt: skip
    assert len({one.digest for one in notes}) == 3
