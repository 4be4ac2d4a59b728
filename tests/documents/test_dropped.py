"""Rows of outlines that were thrown away can be brought back (R-89)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.domain import dropped, outline
from documents.domain.outline import Proposal, ProposedSection
from documents.enums import DocumentState
from documents.errors import NotEditable, OutlineInvalid
from documents.models import Document, DroppedSection
from privacy.domain import retention
from tests.api.calling import Program, kind_of
from tests.documents.factories import outlined_document
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(student: User) -> Document:
    """Of one chapter with two sections, and another one."""
    made = outlined_document(owner=student, pages=4)
    written(made, ProposedSection("Light", children=[section("Lamps"), section("Oil")]), section("Wrecks"))
    DroppedSection.objects.all().delete()
    return made


def section(title: str) -> ProposedSection:
    return ProposedSection(title, covers=f"about {title}")


def written(document: Document, *sections: ProposedSection) -> None:
    outline.edit(document_id=document.pk, proposal=Proposal("Keeping", list(sections)), by=document.owner)


def titles(document: Document) -> list[str]:
    return list(document.sections.order_by("position").values_list("title", flat=True))


def gone(document: Document) -> list[str]:
    return [str(one) for one in dropped.of(document)]


def form(document: Document, **more: str) -> dict[str, object]:
    rows = list(document.sections.order_by("position"))
    sent: dict[str, object] = {"title": "Keeping", "row": [str(row.pk) for row in rows]}
    for row in rows:
        sent |= {
            f"title-{row.pk}": row.title, f"covers-{row.pk}": row.covers, f"pages-{row.pk}": str(row.pages or 1),
            f"parent-{row.pk}": str(row.parent_id or ""), f"order-{row.pk}": str(row.position),
        }  # fmt: skip
    return sent | more


def test_a_row_that_is_removed_on_the_page_comes_back_into_its_chapter(browser: Client, document: Document) -> None:
    address = reverse("documents:outline", args=[document.pk])
    oil = document.sections.get(title="Oil")
    lamps = document.sections.get(title="Lamps")
    browser.post(address, form(document, drop=str(oil.pk), **{f"title-{lamps.pk}": "Lenses"}))
    assert titles(document) == ["Light", "Lenses", "Wrecks"]
    (row,) = dropped.of(document)
    assert (row.title, row.covers, row.chapter) == ("Oil", "about Oil", "Light")
    assert "Bring back: Oil" in words(browser.get(address))
    back = reverse("documents:outline-bring-back", args=[document.pk, row.pk])
    assert "The section is back." in words(browser.post(back, follow=True))
    assert titles(document) == ["Light", "Lenses", "Oil", "Wrecks"]
    assert document.sections.get(title="Oil").parent == document.sections.get(title="Light")
    assert sum(one.pages for one in outline.leaves(document)) == Decimal(4)
    assert gone(document) == []
    assert browser.post(back).status_code == 404


def test_what_another_outline_leaves_out_is_kept_once(document: Document) -> None:
    written(document, section("Wrecks"), section("Storms"))
    assert sorted(gone(document)) == ["Lamps", "Light", "Oil"]
    for _twice in range(2):
        written(document, section("Oil"), section("Storms"))
        assert document.dropped_sections.filter(title="Oil", chapter="Light").exists(), "only its owner brings it back"
        written(document, section("Storms"))
    assert sorted(gone(document)) == ["Lamps", "Light", "Oil", "Oil", "Wrecks"]
    (row,) = document.dropped_sections.filter(title="Oil", chapter="")
    assert outline.bring_back(document_id=document.pk, row_id=row.pk, by=document.owner)
    assert titles(document) == ["Storms", "Oil"]


def test_of_equal_titles_one_can_be_thrown_away(browser: Client, document: Document) -> None:
    written(document, section("Same"), section("Same"))
    DroppedSection.objects.all().delete()
    first = document.sections.order_by("position")[0]
    browser.post(reverse("documents:outline", args=[document.pk]), form(document, drop=str(first.pk)))
    assert (titles(document), gone(document)) == (["Same"], ["Same"])


def test_a_page_that_another_one_saved_over_throws_nothing_away(browser: Client, document: Document) -> None:
    address = reverse("documents:outline", args=[document.pk])
    kept = DroppedSection.objects.create(document=document, title="Storms", pages=1)
    stale = form(document)
    for _saved in range(2):
        browser.post(address, stale)
    assert (titles(document), gone(document)) == (["Light", "Lamps", "Oil", "Wrecks"], ["Storms"])
    wrecks = stale["row"][-1]  # type: ignore[index]  # a list
    browser.post(address, stale | {"drop": wrecks})
    assert (titles(document), gone(document)) == (["Light", "Lamps", "Oil"], ["Wrecks", "Storms"])
    assert dropped.of(document)[-1] == kept


def test_what_is_thrown_away_is_gone_though_another_row_takes_its_title(browser: Client, document: Document) -> None:
    oil, lamps = document.sections.get(title="Oil"), document.sections.get(title="Lamps")
    address = reverse("documents:outline", args=[document.pk])
    browser.post(address, form(document, drop=str(oil.pk), **{f"title-{lamps.pk}": "Oil"}))
    assert (titles(document), gone(document)) == (["Light", "Oil", "Wrecks"], ["Oil"])
    assert dropped.of(document)[0].covers == "about Oil"


def test_rows_of_one_title_are_known_by_their_chapters_and_words(document: Document) -> None:
    def summary(covers: str) -> ProposedSection:
        return ProposedSection("Summary", covers=covers)

    lamps = ProposedSection("Lamps", children=[section("Oil"), summary("first"), summary("second")])
    wrecks = ProposedSection("Wrecks", children=[section("Storms"), summary("third")])
    written(document, lamps, wrecks)
    DroppedSection.objects.all().delete()
    written(
        document,
        ProposedSection("Lamps", children=[section("Oil"), summary("second")]),
        ProposedSection("Wrecks", children=[section("Storms")]),
    )
    rows = {row.covers: row for row in dropped.of(document)}
    assert {covers: row.chapter for covers, row in rows.items()} == {"first": "Lamps", "third": "Wrecks"}
    assert outline.bring_back(document_id=document.pk, row_id=rows["third"].pk, by=document.owner)
    assert titles(document) == ["Lamps", "Oil", "Summary", "Wrecks", "Storms", "Summary"]
    assert dropped.of(document) == [rows["first"]]


def test_a_row_comes_back_into_a_chapter_within_another(document: Document) -> None:
    deep = ProposedSection("Lamps", children=[section("Oil"), section("Wicks")])
    written(document, ProposedSection("Light", children=[deep]))
    written(document, ProposedSection("Light", children=[ProposedSection("Lamps", children=[section("Oil")])]))
    row = document.dropped_sections.get(title="Wicks")
    assert outline.bring_back(document_id=document.pk, row_id=row.pk, by=document.owner)
    assert titles(document) == ["Light", "Lamps", "Oil", "Wicks"]
    assert document.sections.get(title="Wicks").parent == document.sections.get(title="Lamps")


def test_only_so_many_are_kept(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped, "MOST_ROWS", 2)
    written(document, section("Storms"))
    assert document.dropped_sections.count() == 2


def test_nothing_comes_back_into_what_is_paid_or_has_no_room(
    browser: Client, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = DroppedSection.objects.create(document=document, title="Oil lamps", pages=1)
    back = reverse("documents:outline-bring-back", args=[document.pk, row.pk])
    monkeypatch.setattr(outline, "MAX_SECTIONS", 3)
    assert "at most 3 sections" in words(browser.post(back, follow=True))
    for state in (DocumentState.DRAFT, DocumentState.QUEUED):
        Document.objects.filter(pk=document.pk).update(state=state)
        with pytest.raises(NotEditable):
            outline.bring_back(document_id=document.pk, row_id=row.pk, by=document.owner)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.DRAFT)
    assert "cannot be changed at this moment" in words(browser.post(back, follow=True))
    assert DroppedSection.objects.get() == row


def test_programs_do_the_same(program: Program, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    row = DroppedSection.objects.create(document=document, title="Storms", pages=1)
    path = f"/api/v1/documents/{document.pk}/outline/dropped"
    assert [one["title"] for one in program.get(path).json()] == ["Storms"]
    monkeypatch.setattr(outline, "MAX_SECTIONS", 3)
    assert kind_of(program.post(f"{path}/{row.pk}", {})) == "outline-invalid"
    monkeypatch.undo()
    sent = program.post(f"{path}/{row.pk}", {}).json()
    assert [one["title"] for one in sent["sections"]] == ["Light", "Wrecks", "Storms"]
    assert program.post(f"{path}/{row.pk}", {}).status_code == 404
    Document.objects.filter(pk=document.pk).update(state=DocumentState.QUEUED)
    assert program.post(f"{path}/{row.pk}", {}).status_code == 409


def test_they_go_after_thirty_days(document: Document) -> None:
    now = timezone.now()
    for days in (29, 31):
        DroppedSection.objects.create(
            document=document, title=f"{days} days", pages=1, dropped_at=now - timedelta(days=days)
        )
    retention.apply(now=now)
    assert gone(document) == ["29 days"]


def test_a_row_says_what_it_is(document: Document) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DroppedSection.objects.create(document=document, title="", pages=1)
    with pytest.raises(OutlineInvalid):
        written(document)
