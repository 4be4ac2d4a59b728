"""Titles as registers, lists and web pages write them: one work's, or two (R-95)."""

from dataclasses import replace

import pytest

from documents.enums import DOI_OF_ANOTHER
from documents.sources.found import FoundWork
from documents.sources.merging import unite
from documents.sources.same_titles import alike, fits_words, same_title, stands_in

ABSTRACT = "The keepers wound the weight by hand, and the lamp burned on through every night of the long winter."
TITLE = "The storage of lamp oil in towers"


def work(**values: object) -> FoundWork:
    return replace(FoundWork(title=TITLE, text=ABSTRACT, services=("openalex",)), **values)


@pytest.mark.parametrize(
    "other",
    [
        f"{TITLE} - PubMed", f"{TITLE} | Example Journal", f"{TITLE}: a study of three coasts", f"{TITLE} …",
        f"[2101.00042v2] {TITLE}",
        "The storage of lamp oil ...", "The Storage of Lamp-Oil in Towers.", f"{TITLE} — a study",
    ],
)  # fmt: skip
def test_the_same_work_however_a_page_calls_it(other: str) -> None:
    assert alike(TITLE, other)
    assert alike(other, TITLE)
    assert same_title(TITLE, other)
    page = work(title=other, kind="webpage", services=("tavily",), url="https://example.org/a")
    (united,) = unite([[work(doi="10.1000/a", kind="book")], [page]])
    assert united.title == TITLE
    # A title that breaks off gives way to one that does not.
    (whole,) = unite([[page], [replace(page, title=TITLE)]])
    assert not whole.title.endswith(("…", "..."))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{TITLE}: granite", f"{TITLE}: basalt"), (f"{TITLE}, part 1", f"{TITLE}, part 2"),
        (TITLE, "The storage of lamp wicks in ships"), ("Lamps", "Lamps: a history"),
        ("Lamp oil of the 18th century", "Lamp oil of the 19th century"),
        ("On lamps …", "On lamps and oil"), ("Lamp oil - Wikipedia", "Lamp oil"),
        ("Lamp oil | Wikipedia", "Lamp oil: a review"),
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_two(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lamp oil & wicks in towers", "Lamp Oil and Wicks in Towers"),
        ("The α-decay of lamp oil", "The alpha-decay of lamp oil"),
        ("λ and μ of lamp oil in towers", "Lambda and mu of lamp oil in towers"),
        ("Η ιστορία των φάρων", "Η ιστορία των φάρων"),
    ],
)
def test_signs_that_others_write_as_words(one: str, other: str) -> None:
    assert alike(one, other)
    assert same_title(other, one)


def test_author_and_year_speak_for_a_short_title() -> None:
    who = ((("family", "Lind"),),)
    short = work(title="On rocks", authors=who, year=2020)
    assert len(unite([[short], [replace(short, title="On rocks: a subtitle", services=("crossref",))]])) == 1
    assert len(unite([[replace(short, authors=(), year=None)], [work(title="On rocks: a subtitle")]])) == 2


@pytest.mark.parametrize("first", ["openalex", "semantic_scholar"])
def test_two_titles_under_one_doi_stay_two_and_the_register_of_the_doi_is_believed(first: str) -> None:
    wrong = work(title="A catalogue of brass instruments", doi="10.1000/a", services=(first,))
    right = work(doi="10.1000/a", text=ABSTRACT.upper(), services=("crossref",))
    for lists in ([[wrong], [right]], [[right], [wrong]]):
        found = {one.title: one for one in unite(lists)}
        assert found[TITLE].doi == "10.1000/a"
        assert found[TITLE].text == ABSTRACT.upper()
        assert (found[wrong.title].doi, found[wrong.title].text) == ("", ABSTRACT)
        assert found[wrong.title].notices == ((DOI_OF_ANOTHER, "10.1000/a"),)


def test_what_was_told_apart_is_not_joined_by_its_title_later() -> None:
    wrong = work(title="A catalogue of brass instruments", doi="10.1000/a")
    lists = [[work(doi="10.1000/a", services=("crossref",))], [wrong], [replace(wrong, services=("tavily",), doi="")]]
    assert sorted(len(one.services) for one in unite(lists)) == [1, 2]


def test_neither_of_two_under_the_doi_of_a_retracted_work_is_offered() -> None:
    gone = work(doi="10.1000/a", is_retracted=True, services=("crossref",))
    other = work(title="A catalogue of brass instruments", doi="10.1000/a")
    assert [one.is_citable for one in unite([[gone], [other]])] == [False, False]


def test_a_page_at_the_address_of_a_doi_is_that_works() -> None:
    page = work(title="Redirecting", kind="webpage", doi="10.1000/a", services=("tavily",))
    assert len(unite([[work(doi="10.1000/a")], [page]])) == 1


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("", True), ("see page 12", True), (f"Lind, A. (2020). {TITLE}. Journal of Lamps, 3, 1-4", True),
        ("Lind, A. (2020). The Storage of Lamp-Oil in Tower. Journal of Lamps", True),
        ("Horn, B. (2011). A catalogue of brass instruments. Music Press", False),
    ],
)  # fmt: skip
def test_what_stands_beside_a_number_is_compared_with_its_title(words: str, fits: bool) -> None:
    assert fits_words(TITLE, words) is fits
    assert fits_words(f"{TITLE}: a study of three coasts", words) is fits


def test_a_work_without_a_title_contradicts_nobody() -> None:
    assert fits_words("", "Horn, B. (2011). A catalogue of brass instruments.")


CYRILLIC, GREEK = "Хранение лампового масла в башнях", "Η αποθήκευση λαδιού σε πύργους"


@pytest.mark.parametrize(("title", "other"), [(CYRILLIC, "История каменных маяков 2020"), (GREEK, CYRILLIC)])
def test_titles_of_every_script_are_told_apart_and_known_again(title: str, other: str) -> None:
    who = ((("family", "Линд"),),)
    first = work(title=title, doi="10.1000/a", authors=who)
    assert same_title(title, title.upper())
    assert not same_title(title, other)
    assert len(unite([[first], [replace(first, services=("crossref",))]])) == 1
    assert len(unite([[replace(first, doi="")], [replace(first, doi="", services=("crossref",))]])) == 1
    assert len(unite([[replace(first, doi="")], [work(title=other)]])) == 2
    gone = replace(first, doi="", is_retracted=True)
    assert [one.is_citable for one in unite([[gone], [work(title=other)]])] == [False, True]


def test_a_title_stands_in_a_text_only_where_it_does() -> None:
    assert stands_in(CYRILLIC, f"Журнал, 2020. {CYRILLIC}. Линд")
    assert not stands_in(CYRILLIC, "История каменных маяков")
    assert not stands_in(TITLE, "Cover")
    assert not stands_in("…", "Whatever it is about, it has no title.")
