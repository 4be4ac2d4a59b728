"""Rewriting by order: what may be asked for, what its limits are, how an offer is taken or left (R-93)."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import QuotaReached
from accounts.models import User
from billing.domain import refunds
from billing.enums import PaymentPurpose, PaymentState
from billing.models import Payment, PriceList
from documents.domain import ai_statements
from documents.domain.queries import sections_in_order
from documents.enums import DocumentState
from documents.errors import Refused, StaleRevision
from documents.models import Document, Section, Source
from generation.editing import rewriting, saving
from generation.editing.rewriting import Wanted
from generation.engine import erasing, pipeline
from generation.enums import JobKind, JobState, RewritingState, Stage, StepState, Wait, Wish
from generation.errors import DocumentLocked, RewritingRefused, TextInvalid
from generation.models import Job, MoreRewritings, PersonalLimit, Rewriting, Step
from generation.writing import ordered, stretches
from privacy.models import AuditEvent
from tests.api.calling import Program, kind_of, program_of
from tests.documents.test_views import words
from tests.generation.editing.making import CITED, LAST, PARAGRAPHS, rewritable_section
from tests.generation.staff import sign_in

pytestmark = pytest.mark.django_db

NEW = f"{CITED} It stood there a long while."


@pytest.fixture
def section(student: User) -> Section:
    return rewritable_section(student)


def order(section: Section, wish: Wish = Wish.PLAINER, *, revision: int | None = None, **wanted: Any) -> Rewriting:
    return rewriting.ask(
        section=section, document=section.document, wanted=Wanted(wish, **{"paragraphs": [0], **wanted}),
        expected_revision=revision or section.revision, by=section.document.owner,
    )  # fmt: skip


def offered(section: Section, **values: Any) -> Rewriting:
    """An order whose work is done."""
    made = order(section)
    kept = section.revisions.get(revision=made.revision).citations
    values = {
        "text": PARAGRAPHS.replace(PARAGRAPHS.split("\n\n")[0], NEW), "citations": kept, "body_pages": "1.40",
        "made": {"models": ["gpt"], "calls": 3, "removed": 1}, **values,
    }  # fmt: skip
    Job.objects.filter(pk=made.job_id).update(state=JobState.SUCCEEDED, finished_at=timezone.now())
    Rewriting.objects.filter(pk=made.pk).update(state=RewritingState.OFFERED, **values)
    made.refresh_from_db()
    return made


def take(made: Rewriting, section: Section, expected: int = 1) -> int:
    number = rewriting.take(
        rewriting=made, section=section, document=section.document, expected_revision=expected,
        by=section.document.owner,
    )  # fmt: skip
    section.refresh_from_db()
    return number


def save(section: Section, text: str) -> None:
    document = section.document
    saving.save(section=section, document=document, text=text, expected_revision=section.revision, by=document.owner)
    section.refresh_from_db()


def test_an_order_is_a_job_of_one_section(section: Section) -> None:
    made = order(section)
    job = Job.objects.get()
    assert (job.kind, job.state, made.state) == (JobKind.REWRITING, JobState.QUEUED, RewritingState.ASKED)
    assert (job.estimated_tokens > 0, sorted(job.estimated_parts)) == (True, ["judge", "rewrite"])
    step = Step.objects.get(job=job)
    assert (step.stage, step.section_id, rewriting.percent(made)) == (Stage.REWRITE, section.pk, 0)
    Step.objects.filter(pk=step.pk).update(progress=90)
    assert rewriting.percent(made) == 54
    Step.objects.filter(pk=step.pk).update(state=StepState.DONE)
    assert rewriting.percent(made) == 60
    assert AuditEvent.objects.filter(action="section.rewriting_asked").exists()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"paragraphs": [2]}, "no such paragraph"),
        ({"paragraphs": [9]}, "no such paragraph"),
        ({"paragraphs": [0, 3]}, "follow each other"),
        ({"paragraphs": []}, "follow each other"),
        ({"wish": Wish.OWN}, "your own words"),
        ({"wish": Wish.SOURCE}, "Pick the source"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_anew_is_said(section: Section, wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(RewritingRefused, match=said):
        order(section, **wanted)
    assert not Job.objects.exists()


def test_a_paragraph_with_a_note_stays_as_it_is(section: Section) -> None:
    save(section, f"{LAST}[^1]\n\n[^1]: So they say.")
    with pytest.raises(RewritingRefused, match="no such paragraph"):
        order(section, paragraphs=[])


def test_what_goes_on_over_empty_lines_is_no_running_text() -> None:
    code, formula, tildes = "```\na = 1\n\nb = 2\n```", "So\n$$\na = b\n\nc = d\n$$", "~~~\nopen\n\nto the end"
    note = "[^1]: So they say.\n\n    And more of it.\n\n\tAnd more."
    whole = "\r\n\r\n".join(["First.", code, "Between: $5.", formula, "Then.", note, "Last.", tildes])
    assert [one for _number, one in stretches.running(whole)] == ["First.", "Between: $5.", "Then.", "Last."]


def test_without_paragraphs_all_of_a_plain_section_is_meant(section: Section) -> None:
    save(section, f"{CITED}\n\n{LAST}")
    assert order(section, paragraphs=[]).paragraphs == [0, 1]


def test_too_much_for_one_answer_is_said(section: Section) -> None:
    save(section, f"{LAST} " * 300)
    with pytest.raises(RewritingRefused, match="up to 12000 characters"):
        order(section)


def test_one_section_at_a_time(section: Section) -> None:
    order(section)
    with pytest.raises(RewritingRefused, match="waits for you"):
        order(section)
    other = section.document.sections.get(position=1)
    Section.objects.filter(pk=other.pk).update(text=LAST, revision=1)
    other.refresh_from_db()
    with pytest.raises(RewritingRefused, match="Another section"):
        order(other)


def test_one_offer_at_a_time_waits_in_a_document(section: Section) -> None:
    offered(section)
    other = section.document.sections.get(position=1)
    Section.objects.filter(pk=other.pk).update(text=LAST, revision=1)
    other.refresh_from_db()
    with pytest.raises(RewritingRefused, match="another section first"):
        order(other)


def test_pages_whose_money_went_back_are_not_paid(section: Section) -> None:
    document = Document.objects.get(pk=section.document_id)
    assert (ordered.paid_pages(document), rewriting.allowance(document).included) == (3, 6)
    refunds.refund_missing_pages(document_id=document.pk, ordered=3, delivered=Decimal(2), reason="Short.")
    assert (ordered.paid_pages(document), rewriting.allowance(document).included) == (2, 4)
    refunds.refund_in_full(document_id=document.pk, cause="goodwill", reason="Sorry.")
    assert ordered.paid_pages(document) == Decimal("1.5")
    with pytest.raises(RewritingRefused, match="was given back"):
        order(section)
    assert refunds.share_kept(uuid4()) == 1


def more_pages(section: Section, pages: int = 1) -> Payment:
    """Pages of rewriting that were bought for the section's document."""
    document = section.document
    return Payment.objects.create(
        document=document, user=document.owner, price_list=PriceList.objects.get(), pages=pages, lines=[],
        amount=Decimal("0.50") * pages, expires_at=timezone.now(), state=PaymentState.SUCCEEDED,
        purpose=PaymentPurpose.MORE_PAGES,
    )  # fmt: skip


