"""Thoughts that a document says twice."""

import time
from random import Random
from uuid import uuid4

import pytest

from generation.editing.notes import repeated
from generation.editing.notes.repeated import Thought
from generation.editing.notes.text import Text

SAID = "The keepers of the outer skerries slept badly through the long winters of that decade."
AGAIN = "Keepers on the outer skerries slept very badly through the long winters of the decade."
OTHER = "The harbour paid for coal, oil and glass, and sent both twice a month by boat."
GERMAN = "Die Wärter der äußeren Schären schliefen in den langen Wintern des Jahrzehnts schlecht."
GERMAN_AGAIN = "In den langen Wintern des Jahrzehnts schliefen die Wärter der äußeren Schären sehr schlecht."


def thoughts(*markdown: str, language: str = "en") -> list[Thought]:
    return [one for text in markdown for one in repeated.thoughts(Text(text), section=uuid4(), language=language)]


def test_a_thought_in_nearly_the_same_words_is_found_in_another_section() -> None:
    first, second = f"{OTHER} {SAID}", f"So it was. {AGAIN}"
    [(later, earlier)] = repeated.alike(thoughts(first, second))
    assert (first[earlier.start : earlier.end], second[later.start : later.end]) == (SAID, AGAIN)
    [(own, other)] = repeated.like(thoughts(second), thoughts(first))
    assert (second[own.start : own.end], first[other.start : other.end]) == (AGAIN, SAID)


def test_other_words_for_something_else_are_no_repetition() -> None:
    assert repeated.alike(thoughts(SAID, OTHER, "Nobody slept. Nobody slept.")) == []
    assert list(repeated.like(thoughts(SAID), thoughts(OTHER))) == []


def test_words_of_others_and_headings_are_not_compared() -> None:
    assert thoughts(f"> {SAID}", f"### {SAID}", f"“{SAID}”, he said.") == []


def test_order_and_inflection_do_not_hide_a_repetition() -> None:
    assert len(repeated.alike(thoughts(GERMAN, GERMAN_AGAIN, language="de"))) == 1


def test_both_ways_of_looking_find_the_same() -> None:
    random = Random(4)  # no secret
    words = [f"{a}{b}{c}ing" for a in "bdfgk" for b in "aeiou" for c in ("lt", "nd", "rk", "st")]
    sections = [
        " ".join(" ".join(["Thus", *random.choices(words, k=8)]) + "." for _ in range(30)) for _section in range(6)
    ]
    sections[5] += " " + sections[0].split(". ")[3] + "."
    each = [thoughts(one) for one in sections]
    whole = repeated.alike([thought for some in each for thought in some])
    own = list(repeated.like(each[5], [thought for some in each[:5] for thought in some]))
    assert {(a.start, b.start) for a, b in whole if a.section == each[5][0].section} == {
        (a.start, b.start) for a, b in own
    }
    assert len(own) == 1


@pytest.mark.parametrize("sentences", [4_000])
def test_two_hundred_pages_take_less_than_a_second(sentences: int) -> None:
    random = Random(1)  # no secret
    words = [
        f"{a}{b}{c}{d}"
        for a in "bdfgkl"
        for b in "aeiou"
        for c in ("lta", "nde", "rko", "sti")
        for d in ("ng", "m", "s", "re")
    ]
    weights = [1 / (1 + place) for place in range(len(words))]
    text = " ".join(f"The {' '.join(random.choices(words, weights, k=16))}." for _ in range(sentences))
    own = repeated.thoughts(Text(text), section=uuid4(), language="en")
    before = time.process_time()
    repeated.alike(own)
    assert time.process_time() - before < 10  # 0.1 s on a machine of its own
