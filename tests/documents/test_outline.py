from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.domain import outline
from documents.domain.outline import Proposal, ProposedSection, share_pages
from documents.enums import DocumentState
from documents.errors import NotEditable, OutlineInvalid
from documents.models import Document
from tests.documents.factories import DocumentFactory, outlined_document


@given(
    wishes=st.lists(st.decimals(min_value=0, max_value=50, places=1), min_size=1, max_size=60),
    total=st.integers(min_value=6, max_value=200),
)
def test_shared_pages_add_up_and_leave_no_section_empty(wishes: list[Decimal], total: int) -> None:
    shares = share_pages(wishes, total)
    assert sum(shares) == total
    assert min(shares) >= Decimal("0.1")
    assert all(share == share.quantize(Decimal("0.1")) for share in shares)


@given(st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=20))
def test_pages_that_add_up_are_left_as_they_are(tenths: list[int]) -> None:
    tenths[-1] += -sum(tenths) % 10
    wishes = [Decimal(value) / 10 for value in tenths]
    assert share_pages(wishes, int(sum(wishes))) == wishes


def test_more_sections_than_tenths_of_pages_are_refused() -> None:
    with pytest.raises(OutlineInvalid, match="1 pages cannot be shared between 11 sections"):
        share_pages([Decimal(1)] * 11, 1)


@pytest.mark.django_db
class TestAccept:
    def proposal(self) -> Proposal:
        return Proposal(
            "A title",
            [
                ProposedSection("One", pages=Decimal(1)),
                ProposedSection(
                    "Two", children=[ProposedSection("A", pages=Decimal(2)), ProposedSection("B", pages=Decimal(3))]
                ),
            ],
        )

    def test_writes_the_tree_depth_first_and_shares_the_pages(self) -> None:
        document = DocumentFactory.create(state=DocumentState.OUTLINING, pages=12)
        outline.accept(document_id=document.pk, proposal=self.proposal())
        document.refresh_from_db()
        assert document.state == DocumentState.OUTLINED
        assert document.title == "A title"
        rows = [
            (s.title, s.pages, s.parent.title if s.parent else None) for s in document.sections.select_related("parent")
        ]
        assert rows == [
            ("One", Decimal("2.0"), None),
            ("Two", Decimal("0.0"), None),
            ("A", Decimal("4.0"), "Two"),
            ("B", Decimal("6.0"), "Two"),
        ]
        assert outline.is_complete(document)

    @pytest.mark.parametrize("state", [DocumentState.QUEUED, DocumentState.WRITING, DocumentState.READY])
    def test_a_paid_document_keeps_its_outline(self, state: DocumentState) -> None:
        document = outlined_document()
        Document.objects.filter(pk=document.pk).update(state=state)
        with pytest.raises(NotEditable):
            outline.edit(document_id=document.pk, proposal=self.proposal(), by=document.owner)
        assert document.sections.count() == 4

    def test_an_outline_without_a_section_is_refused(self) -> None:
        document = outlined_document()
        with pytest.raises(OutlineInvalid):
            outline.edit(document_id=document.pk, proposal=Proposal("T", []), by=document.owner)
        assert document.sections.count() == 4

    def test_an_outline_has_at_most_two_hundred_sections(self) -> None:
        document = outlined_document(pages=40)
        sections = [ProposedSection(f"Section {number}", pages=Decimal(1)) for number in range(201)]
        with pytest.raises(OutlineInvalid, match="at most 200 sections"):
            outline.edit(document_id=document.pk, proposal=Proposal("T", sections), by=document.owner)
        assert document.sections.count() == 4
        outline.edit(document_id=document.pk, proposal=Proposal("T", sections[1:]), by=document.owner)
        assert document.sections.count() == 200

    @pytest.mark.parametrize("title", ["", " \u200b\n"], ids=["empty", "not seen"])
    def test_a_section_without_a_title_is_refused(self, title: str) -> None:
        document = outlined_document()
        chapter = ProposedSection("Two", children=[ProposedSection(title, pages=Decimal(1))])
        with pytest.raises(OutlineInvalid, match="needs a title"):
            outline.edit(document_id=document.pk, proposal=Proposal("T", [chapter]), by=document.owner)
        assert document.sections.count() == 4

    def test_a_failed_outline_goes_back_to_the_brief_with_its_reason(self) -> None:
        document = DocumentFactory.create(state=DocumentState.OUTLINING)
        outline.fail(document_id=document.pk, reason="The model did not answer.")
        document.refresh_from_db()
        assert (document.state, document.outline_error) == (DocumentState.DRAFT, "The model did not answer.")


@pytest.mark.django_db(transaction=True)
def test_asking_twice_for_an_outline_signals_once() -> None:
    from documents.signals import outline_requested

    document = DocumentFactory.create()
    heard = []

    def hear(sender: object, document_id: object, **kwargs: object) -> None:
        heard.append(document_id)

    others = outline_requested.receivers
    outline_requested.receivers = []
    outline_requested.connect(hear)
    try:
        for _ in range(2):
            outline.request(document_id=document.pk, by=document.owner, wish="shorter")
    finally:
        outline_requested.receivers = others
        outline_requested.sender_receivers_cache.clear()
    document.refresh_from_db()
    assert heard == [document.pk]
    assert document.outline_wish == "shorter"