def test_pages_that_were_bought_add_rewritings_and_what_was_used_stays_used(section: Section) -> None:
    MoreRewritings.objects.create(document=section.document, count=1)
    bought = more_pages(section)
    document = Document.objects.get(pk=section.document_id)
    assert rewriting.allowance(document).left == 9
    order(section)
    assert (rewriting.allowance(document).included, rewriting.allowance(document).left) == (9, 8)
    refunds.open_refund(payment_id=bought.pk, cause="staff", reason="kind")
    assert (rewriting.allowance(document).included, rewriting.allowance(document).left) == (7, 6)
    # The text stays measured against the pages of its order.
    assert ordered.paid_pages(document) == 3


def had(section: Section) -> None:
    """One more that counts: asked for, offered and left."""
    rewriting.leave(rewriting=offered(section), by=section.document.owner)


def test_what_was_had_of_pages_given_back_is_not_taken_off_pages_bought_later(section: Section) -> None:
    document = Document.objects.get(pk=section.document_id)
    first = more_pages(section)
    for _number in range(8):
        had(section)
    assert rewriting.allowance(document).left == 0
    refunds.open_refund(payment_id=first.pk, cause="staff", reason="kind")
    left = rewriting.allowance(document)
    assert (left.included, left.used, left.left) == (6, 8, 0)
    more_pages(section)
    assert rewriting.allowance(document).left == 2
    had(section)
    assert rewriting.allowance(document).left == 1


