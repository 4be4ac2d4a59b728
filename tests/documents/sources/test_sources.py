from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from documents.domain import sources
from documents.enums import SourceOrigin, UploadPurpose, UploadState
from documents.models import Document, Passage, Source, Upload
from documents.sources.found import FoundWork
from privacy.models import AuditEvent
from tests.documents import files
from tests.documents.factories import DocumentFactory, SourceFactory

pytestmark = pytest.mark.django_db

WORK = FoundWork(
    title="On the Keeping of Lights",
    kind="article-journal",
    authors=((("family", "Rossi"), ("given", "Anna")),),
    year=2021,
    doi="10.1000/lights",
    url="https://example.org/lights",
    text="The keepers wound the weight by hand, and the lamp burned on through every night of the long winter.",
    language="en",
    services=("openalex",),
)


@pytest.fixture
def document() -> Document:
    return DocumentFactory.create()


def passages(source: Source, texts: list[str], *, page: int = 0) -> None:
    sources.add_passages(source, texts, language=str(source.csl.get("language", "en")))
    if page:
        Passage.objects.filter(source=source).update(page=page)


def source(document: Document, language: str = "en", **values: object) -> Source:
    made = SourceFactory.create(document=document, **values)
    made.csl = {**made.csl, "language": language}
    made.save()
    return made


def test_passages_that_share_rare_words_come_first(document: Document) -> None:
    passages(
        source(document),
        [
            "The harbour has many boats and the boats have many sails.",
            "A Fresnel lens gathers the light of a small lamp into one beam.",
            "The harbour master counts the boats in the harbour each day.",
        ],
    )
    found = sources.passages_for(document_id=document.pk, text="How the Fresnel lens changed the harbour", limit=3)
    assert found[0].text.startswith("A Fresnel lens")
    with pytest.raises(AttributeError):
        _ = found[0].nothing  # type: ignore[attr-defined]  # there is none


def test_inflected_words_are_found_by_the_sources_own_language(document: Document) -> None:
    passages(
        source(document, "de"), ["Die Wärter pflegten ihre Leuchttürme durch den ganzen Winter hindurch sehr gut."]
    )
    passages(source(document, "en"), ["Keepers were maintaining their lamps all winter long, night after night."])
    german = sources.passages_for(document_id=document.pk, text="Wie ein Wärter seinen Leuchtturm pflegte", limit=1)
    english = sources.passages_for(document_id=document.pk, text="To maintain a lamp, a keeper wakes", limit=1)
    assert german[0].text.startswith("Die Wärter")
    assert english[0].text.startswith("Keepers")


def test_languages_without_a_dictionary_are_found_word_by_word(document: Document) -> None:
    passages(source(document, "pl"), ["Latarnik zapalał lampę każdego wieczoru, także podczas najgorszej burzy."])
    assert sources.passages_for(document_id=document.pk, text="latarnik i burzy", limit=2)


def test_one_page_does_not_take_all_the_places(document: Document) -> None:
    one = source(document)
    passages(one, [f"The lamp burned and the lamp was trimmed, lamp {number}." for number in range(6)], page=3)
    passages(source(document), ["A lamp was also seen in the second book, on another page."], page=9)
    found = sources.passages_for(document_id=document.pk, text="the lamp", limit=3)
    assert len({passage.source_id for passage in found}) == 2


def test_passages_answer_even_where_no_word_is_shared(document: Document) -> None:
    passages(source(document), [f"Sentence {number} about nothing that was asked." for number in range(20)])
    found = sources.passages_for(document_id=document.pk, text="Quantenchromodynamik", limit=6)
    assert len(found) == 6
    assert max(passage.position for passage in found) > 8


def test_no_sources_no_passages(document: Document) -> None:
    assert sources.passages_for(document_id=document.pk, text="anything", limit=5) == []


@pytest.mark.parametrize(
    "text", ["", "!!! & | <-> :*", "or and not", "'); DROP TABLE", '"unbalanced', "a " * 5000, "\x01 ± ∑"]
)
def test_any_text_can_be_asked_for(document: Document, text: str) -> None:
    passages(source(document), ["The lamp burned all night."])
    assert len(sources.passages_for(document_id=document.pk, text=text, limit=3)) == 1


