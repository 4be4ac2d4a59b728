"""What staff see of a document that its owner shows for a complaint: a page and a Word file (R-118)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.enums import RevisionReason
from documents.models import Document, Section, SectionRevision
from generation.admin import disclosures
from generation.editing import changed, disclosing, saving, tracing_child
from generation.editing.changed import ChangedSection
from generation.models import Disclosure
from generation.writing.sentences import paragraphs
from privacy.models import AuditEvent
from tesigo.platform.limited_child import ChildLimits
from tests.documents.test_views import words
from tests.generation.editing.making import TEXT
from tests.generation.staff import sign_in
from tests.typesetting.word_changes import makers, settled

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WHY = "Two citations are gone."
EDITED = f"{TEXT.partition(chr(10))[0]}\n\nNobody knew why until now. <b>&</b>\n\nA last thought."


@pytest.fixture
def edited(section: Section, document: Document) -> Section:
    saving.save(section=section, document=document, text=EDITED, expected_revision=1, by=document.owner)
    section.refresh_from_db()
    return section


@pytest.fixture
def leave(document: Document, edited: Section) -> Disclosure:
    return disclosing.give(document=document, words=WHY, by=document.owner, now=timezone.now())


def at(row: Disclosure, *, file: bool = False) -> str:
    return reverse(f"admin:generation_disclosure_changes{'_file' if file else ''}", args=[row.pk])


def add_version(section: Section, revision: int, text: str, reason: RevisionReason = RevisionReason.EDITED) -> None:
    SectionRevision.objects.create(section=section, revision=revision, text=text, reason=reason)
    Section.objects.filter(pk=section.pk).update(text=text, revision=revision)


def of(document: Document) -> ChangedSection:
    [found] = changed.of_document(document).sections
    return found


def test_page_shows_versions_changes_and_counts(client: Client, leave: Disclosure) -> None:
    staff = sign_in(client, "view_disclosure")
    listed = words(client.get(reverse("admin:generation_disclosure_changelist")))
    assert WHY in listed
    assert at(leave) in listed
    answer = client.get(at(leave))
    page = words(answer)
    assert "no-store" in answer["Cache-Control"]
    for said in (
        WHY, "edited by its owner", "TesiGo, by a model", "the text as it was delivered with the present one",
        "Words: 11 kept, 1 changed, 7 added, 0 removed.", "Citations: 1 kept, 0 added, 0 removed.", "@light",
        "&lt;b&gt;&amp;",
    ):  # fmt: skip
        assert said in page, said
    [event] = AuditEvent.objects.filter(action="disclosure.looked")
    assert (event.actor_id, event.details) == (staff.pk, {"document": str(leave.document_id), "as": "page"})
    assert 'alt="True"' in words(client.get(reverse("admin:generation_disclosure_changelist")))


def test_word_file_holds_both_texts(client: Client, leave: Disclosure, edited: Section) -> None:
    sign_in(client, "view_disclosure")
    answer = client.get(at(leave, file=True))
    assert "attachment" in answer["Content-Disposition"]
    [heading] = [name for name, found in settled(answer.content, accepted=True).items() if found]
    assert edited.title in heading
    assert settled(answer.content, accepted=True)[heading] == paragraphs(EDITED)
    assert settled(answer.content, accepted=False)[heading] == paragraphs(TEXT)
    assert {who for _what, who, _at in makers(answer.content)} == {"Student"}
    assert AuditEvent.objects.get(action="disclosure.looked").details["as"] == "file"


def test_what_a_model_wrote_on_order_is_told_from_what_the_student_did(document: Document, edited: Section) -> None:
    add_version(edited, 3, f"{EDITED} So wrote a model.", RevisionReason.REWRITTEN)
    found = of(document)
    makers_of = {one.by: one.text for paragraph in found.paragraphs for one in paragraph if one.by}
    assert makers_of["TesiGo, by a model"] == " So wrote a model."
    assert "Student" in makers_of
    assert [(one.revision, one.maker) for one in found.versions] == [
        (1, "TesiGo, by a model"), (2, "Student"), (3, "TesiGo, by a model"),
    ]  # fmt: skip


def test_versions_that_are_gone_are_told(
    client: Client, document: Document, edited: Section, leave: Disclosure
) -> None:
    add_version(edited, 4, f"{EDITED} More.")
    found = of(document)
    assert (found.is_delivered, found.has_gap) == (True, True)
    assert {one.by for paragraph in found.paragraphs for one in paragraph if one.by} == {"Student", "Student or TesiGo"}
    SectionRevision.objects.filter(revision=1).delete()
    found = of(document)
    assert (found.is_delivered, found.before.revision) == (False, 2)
    assert not changed.of_document(document).is_whole
    sign_in(client, "view_disclosure")
    assert "The text as it was delivered is not kept any more" in words(client.get(at(leave)))
    assert client.get(at(leave, file=True)).status_code == 200


def test_versions_that_a_save_takes_away_meanwhile_are_a_gap(document: Document, edited: Section) -> None:
    add_version(edited, 3, f"{EDITED} More.")
    chains = changed._chains(document)
    SectionRevision.objects.filter(revision=2).delete()
    chain = changed._as_read(edited.pk, chains[edited.pk], changed._texts(chains))
    assert ([one.revision for one in chain.compared], chain.has_gap) == ([1, 3], True)


def test_sources_of_citations_that_are_gone_are_named(document: Document, edited: Section) -> None:
    assert changed.of_document(document).sources == {"light": "Of lamps"}
    add_version(edited, 3, "Nobody is cited any more.")
    document.citations.all().delete()
    assert changed.of_document(document).sources == {"light": "Of lamps"}


def test_very_much_text_is_compared_without_the_versions_between(
    document: Document, edited: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_version(edited, 3, f"{EDITED} More.")
    monkeypatch.setattr(changed, "MOST_CHARACTERS", 100)
    found = of(document)
    assert found.has_gap
    assert {one.by for paragraph in found.paragraphs for one in paragraph if one.by} == {"Student or TesiGo"}


def test_section_that_nobody_changed_says_so(client: Client, document: Document, section: Section) -> None:
    row = disclosing.give(document=document, words=WHY, by=document.owner, now=timezone.now())
    sign_in(client, "view_disclosure")
    assert "not changed since" in words(client.get(at(row)))
    assert makers(client.get(at(row, file=True)).content) == set()


def test_check_is_a_maker_of_its_own(document: Document, edited: Section) -> None:
    SectionRevision.objects.filter(revision=1).update(reason=RevisionReason.CHECKED)
    assert of(document).versions[0].maker == "TesiGo, by its check"


@pytest.mark.parametrize("file", [False, True])
def test_without_an_open_leave_nothing_is_shown(client: Client, leave: Disclosure, file: bool) -> None:
    sign_in(client, "view_disclosure")
    disclosing.take_back(
        document=leave.document, disclosure_id=leave.pk, by=leave.document.owner, now=timezone.now()
    )  # fmt: skip
    answer = client.get(at(leave, file=file))
    assert (answer.status_code, "Nothing of it can be seen." in words(answer)) == (404, True)
    assert "Nobody knew why" not in words(answer)
    assert WHY not in words(client.get(reverse("admin:generation_disclosure_changelist")))
    assert not AuditEvent.objects.filter(action="disclosure.looked").exists()


@pytest.mark.parametrize("file", [False, True])
def test_leave_that_is_taken_back_while_versions_are_compared_shows_nothing(
    client: Client, leave: Disclosure, file: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "view_disclosure")
    compare = tracing_child.compare

    def taken_back(sections: Any) -> Any:
        document = leave.document
        disclosing.take_back(document=document, disclosure_id=leave.pk, by=document.owner, now=timezone.now())
        return compare(sections)

    monkeypatch.setattr(tracing_child, "compare", taken_back)
    answer = client.get(at(leave, file=file))
    assert (answer.status_code, "Nobody knew why" in words(answer)) == (404, False)


def test_who_may_not_see_it_gets_nothing(client: Client, leave: Disclosure) -> None:
    sign_in(client, "view_job")
    for file in (False, True):
        assert client.get(at(leave, file=file)).status_code == 403
    assert not AuditEvent.objects.filter(action="disclosure.looked").exists()


def test_leave_that_has_ended_is_not_listed(client: Client, leave: Disclosure) -> None:
    old = timezone.now() - timedelta(days=15)
    Disclosure.objects.filter(pk=leave.pk).update(given_at=old, ends_at=old + timedelta(days=14))
    sign_in(client, "view_disclosure")
    assert WHY not in words(client.get(reverse("admin:generation_disclosure_changelist")))
    assert client.get(at(leave)).status_code == 404


def test_comparing_that_takes_too_long_and_looks_that_are_too_many_are_refused_in_words(
    client: Client, leave: Disclosure, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "view_disclosure")

    monkeypatch.setattr(tracing_child, "_LIMITS", ChildLimits(1024**3, 30, 0.01))
    monkeypatch.setattr(disclosures, "LOOKS_PER_MINUTE", 1)
    answer = client.get(at(leave))
    assert (answer.status_code, "Try it again later." in words(answer)) == (422, True)
    assert client.get(at(leave)).status_code == 429


def test_dashboard_counts_what_waits_to_be_looked_at(client: Client, leave: Disclosure, student: User) -> None:
    sign_in(client, "view_disclosure")
    page = words(client.get(reverse("admin:index")))
    assert "1 was not looked at yet" in page
    client.get(at(leave))
    assert "nothing waits to be looked at" in words(client.get(reverse("admin:index")))