def test_what_a_document_includes_and_staff_add(section: Section, settings: LazySettings, client: Client) -> None:
    settings.REWRITINGS_PER_PAGE = 0
    with pytest.raises(RewritingRefused, match="used up"):
        order(section)
    sign_in(client)
    add = reverse("admin:generation_morerewritings_add")
    assert client.post(add, {"document": str(section.document_id), "count": 2}).status_code == 302
    row = MoreRewritings.objects.get()
    assert client.get(reverse("admin:generation_morerewritings_change", args=[row.pk])).status_code == 200
    assert AuditEvent.objects.filter(action="more_rewritings.added").exists()
    left = rewriting.allowance(section.document)
    assert (left.included, left.used, left.left) == (2, 0, 2)
    order(section)
    assert rewriting.allowance(section.document).left == 1


def test_limits_of_a_person_and_of_the_document(section: Section, settings: LazySettings) -> None:
    with pytest.raises(StaleRevision):
        order(section, revision=7)
    settings.REWRITINGS_PER_DAY = 1
    rewriting.leave(rewriting=order(section), by=section.document.owner)
    with pytest.raises(QuotaReached):
        order(section)
    settings.REWRITINGS_PER_DAY = 9
    PersonalLimit.objects.create(person=section.document.owner, tokens=1)
    with pytest.raises(Refused, match="whole day"):
        order(section)
    Document.objects.filter(pk=section.document_id).update(frozen_at=timezone.now())
    with pytest.raises(DocumentLocked, match="locked"):
        order(section)
    Document.objects.filter(pk=section.document_id).update(state=DocumentState.WRITING)
    with pytest.raises(Http404):
        order(section)
    section.document.pk = uuid4()
    with pytest.raises(Http404):
        order(section)


def test_taken_beside_other_changes_both_are_there(section: Section) -> None:
    made = offered(section)
    save(section, PARAGRAPHS.replace("Little of that", "Hardly any of that"))
    shown = rewriting.offer(made, section)
    assert (shown.is_joined, shown.is_in_place) == (True, False)
    with pytest.raises(StaleRevision):
        take(made, section)
    assert take(made, section, expected=2) == 3
    assert "a long while" in section.text
    assert "Hardly any of that" in section.text
    assert {"edited_at", "rewritten"} <= section.provenance.keys()
    said = ai_statements.of(section.document, sections_in_order(section.document))
    assert "by a model afterwards, on the author’s order: 1." in said


@pytest.mark.parametrize("is_kept", [True, False])
def test_taken_in_the_place_of_the_same_words_the_newer_text_is_a_version(section: Section, is_kept: bool) -> None:
    made = offered(section)
    save(section, PARAGRAPHS.replace("for a long time", "for ever"))
    if not is_kept:
        section.revisions.filter(revision=1).delete()
    shown = rewriting.offer(made, section)
    assert (shown.is_joined, shown.is_in_place) == (False, True)
    take(made, section, expected=2)
    assert "for ever" not in section.text
    assert "for ever" in section.revisions.get(revision=2).text


def test_an_offer_is_taken_once(section: Section) -> None:
    made = offered(section)
    take(made, section)
    made.text = PARAGRAPHS
    with pytest.raises(RewritingRefused, match="another window"):
        rewriting.take(
            rewriting=made, section=section, document=section.document, expected_revision=2,
            by=section.document.owner,
        )  # fmt: skip
    section.refresh_from_db()
    assert section.revision == 2


def test_a_work_that_was_taken_back_since_is_not_cited(section: Section) -> None:
    made = offered(section, text=PARAGRAPHS.replace(CITED, CITED.replace("had", "got")))
    Source.objects.update(retracted_at=timezone.now(), retracted_by="crossref")
    with pytest.raises(TextInvalid, match="There is no source"):
        take(made, section)


def test_pages_that_were_counted_with_what_was_taken_count_from_then_on(section: Section) -> None:
    assert rewriting.filled_pages(section.document) == "1.5"
    take(offered(section), section)
    assert rewriting.filled_pages(section.document) == "1.4"


def test_an_account_that_is_erased_takes_its_orders_along(section: Section) -> None:
    made = order(section)
    erasing.stop_jobs(section.document.owner, timezone.now())
    made.refresh_from_db()
    assert made.state == RewritingState.CANCELLED
    assert not pipeline.stop(job_id=made.job_id, reason="again", now=timezone.now())


def test_lengths_follow_the_wish_within_the_pages_paid(section: Section) -> None:
    def asked(wish: Wish, **wanted: Any) -> int:
        made = order(section, wish, **wanted)
        found = ordered.of_job(made.job_id).characters
        rewriting.leave(rewriting=made, by=section.document.owner)
        return found

    plain = asked(Wish.PLAINER)
    assert asked(Wish.SHORTER) < plain < asked(Wish.COUNTER)
    Document.objects.filter(pk=section.document_id).update(body_pages=3)
    assert asked(Wish.COUNTER) == plain
    Document.objects.filter(pk=section.document_id).update(body_pages=None)
    assert asked(Wish.SOURCE, source=Source.objects.get()) == plain