def test_other_documents_passages_are_never_found(document: Document) -> None:
    passages(source(DocumentFactory.create()), ["The lamp of somebody else."])
    assert sources.passages_for(document_id=document.pk, text="lamp", limit=3) == []


def test_files_that_are_still_being_read_are_not_cited(document: Document) -> None:
    upload = Upload.objects.create(
        document=document, purpose=UploadPurpose.SOURCE, name="a.pdf", state=UploadState.EXTRACTING
    )
    passages(source(document, upload=upload), ["The lamp burned all night."])
    assert sources.passages_for(document_id=document.pk, text="lamp", limit=3) == []


def test_same_question_same_answer_in_three_queries_at_most(
    document: Document, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        passages(source(document), [f"The lamp number {number} burned in tower {at}." for at in range(30)])
    with django_assert_max_num_queries(3):
        first = sources.passages_for(document_id=document.pk, text="lamp in the tower", limit=10)
        _ = [passage.source.title for passage in first]
    assert first == sources.passages_for(document_id=document.pk, text="lamp in the tower", limit=10)


# --- found works ------------------------------------------------------------------------------------------


def test_found_work_becomes_a_source_with_its_text(document: Document) -> None:
    (added,) = sources.add_found(document_id=document.pk, works=[WORK])
    assert (added.key, added.origin, added.doi) == ("rossi-2021", SourceOrigin.SEARCH, WORK.doi)
    assert added.url == WORK.url
    assert added.csl == {
        "id": "rossi-2021", "type": "article-journal", "title": WORK.title, "DOI": WORK.doi, "language": "en",
        "author": [{"family": "Rossi", "given": "Anna"}], "issued": {"date-parts": [[2021]]},
    }  # fmt: skip
    assert [passage.text for passage in added.passages.all()] == [WORK.text]


def test_found_work_is_added_once(document: Document) -> None:
    sources.add_found(document_id=document.pk, works=[WORK, WORK])
    again = [WORK, replace(WORK, doi="", title="On the keeping of lights.")]
    assert sources.add_found(document_id=document.pk, works=again) == []
    assert document.sources.count() == 1


def test_a_search_leaves_one_row_in_the_trail_whatever_it_found(document: Document) -> None:
    works = [WORK, replace(WORK, doi="10.1000/other", title="Another work on lamps and towers")]
    assert len(sources.add_found(document_id=document.pk, works=works)) == 2
    sources.add_found(document_id=document.pk, works=[])
    trail = AuditEvent.objects.filter(action="sources.searched").order_by("id")
    assert [(one.object_id, one.details) for one in trail] == [
        (str(document.pk), {"sources": 2}),
        (str(document.pk), {"sources": 0}),
    ]


def test_work_without_text_is_not_added(document: Document) -> None:
    works = [replace(WORK, text=""), replace(WORK, text="short")]
    assert sources.add_found(document_id=document.pk, works=works) == []


def test_long_text_of_a_found_work_is_several_passages(document: Document) -> None:
    (added,) = sources.add_found(document_id=document.pk, works=[replace(WORK, text=files.prose(400))])
    assert added.passages.count() > 2


@pytest.mark.parametrize(
    ("title", "said", "language"),
    [
        ("O skałach i ich przechowywaniu w górach", "pl", "pl"), ("O skałach i ich przechowywaniu w górach", "", "pl"),
        ("Die Lagerung der Gesteine", "", "de"), ("Granit", "", None),
    ],
)  # fmt: skip
def test_a_works_language_is_the_services_else_its_titles_never_its_abstracts(
    document: Document, title: str, said: str, language: str | None
) -> None:
    (made,) = sources.add_found(document_id=document.pk, works=[replace(WORK, title=title, language=said)])
    assert made.csl.get("language") == language
    # Its words are found as English ones all the same.
    assert sources.passages_for(document_id=document.pk, text="a keeper winding weights", limit=1)
