"""Words broken at the end of a line are made whole as the document spells them."""

import pytest

from reading.hyphens import joined_lines, mended, words_of


@pytest.mark.parametrize(
    ("broken", "known", "whole"),
    [
        ("speech-to-\ntext", "", "speech-to-text"),
        ("state-\nof-the-art", "", "state-of-the-art"),
        ("mouth-to-\nmouth", "", "mouth-to-mouth"),
        ("quay-\nside", "", "quayside"),
        ("quay-\nside", "quay-side", "quay-side"),
        ("long-dis-\ntance", "", "long-distance"),
        ("red-green-\nblind", "green blind", "red-green-blind"),
        ("Vor-\nund Nachteile", "", "Vor- und Nachteile"),
        ("Ein\x02und Ausfahrt", "", "Ein- und Ausfahrt"),
        ("pre-\nand post-war", "", "pre- and post-war"),
        ("two-\nor three-masted", "", "two- or three-masted"),
        ("thous-\nand bells", "thousand", "thousand bells"),
        ("sail-\nor", "sailor", "sailor"),
        ("Nord-\nSüd", "", "Nord-Süd"),
        ("12-\n15", "", "12- 15"),
    ],
)
def test_broken_words(broken: str, known: str, whole: str) -> None:
    words = set(known.split())
    assert " ".join(mended(broken, words.__contains__).split()) == whole


def test_pieces_of_broken_words_are_no_words() -> None:
    assert words_of("The quay-\nside bells of a har\x02bour") == {"the", "bells", "of", "a"}


def test_lines_of_a_title() -> None:
    assert (
        joined_lines(["Bells in the Har-", "bours of Text-to-", "Speech"]) == "Bells in the Harbours of Text-to-Speech"
    )


@pytest.mark.parametrize("text", ["a-\n" * 50_000, "x\x02" * 50_000, "ab-" * 50_000 + "\n", "ab1" * 50_000 + "\x02b"])
def test_hostile_text_is_mended_in_linear_time(text: str) -> None:
    assert mended(text, words_of(text).__contains__)