class TestPages:
    def at(self, section: Section, name: str = "rewrite", *more: object) -> str:
        return reverse(f"generation:{name}", args=[section.document_id, section.pk, *more])

    def test_it_is_ordered_watched_and_taken(self, browser: Client, section: Section) -> None:
        edit = words(browser.get(self.at(section, "edit")))
        assert self.at(section) in edit
        page = words(browser.get(self.at(section), {"paragraphs": "1,x"}))
        assert "6 rewritings are left" in page
        assert "They still do so today." in page
        assert '<input type="checkbox" name="paragraphs" value="1"' in page
        form = {"wish": "plainer", "paragraphs": [0], "revision": 1, "words": "", "source": ""}
        page = words(browser.post(self.at(section), form, follow=True))
        assert "Being written anew" in page
        made = Rewriting.objects.get()
        Job.objects.filter(pk=made.job_id).update(waits_for=Wait.BUDGET, waits_since=timezone.now())
        part = words(browser.get(self.at(section, "rewriting-fragment")))
        assert 'data-state="asked"' in part
        assert "it is not counted" in part
        Rewriting.objects.all().delete()
        Job.objects.all().delete()
        made = offered(section)
        page = words(browser.get(self.at(section)))
        assert "<ins>" in page
        assert "fills 1.4 of 3 pages" in page
        assert "1 sentence of the new text was taken out" in page
        taken = browser.post(self.at(section, "take-rewriting", made.pk), {"revision": 1}, follow=True)
        assert "Taken." in words(taken)
        assert "before your changes" in words(taken)
        versions = words(browser.get(self.at(section, "versions")))
        assert "written anew by a model, on its owner&#x27;s order" in versions
        again = browser.post(self.at(section, "take-rewriting", made.pk), {"revision": 2}, follow=True)
        assert "nothing here that could be taken" in words(again)

    def test_with_few_left_the_page_says_where_more_are_bought(
        self, browser: Client, section: Section, settings: LazySettings
    ) -> None:
        shop = f"{reverse('billing:more-pages', args=[section.document_id])}?section={section.pk}"
        assert shop not in words(browser.get(self.at(section)))
        settings.REWRITINGS_PER_PAGE = 1
        page = words(browser.get(self.at(section)))
        assert "3 rewritings are left" in page
        assert shop in page
        more_pages(section)
        assert shop not in words(browser.get(self.at(section)))
        Payment.objects.of_more_pages().update(state=PaymentState.DISPUTED)
        page = words(browser.get(self.at(section)))
        assert "3 rewritings are left" in page
        assert shop not in page

    def test_what_is_refused_is_said_in_the_form(
        self, browser: Client, section: Section, settings: LazySettings
    ) -> None:
        form = {"wish": "own", "paragraphs": [0], "revision": 1}
        assert "your own words" in words(browser.post(self.at(section), form))
        assert browser.post(self.at(section), {**form, "wish": "x"}).status_code == 422
        form["wish"] = "shorter"
        stale = browser.post(self.at(section), {**form, "revision": 9})
        assert (stale.status_code, "changed meanwhile" in words(stale)) == (409, True)
        assert '<input type="hidden" name="revision" value="1"' in words(stale)
        assert "checked" not in words(stale).partition('name="wish"')[0]
        PersonalLimit.objects.create(person=section.document.owner, tokens=1)
        assert browser.post(self.at(section), form).status_code == 429
        Document.objects.filter(pk=section.document_id).update(state=DocumentState.WRITING)
        assert browser.post(self.at(section), form).status_code == 404

    def test_it_is_left_and_nothing_is_kept(self, browser: Client, section: Section) -> None:
        made = offered(section)
        left = browser.post(self.at(section, "leave-rewriting", made.pk), follow=True)
        assert "The text stays as it is." in words(left)
        made.refresh_from_db()
        assert (made.state, made.text) == (RewritingState.LEFT, "")
        again = browser.post(self.at(section, "leave-rewriting", made.pk), follow=True)
        assert "in another window already" in words(again)

    def test_calling_off_leaves_no_offer_that_nobody_saw(self, browser: Client, section: Section) -> None:
        old = order(section)
        page = words(browser.get(self.at(section)))
        assert '<input type="hidden" name="only_asked" value="1">' in page
        rewriting.leave(rewriting=old, by=section.document.owner, only_asked=True)
        made = offered(section)
        late = words(browser.post(self.at(section, "leave-rewriting", made.pk), {"only_asked": "1"}, follow=True))
        assert "before it could be called off" in late
        assert "What would change" in late
        made.state = RewritingState.ASKED
        with pytest.raises(RewritingRefused, match="before it could be called off"):
            rewriting.leave(rewriting=made, by=section.document.owner)

    def test_what_failed_and_what_is_too_long_is_said(self, browser: Client, section: Section) -> None:
        made = offered(section, is_over=True, body_pages="3.4")
        page = words(browser.get(self.at(section)))
        assert "would fill 3.4 pages; 3 were paid" in page
        assert self.at(section, "take-rewriting", made.pk) not in page
        refused = browser.post(self.at(section, "take-rewriting", made.pk), {"revision": 1}, follow=True)
        assert "It cannot be taken" in words(refused)
        Rewriting.objects.filter(pk=made.pk).update(state=RewritingState.FAILED, failure="Nobody answered.")
        assert "Nobody answered. It was not counted." in words(browser.get(self.at(section)))

    def test_another_window_was_faster(self, browser: Client, section: Section) -> None:
        made = offered(section)
        save(section, f"{PARAGRAPHS} More.")
        stale = browser.post(self.at(section, "take-rewriting", made.pk), {"revision": 1}, follow=True)
        assert "was changed just now" in words(stale)
        assert "Your changes stay" in words(stale)
        save(section, PARAGRAPHS.replace("for a long time", "for ever"))
        assert "stays among the versions" in words(browser.get(self.at(section)))

    def test_of_another_section_there_is_none(self, browser: Client, section: Section) -> None:
        made = offered(section)
        other = section.document.sections.get(position=1)
        Section.objects.filter(pk=other.pk).update(text=LAST, revision=1)
        assert browser.post(self.at(other, "leave-rewriting", made.pk)).status_code == 404


