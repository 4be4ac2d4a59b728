"""Which passages a section's writer is given: rare words first, many sources and pages, light on a large stock."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.domain.passages import NewPassage, insert
from documents.domain.retrieval import passages_for
from documents.models import Document, Passage, Source
from tests.documents.factories import DocumentFactory, SourceFactory

pytestmark = pytest.mark.django_db

#: A passage a third of a page long, three to a page: 3,000 pages.
MANY = 9_000


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def source(document: Document, texts: list[str], *, language: str = "en", on_page: int = 1) -> Source:
    """A source with these passages, ``on_page`` to a page."""
    made: Source = SourceFactory.create(document=document, csl={"language": language})
    rows = [
        NewPassage(page=1 + at // on_page, page_label=str(1 + at // on_page), position=at, text=text)
        for at, text in enumerate(texts)
    ]
    insert(source=made, passages=rows, language=language)
    return made


def sentence(number: int, words: str) -> str:
    """A sentence with words of its own and these."""
    own = " ".join(f"{chr(97 + (number * 7 + at) % 26)}{chr(97 + (number // 3 + at) % 26)}rd" for at in range(6))
    return f"{words.capitalize()} stood beside {own} in year {number}."


def test_no_source_takes_all_the_places_while_others_have_something_to_say(document: Document) -> None:
    big = source(document, [sentence(at, "the lamp burned brightly, lamp and lamp oil") for at in range(60)])
    for other in range(4):
        source(document, [sentence(100 + other * 10 + at, "the lamp") for at in range(10)])
    found = passages_for(document_id=document.pk, text="lamp oil and the lamp", limit=20)
    assert len(found) == 20
    assert len({passage.source_id for passage in found}) == 5
    assert sum(passage.source_id == big.pk for passage in found) <= 8


def test_a_source_gives_more_than_its_share_where_the_others_have_nothing_left(document: Document) -> None:
    source(document, [sentence(at, "the lamp burned") for at in range(30)])
    source(document, [sentence(200, "a lamp")])
    found = passages_for(document_id=document.pk, text="lamp", limit=12)
    assert len(found) == 12
    assert len({passage.source_id for passage in found}) == 2


def test_a_passage_that_says_the_same_again_stands_back(document: Document) -> None:
    preprint = "The mercury bath carried the lens of two tonnes, and one finger could move it round the tower."
    source(document, [preprint])
    source(document, [f"{preprint} This is the printed article."])
    source(document, ["A clock of brass wheels drove the lens, wound by hand each evening before the mercury froze."])
    found = passages_for(document_id=document.pk, text="mercury bath lens tower", limit=2)
    assert sum("two tonnes" in passage.text for passage in found) == 1


def test_neighbours_on_one_page_stand_back_behind_other_pages(document: Document) -> None:
    made = source(document, [sentence(at, "fog signal") for at in range(30)], on_page=10)
    found = passages_for(document_id=document.pk, text="fog signal", limit=3)
    assert {passage.page for passage in found} == {1, 2, 3}
    assert {passage.source_id for passage in found} == {made.pk}


def test_words_that_a_text_repeats_weigh_more(document: Document) -> None:
    source(document, [sentence(at, "storm") for at in range(4)] + [sentence(10 + at, "glass") for at in range(4)])
    for word, other in (("storm", "glass"), ("glass", "storm")):
        found = passages_for(document_id=document.pk, text=f"{other}: {word} and {word}", limit=3)
        assert all(passage.text.lower().startswith(word) for passage in found)


def test_sections_that_share_no_word_with_the_sources_are_given_different_passages(document: Document) -> None:
    source(document, [f"Sentence {number} about nothing that was asked." for number in range(200)])
    first, second = (
        passages_for(document_id=document.pk, text=text, limit=6) for text in ("Quantenchromodynamik", "Photosynthese")
    )
    assert len(first) == len(second) == 6
    assert {passage.pk for passage in first} != {passage.pk for passage in second}
    assert first == passages_for(document_id=document.pk, text="Quantenchromodynamik", limit=6)


def test_a_few_passages_that_share_a_word_are_joined_by_others(document: Document) -> None:
    source(document, [*(f"Sentence {number} about nothing that was asked." for number in range(50)), "The storm came."])
    found = passages_for(document_id=document.pk, text="storm", limit=10)
    assert found[0].text == "The storm came."
    assert len(found) == len({passage.pk for passage in found}) == 8


def test_a_source_of_3000_pages_is_searched_by_its_rare_words_without_reading_all(document: Document) -> None:
    rnd = random.Random(7)
    common = ["lamp", "keeper", "tower", "board", "winter", "island", "storm", "harbour"]
    texts = [" ".join(rnd.choices(common, k=40)) for _ in range(MANY)]
    for at in range(0, MANY, MANY // 90):
        texts[at + 5] += " heliograph mirror"
    source(document, texts, on_page=3)
    source(DocumentFactory.create(), [" ".join(rnd.choices(common, k=40)) for _ in range(MANY * 2)], on_page=3)
    source(document, ["A short note on the heliograph."])
    with connection.cursor() as cursor:
        # As autovacuum does: rows that wait to be sorted into the index make it look dear.
        cursor.execute("SELECT gin_clean_pending_list('passage_search')")
        cursor.execute("ANALYZE documents_passage")
    with CaptureQueriesContext(connection) as queries:
        found = passages_for(document_id=document.pk, text="heliograph mirror lamp keeper tower", limit=20)
    assert len(queries) <= 3
    assert len(found) == 20
    assert all("heliograph" in passage.text for passage in found)
    assert len({passage.source_id for passage in found}) == 2
    assert len({(passage.source_id, passage.page) for passage in found}) == 20
    search = queries.captured_queries[-1]["sql"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {search}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "passage_search" in plan, plan
    assert "Seq Scan on documents_passage" not in plan, plan
    assert Passage.objects.count() == MANY * 3 + 1
