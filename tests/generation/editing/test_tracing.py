"""Which words changed between the first and the last of some versions, and which version changed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.editing import tracing_child
from generation.editing.comparing import Change
from generation.editing.tracing import Counts, Stretch, counts, traced
from generation.errors import ComparingTooLong
from generation.writing.sentences import paragraphs
from tesigo.platform.limited_child import ChildLimits

ONE = "The lamp burned all night.\n\nThe bell [@a, p. 7] rang."
TWO = "The lamp burned until dawn.\n\nThe bell [@a, p. 7] rang."
THREE = "The lamp burned until early dawn.\n\nThe bell [@a, p. 9] rang.\n\nNobody knows why."
_WORDS = st.sampled_from(["lamp", "bell", "fog", "[@a, p. 7]", "[@b]", ",", ".", "the", "\\"])
_TEXTS = st.lists(
    st.lists(st.lists(_WORDS, min_size=1, max_size=8).map(" ".join), max_size=4).map("\n\n".join),
    min_size=2,
    max_size=5,
)


def sides(found: list[list[Stretch]]) -> tuple[list[str], list[str]]:
    """The paragraphs of both texts that a comparison is made of."""
    both = tuple(
        [said for one in found if (said := "".join(words.text for words in one if words.change != left_out))]
        for left_out in (Change.NEW, Change.GONE)
    )
    return both[0], both[1]


def test_each_change_is_of_the_version_that_made_it() -> None:
    lamp, bell, more = traced([ONE, TWO, THREE])
    assert lamp == [
        Stretch(Change.SAME, "The lamp burned "),
        Stretch(Change.GONE, "all night", 1),
        Stretch(Change.NEW, "until ", 1),
        Stretch(Change.NEW, "early ", 2),
        Stretch(Change.NEW, "dawn", 1),
        Stretch(Change.SAME, "."),
    ]
    assert [(one.text, one.version) for one in bell if one.version] == [("[@a, p. 7]", 2), ("[@a, p. 9]", 2)]
    assert more == [Stretch(Change.NEW, "Nobody knows why.", 2)]


def test_what_went_and_came_back_has_stayed() -> None:
    assert {one.change for found in traced([ONE, TWO, ONE]) for one in found} == {Change.SAME}


def test_one_version_alone_has_no_changes() -> None:
    found = traced([ONE])
    assert sides(found) == (paragraphs(ONE), paragraphs(ONE))
    assert counts(found, before=ONE, after=ONE) == Counts(kept=8, citations_kept=1)


@given(_TEXTS)
def test_both_texts_are_whole_and_every_change_has_its_version(texts: list[str]) -> None:
    found = traced(texts)
    assert sides(found) == (paragraphs(texts[0]), paragraphs(texts[-1]))
    for one in (words for paragraph in found for words in paragraph):
        assert 0 <= one.version < len(texts)
        assert (one.version == 0) == (one.change == Change.SAME) or (len(texts) > 2 and one.version == 0)


def test_words_that_stayed_in_a_paragraph_that_is_another_one_are_nobodys() -> None:
    first = "a1 a2 a3 a4 stays here b1 b2 b3 b4"
    texts = [first, "x1 x2 x3 x4 stays here b1 b2 b3 b4", "x1 x2 x3 x4 stays here y1 y2 y3 y4"]
    found = [one for paragraph in traced(texts) for one in paragraph]
    assert [(one.change, one.text.strip(), one.version) for one in found] == [
        (Change.GONE, "a1 a2 a3 a4", 1), (Change.GONE, "stays here", 0), (Change.GONE, "b1 b2 b3 b4", 2),
        (Change.NEW, "x1 x2 x3 x4", 1), (Change.NEW, "stays here", 0), (Change.NEW, "y1 y2 y3 y4", 2),
    ]  # fmt: skip


def test_more_changes_than_anybody_can_be_shown_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing_child, "MOST_STRETCHES", 8)
    assert tracing_child._answer([[ONE, TWO]]) is not None
    assert tracing_child._answer([[ONE, THREE]]) is None


def test_words_and_citations_are_counted() -> None:
    found = counts(traced([ONE, TWO, THREE]), before=ONE, after=THREE)
    assert found == Counts(kept=6, changed=2, added=4, citations_added=1, citations_removed=1)
    assert counts(traced([THREE, ONE]), before=THREE, after=ONE) == Counts(
        kept=6, changed=2, removed=4, citations_added=1, citations_removed=1
    )
    assert found + found == Counts(kept=12, changed=4, added=8, citations_added=2, citations_removed=2)


@pytest.mark.slow
def test_a_child_compares_and_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    [found, other] = tracing_child.compare([[ONE, TWO], [THREE]])
    assert found.paragraphs == traced([ONE, TWO])
    assert found.counts == counts(traced([ONE, TWO]), before=ONE, after=TWO)
    assert sides(list(other.paragraphs)) == (paragraphs(THREE), paragraphs(THREE))
    for limits in (ChildLimits(1024**3, 30, 0.01), ChildLimits(1024**2, 30, 45.0)):
        monkeypatch.setattr(tracing_child, "_LIMITS", limits)
        with pytest.raises(ComparingTooLong):
            tracing_child.compare([[ONE, TWO]])