def ask(program: Program, at: str, wanted: dict[str, Any]) -> Any:
    return program("POST", at, wanted, idempotency_key=uuid4().hex)


def test_a_program_orders_takes_and_leaves(section: Section, student: User) -> None:
    program, at = program_of(student), f"/api/v1/documents/{section.document_id}/sections/{section.pk}/rewritings"
    wanted = {"wish": "source", "source": "light", "paragraphs": [0], "revision": 1}
    asked = ask(program, at, wanted)
    assert (asked.status_code, asked.json()["state"], asked.json()["source"]) == (202, "asked", "light")
    one = f"{at}/{asked.json()['id']}"
    assert kind_of(program("POST", f"{one}/take", {"revision": 1})) == "not-offered"
    assert program("DELETE", one).status_code == 204
    assert kind_of(program("DELETE", one)) == "not-offered"
    assert [row["state"] for row in program.get(at).json()] == ["cancelled"]
    made = offered(section)
    one = f"{at}/{made.pk}"
    assert kind_of(program("DELETE", f"{one}?only_asked=true")) == "not-offered"
    assert program.get(one).json()["models"] == ["gpt"]
    assert kind_of(program("POST", f"{one}/take", {"revision": 9})) == "newer-version"
    taken = program("POST", f"{one}/take", {"revision": 1})
    assert (taken.status_code, taken.json()["revision"]) == (200, 2)


def test_a_program_is_told_what_is_refused(section: Section, student: User, settings: LazySettings) -> None:
    program, at = program_of(student), f"/api/v1/documents/{section.document_id}/sections/{section.pk}/rewritings"
    wanted = {"wish": "plainer", "paragraphs": [0], "revision": 1}
    assert kind_of(ask(program, at, {**wanted, "source": "nobody"})) == "cannot-be-rewritten"
    assert kind_of(ask(program, at, {**wanted, "paragraphs": [2]})) == "cannot-be-rewritten"
    assert kind_of(ask(program, at, {**wanted, "revision": 2})) == "newer-version"
    settings.REWRITINGS_PER_DAY = 1
    made = offered(section, is_over=True)
    assert kind_of(program("POST", f"{at}/{made.pk}/take", {"revision": 1})) == "text-not-usable"
    assert program("DELETE", f"{at}/{made.pk}").status_code == 204
    assert kind_of(ask(program, at, wanted)) == "quota-reached"
    settings.REWRITINGS_PER_DAY = 9
    PersonalLimit.objects.create(person=student, tokens=1)
    assert ask(program, at, wanted).status_code == 429
    Document.objects.filter(pk=section.document_id).update(frozen_at=timezone.now())
    assert kind_of(ask(program, at, wanted)) == "frozen"
