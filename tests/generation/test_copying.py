"""Words in a row that a text took from a passage, and the quotation marks that make an honest quotation (R-16)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.models import Passage, Source
from generation.writing.checking.copying import (
    COPIED_WORDS,
    Sources,
    sentences_to_mend,
    with_quotations,
    words_of,
)
from generation.writing.checking.repetition import Index, Run
from generation.writing.sentences import quotations, sentences
from typesetting import labels

LENS = (
    "The lens turned on a bath of mercury, driven by a weight that sank through the middle of the tower. "
    "Keepers wound it up again at every watch, and the youngest of them slept beside the clockwork."
)
SOURCE = Source(key="light-2019", title="Keeping the Light on Rocks and Islands in the North", csl={})
PASSAGE = Passage(pk=1, source=SOURCE, page=12, page_label="12", position=0, text=LENS)
#: Nothing of it stands in a passage; long enough that a quotation is no large share of it.
OWN = " ".join(f"Nobody of the {word} village has ever told this story otherwise, so far." for word in "abcdefghijklm")
#: Few different words, so that runs are many.
words = st.lists(st.sampled_from(["a", "b", "c"]), max_size=40)


def sources(*passages: Passage, language: str = "en") -> Sources:
    return Sources(passages or (PASSAGE,), language=language)


def copied(text: str, *passages: Passage, language: str = "en") -> list[str]:
    return [one.words for one in sources(*passages, language=language).wording(text).copied]


def passage(text: str) -> Passage:
    return Passage(pk=2, source=SOURCE, page=12, page_label="12", position=1, text=text)


def naive(text: list[str], source: list[str], least: int) -> set[Run]:
    """Every run that cannot grow, by trying all places."""
    found = set()
    for at in range(len(text)):
        for there in range(len(source)):
            if at and there and text[at - 1] == source[there - 1]:
                continue
            length = 0
            while max(at, 0) + length < len(text) and there + length < len(source):
                if text[at + length] != source[there + length]:
                    break
                length += 1
            if length >= least:
                found.add(Run(at, there, length))
    return found


@given(words, words, st.integers(min_value=4, max_value=9))
def test_every_run_is_found_once_and_as_long_as_it_goes(text: list[str], source: list[str], least: int) -> None:
    found = Index(text).runs(source, least=least)
    assert len(found) == len(set(found))
    assert set(found) == naive(text, source, least)


def test_the_same_word_on_and_on_is_not_compared_with_itself_at_every_place() -> None:
    assert len(Index(["a"] * 20_000).runs(["a"] * 300, least=8)) < 600


@given(st.integers(min_value=0, max_value=9), st.integers(min_value=0, max_value=9))
def test_eight_words_in_a_row_are_found_wherever_they_stand(before: int, after: int) -> None:
    taken = LENS.split()[3 : 3 + COPIED_WORDS]
    text = " ".join([*["here"] * before, *taken, *["there"] * after])
    assert len(copied(text)) == 1
    assert copied(" ".join([*["here"] * before, *taken[1:], *["there"] * after])) == []


@pytest.mark.parametrize(
    "text",
    [
        "THE LENS TURNED, ON A BATH: OF MERCURY.",
        "The lens [@light-2019, p. 12] turned on a bath [@light-2019] of mercury",
        "the *lens* turned on a \\bath\\ of mercury",
        "the l\u00adens turned on a ba-\nth of mer\u200bcury",
        "The lens turned. On a bath of\n\nmercury",
        "- the lens turned\n- on a bath of mercury",
        'the lens "turned" on a bath of mercury',
    ],
)
def test_case_marks_hyphens_and_citations_hide_no_run(text: str) -> None:
    assert len(copied(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "“The lens turned on a bath of mercury, driven by a weight”",
        "„The lens turned on a bath of mercury, driven by a weight“",
        "«\u00a0The lens turned on a bath of mercury, driven by a weight\u00a0»",
        "»The lens turned on a bath of mercury, driven by a weight«",
        "‘The lens turned on a bath of mercury, driven by a weight’",
        "‚The lens turned on a bath of mercury, driven by a weight‘",
        "He writes:\n\n> The lens turned on a bath of mercury, driven by a weight",
        "The lens turned “on a bath” of mercury, driven by a weight",
    ],
)
def test_what_is_quoted_is_not_copied(text: str) -> None:
    wording = sources().wording(text)
    assert wording.copied == []
    assert wording.quoted >= 3


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Wärter der Straße zogen das Gewicht jede Nacht über die Höhe des Turms"),
        ("fr", "L’été de l’île s’achève quand la première tempête éteint les lampes du vieux phare"),
        ("pl", "Każdej nocy latarnik wciągał żółty ciężar aż pod samą kopułę wysokiej wieży"),
        ("cs", "Každou noc strážce vytáhl těžké závaží až pod kopuli staré vysoké věže"),
        ("ro", "În fiecare noapte paznicul ridica greutatea până sub cupola înaltă a turnului"),
        ("es", "Cada noche el farero subía el peso hasta la cúpula del señor de la torre"),
        ("it", "Perché ogni notte il guardiano tirava il peso fino alla cupola della torre più alta"),
        ("pt", "Todas as noites o faroleiro içava o peso até à cúpula da torre de João"),
        ("nl", "Elke nacht trok de wachter het gewicht tot onder de koepel van de oude toren"),
    ],
)
def test_runs_are_found_in_every_language_however_accents_are_written(language: str, text: str) -> None:
    source = passage(unicodedata.normalize("NFD", text).replace("’", "'"))
    assert len(copied(text.upper() if language != "de" else text, source, language=language)) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the Royal Society for the History of the Lights of Scotland and the North"),
        ("en", "see Keeping the Light on Rocks and Islands in the North"),
        ("en", "12 14 17 19 23 29 31 37 41"),
        ("en", "and it has been that this is not what they have had"),
        ("de", "Keeping the Light on Rocks and Islands in the North"),
    ],
)
def test_names_titles_numbers_and_phrases_of_anybody_are_not_copied(language: str, text: str) -> None:
    assert copied(f"It is told {text}.", passage(f"They say {text}, again."), language=language) == []


def test_words_around_a_name_are_copied_and_german_nouns_are_no_name() -> None:
    text = "the keepers of the Royal Society of Scotland wound the heavy weight up to the lantern"
    assert len(copied(text, passage(text))) == 1
    nouns = "Die Wärter des Turms und der Insel mit den Booten der Fischer von Norden"
    assert len(copied(nouns, passage(nouns), language="de")) == 1


def test_words_of_two_passages_are_told_once() -> None:
    longer = passage("Also: " + LENS)
    assert copied(LENS, PASSAGE, longer) == [LENS.rstrip(".")]


def test_words_shared_with_the_next_sentence_by_chance_are_not_told_nor_keep_from_quoting() -> None:
    text = "The lens turned on a bath of mercury, driven by a weight [@light-2019, p. 12]. That was it."
    assert copied(text) == ["The lens turned on a bath of mercury, driven by a weight"]
    quoted = with_quotations(f"{text} {OWN}", sources())
    assert quoted.startswith("“The lens turned on a bath of mercury, driven by a weight” [@light-2019, p. 12]. That")
    longer = "The lens turned on a bath of mercury [@light-2019]. Driven by a weight that sank, it was heard."
    assert copied(longer) == ["The lens turned on a bath of mercury. Driven by a weight that sank"]


def test_whose_words_a_text_is_made_of() -> None:
    text = "“The lens turned on” a bath of mercury, driven [@light-2019] by those who had come over from the mainland."
    wording = sources().wording(text)
    assert (wording.words, wording.quoted, wording.near) == (18, 4, 6)


def test_a_sentence_with_most_of_a_run_is_to_be_said_otherwise_and_its_neighbour_is_not() -> None:
    text = "It was slow. The lens turned on a bath. Of mercury nothing was known."
    (first,) = sentences_to_mend(text, sources().wording(text).copied)
    assert first.text == "The lens turned on a bath."
    halves = "The lens turned on. A bath of mercury, driven."
    assert len(sentences_to_mend(halves, sources().wording(halves).copied)) == 2


@pytest.mark.parametrize("language", ["en", "de", "fr", "pl", "it", "nl", "cs"])
def test_a_clause_that_is_cited_is_put_between_the_marks_of_the_language(language: str) -> None:
    text = f"The source says: the lens turned on a bath of mercury [@light-2019, p. 12]. {OWN}"
    quoted = with_quotations(text, sources(language=language))
    opening, closing, *_inner = labels.words(language).quotes
    assert quoted == text.replace("the lens", f"{opening}the lens").replace("mercury", f"mercury{closing}")
    assert with_quotations(quoted, sources(language=language)) == quoted
    assert [one.strip() for one in quotations(quoted)] == ["the lens turned on a bath of mercury"]
    assert len(sentences(quoted)) == len(sentences(text))


@pytest.mark.parametrize(
    "text",
    [
        "The lens turned on a bath of mercury.",
        "The lens turned on a bath of mercury [@other-2000].",
        "The lens turned on a bath of mercury [@light-2019, p. 13].",
        "Its lens turned on a bath of mercury, driven by [@light-2019, p. 12].",
        "The lens turned on a bath of mercury by hand [@light-2019, p. 12].",
        "The lens turned on, a bath of mercury [@light-2019, p. 12].",
        "The lens turned on a [@light-2019, p. 12] bath of mercury [@light-2019, p. 12].",
        'The lens "turned" on a bath of mercury [@light-2019, p. 12].',
        "The lens turned. On a bath of mercury [@light-2019, p. 12].",
        LENS.replace("tower. K", "tower; k").rstrip(".") + " [@light-2019, p. 12].",
    ],
)
def test_what_would_be_no_honest_quotation_is_left_alone(text: str) -> None:
    whole = f"{text} {OWN}"
    assert copied(whole)
    assert with_quotations(whole, sources()) == whole


def test_no_more_is_quoted_than_a_fifth_of_the_section() -> None:
    once = "The lens turned on a bath of mercury [@light-2019, p. 12]."
    assert with_quotations(once, sources()) == once
    twice = f"{once} {once} {' '.join(OWN.split()[:60])}"
    assert len(quotations(with_quotations(twice, sources()))) == 1
    full = f"“{' '.join(OWN.split()[:40])}” {once} {' '.join(OWN.split()[:60])}"
    assert with_quotations(full, sources()) == full


def test_words_are_compared_by_their_letters() -> None:
    assert words_of("Co-operate, ﬁve 1,234.5 l’eau Straße — x_y") == [
        "cooperate", "five", "12345", "leau", "strasse", "x", "y",
    ]  # fmt: skip
