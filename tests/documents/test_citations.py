"""The citation report: every citation with its source, page, passage and check, and what the check took out (R-10)."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from documents.domain.citations import report
from documents.domain.originality import Density, Shares
from documents.enums import CitationCheck, DocumentState, RevisionReason
from documents.models import Citation, Document, Passage, Section, SectionRevision, Source
from tests.documents.factories import DocumentFactory, PassageFactory, SectionFactory, SourceFactory
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

SENTENCE = "The lens turned on a bath of mercury [@light-2019, p. xi]."


@pytest.fixture
def document() -> Document:
    """A finished document of two sections and one source."""
    document: Document = DocumentFactory.create(
        owner=student_with_consent(), state=DocumentState.READY, title="Lighthouses"
    )
    SectionFactory.create(document=document, position=0, title="Nights")
    SectionFactory.create(document=document, position=1, title="Days")
    return document


def source(document: Document, **fields: object) -> Source:
    made: Source = SourceFactory.create(document=document, **{"key": f"light-{document.sources.count()}"} | fields)
    return made


def cite(section: Section, passage: Passage, *, position: int = 0, note: str = "", **fields: object) -> Citation:
    """A citation as a checked revision leaves it."""
    values: dict[str, object] = {"sentence": SENTENCE, "check_result": CitationCheck.JUDGED} | fields
    return Citation.objects.create(
        document=section.document, section=section, position=position, source=passage.source, passage=passage,
        check_note=note, **values,
    )  # fmt: skip


def revise(section: Section, revision: int, *, removed: int | None) -> None:
    provenance = {} if removed is None else {"models": ["m"], "removed": removed}
    SectionRevision.objects.create(
        section=section, revision=revision, text="x", reason=RevisionReason.CHECKED, provenance=provenance,
        created_at=timezone.now(),
    )  # fmt: skip


def test_the_report_counts_citations_by_check_and_sentences_taken_out_by_section(document: Document) -> None:
    nights, days = document.sections.order_by("position")
    passage = PassageFactory.create(source=source(document))
    other = PassageFactory.create(source=source(document))
    cite(nights, passage, check_result=CitationCheck.VERBATIM)
    cite(nights, other, position=1)
    cite(days, passage)
    revise(nights, 1, removed=2)
    revise(nights, 2, removed=1)
    revise(days, 1, removed=None)
    found = report(document)
    assert (found.total, found.sources, found.removed) == (3, 2, 3)
    assert found.by_check == [(CitationCheck.VERBATIM, 1), (CitationCheck.JUDGED, 2)]
    assert [(part.section.title, part.section.number, len(part.cards), part.removed) for part in found.sections] == [
        ("Nights", "1", 2, 3),
        ("Days", "2", 1, 0),
    ]
    assert [card.number for part in found.sections for card in part.cards] == [1, 2, 3]


def test_a_section_of_which_every_citation_went_is_in_the_report(document: Document) -> None:
    nights, days = document.sections.order_by("position")
    cite(nights, PassageFactory.create(source=source(document)))
    revise(days, 1, removed=4)
    assert [(part.section.title, part.removed) for part in report(document).sections] == [("Nights", 0), ("Days", 4)]


def test_the_page_shows_what_each_citation_rests_on(client: Client, document: Document) -> None:
    nights = document.sections.get(position=0)
    authors = [{"family": "Rossi"}, {"literal": "The Board"}, {"family": "Doe"}, {"family": "Roe"}]
    csl = {"type": "book", "title": "Light", "author": authors, "issued": {"date-parts": [[2019]]}}
    passage = PassageFactory.create(
        source=source(document, doi="10.1000/light", csl=csl, title="Light <1>"), page=11, page_label="xi"
    )
    cite(nights, passage, note="the passage says <b>so</b>")
    revise(nights, 1, removed=1)
    client.force_login(document.owner)
    page = client.get(reverse("documents:citations", args=[document.pk])).content.decode()
    for words in (
        "Light &lt;1&gt;", "Rossi, The Board +2, 2019", "Page xi", "https://doi.org/10.1000/light",
        "<mark>The lens turned on a bath of mercury</mark>", "judged as supported by the passage",
        "the passage says &lt;b&gt;so&lt;/b&gt;", "1 sentence taken out", "1 citation, 1 source",
    ):  # fmt: skip
        assert words in page, words
    assert "[@light" not in page


def test_a_file_without_doi_and_address_is_called_one(client: Client, document: Document) -> None:
    cite(document.sections.get(position=0), PassageFactory.create(source=source(document, csl={})))
    client.force_login(document.owner)
    page = client.get(reverse("documents:citations", args=[document.pk])).content.decode()
    assert "A file of your own, without DOI or address." in page


def test_a_text_that_cites_nothing_says_so(client: Client, document: Document) -> None:
    client.force_login(document.owner)
    assert "This text cites nothing." in client.get(reverse("documents:citations", args=[document.pk])).content.decode()


def test_nobody_else_sees_the_report(client: Client, document: Document) -> None:
    client.force_login(student_with_consent())
    assert client.get(reverse("documents:citations", args=[document.pk])).status_code == 404


def test_more_citations_take_no_more_queries(
    document: Document, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    nights = document.sections.get(position=0)
    for position in range(3):
        cite(nights, PassageFactory.create(source=source(document)), position=position)
        revise(nights, position + 1, removed=1)
    with django_assert_num_queries(3):
        found = report(document)
        _ = [card.who_and_when + card.address for part in found.sections for card in part.cards]


def checked(section: Section, *, copied: bool = False, wanted: int = 2, outcome: str = "") -> None:
    """A section as the check leaves it: whose words it is made of, and how many citations hold."""
    run = {"passage": 1, "key": "light-0", "page": "xi", "length": 8, "words": "the lens <turned> on a bath of mercury"}
    section.provenance = {
        "wording": {"words": 200, "quoted": 21, "near": 9, "copied": [run] if copied else []},
        "density": {"citations": 2, "pages": 1.25, "wanted": wanted, "round": outcome},
    }
    section.save()


def test_shares_of_words_are_whole_percents_that_make_a_hundred() -> None:
    shares = Shares(words=300, quoted=61, near=28)
    assert (shares.own, shares.quoted_percent, shares.near_percent, shares.own_percent) == (211, 20, 10, 70)
    nothing = Shares()
    assert (nothing.quoted_percent, nothing.near_percent, nothing.own_percent) == (0, 0, 100)
    for quoted in range(7):
        percents = Shares(words=7, quoted=quoted, near=7 - quoted)
        assert percents.quoted_percent + percents.near_percent == 100


def test_the_report_says_whose_words_each_section_is_made_of_and_what_was_copied(
    client: Client, document: Document, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    nights, days = document.sections.order_by("position")
    cite(nights, PassageFactory.create(source=source(document, title="Light <1>")))
    checked(nights, copied=True)
    checked(days, wanted=4, outcome="no better")
    with django_assert_num_queries(4):
        found = report(document)
    assert (found.shares, found.copied) == (Shares(400, 42, 18), 1)
    assert [part.section for part in found.copying] == [nights]
    assert [part.section for part in found.thin] == [days]
    (copied,) = found.copying[0].originality.copied if found.copying[0].originality else []
    assert (copied.source_title, copied.page) == ("Light <1>", "xi")
    client.force_login(document.owner)
    page = client.get(reverse("documents:citations", args=[document.pk])).content.decode()
    for words in (
        "Copied words left as they are", "the lens &lt;turned&gt; on a bath of mercury", "Section 1, Nights",
        "Light &lt;1&gt;, page xi", "10 % quoted", "5 % near a source", "85 % own words", 'width="10"', 'x="10"',
        "2 citations hold here; a section of this length should have at least 4.", "the second text was no better",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("better", "this is the better of the two texts"),
        ("over budget", "There was no budget left"),
        ("no answer", "could not be had"),
        ("", "should have at least 4"),
    ],
)
def test_the_report_says_what_was_done_about_few_citations(
    client: Client, document: Document, outcome: str, words: str
) -> None:
    section = document.sections.get(position=0)
    cite(section, PassageFactory.create(source=source(document)))
    checked(section, wanted=4, outcome=outcome)
    client.force_login(document.owner)
    assert words in client.get(reverse("documents:citations", args=[document.pk])).content.decode()
    assert (
        "One section has fewer citations" in client.get(reverse("documents:read", args=[document.pk])).content.decode()
    )


def test_a_text_of_a_time_in_which_words_were_not_looked_at_says_nothing_of_them(
    client: Client, document: Document
) -> None:
    cite(document.sections.get(position=0), PassageFactory.create(source=source(document)))
    client.force_login(document.owner)
    page = client.get(reverse("documents:citations", args=[document.pk])).content.decode()
    assert "Whose words" not in page
    assert "fewer citations" not in client.get(reverse("documents:read", args=[document.pk])).content.decode()


def test_citations_a_page() -> None:
    assert Density(3, Decimal("1.5"), 5).for_each_page == Decimal("2.0")
    assert Density(0, Decimal(0), 0).for_each_page == Decimal("0.0")
