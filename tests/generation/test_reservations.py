"""Room for a document while its owner pays: bounded, exact under any concurrency, given back (R-42, R-21)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from billing import gates
from documents.domain import outline
from documents.enums import DocumentState
from documents.errors import Refused
from documents.gates import NotNow
from documents.models import Document
from generation import tasks
from generation.engine import admission
from generation.enums import JobKind, JobState, Scope
from generation.models import AIModel, Budget, BudgetUse, Job, PersonalLimit, Reservation
from generation.spending import estimates
from generation.spending.periods import next_day, next_month, period_of
from privacy.domain import consent
from privacy.enums import ConsentKind
from tests.billing.concurrently import at_once
from tests.documents.factories import DocumentFactory, UserFactory, outlined_document
from tests.generation.making import ordered_document

pytestmark = pytest.mark.django_db


def start(document: Document) -> None:
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)


def spent(scope: Scope, *, euros: str = "0", tokens: int = 0, subject: str = "") -> None:
    period = period_of(scope, timezone.now())
    BudgetUse.objects.create(
        scope=scope, subject=subject, period=period, spent_euros=Decimal(euros), spent_tokens=tokens
    )


def cost_of(document: Document) -> Decimal:
    return estimates.estimate(document, kind=JobKind.DOCUMENT).cost


@pytest.fixture
def dear_model() -> None:
    """Ten pages in English cost one euro and a half, to the cent."""
    make_dear()


def make_dear() -> None:
    price = Decimal("1.5") * 1_000_000 / tokens_of(10)
    AIModel.objects.update(input_price=price, output_price=price)


def tokens_of(pages: int, *, kind: JobKind = JobKind.DOCUMENT) -> int:
    """What a document without an outline is estimated at, in English."""
    return estimates.of(kind=kind, language="en", pages=pages).tokens


def ten_pages(**fields: Any) -> Document:
    document: Document = DocumentFactory.create(**{"pages": 10, "language": "en"} | fields)
    return document


def test_a_place_is_held_with_its_share_of_the_budgets() -> None:
    document = DocumentFactory.create(pages=12, language="en")
    assert gates.ask(document) is None
    held = Reservation.objects.get()
    assert (held.document, held.tokens, held.cost) == (document, tokens_of(12), cost_of(document))


def test_asked_again_a_document_keeps_its_own_place(settings: Settings) -> None:
    settings.QUEUE_LIMIT = 1
    document = DocumentFactory.create()
    assert gates.ask(document) is None
    Reservation.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert gates.ask(document) is None
    assert Reservation.objects.get().expires_at > timezone.now() + timedelta(minutes=50)


def test_a_full_queue_lets_nobody_in_until_a_place_is_free(settings: Settings) -> None:
    settings.QUEUE_LIMIT = 2
    start(ordered_document())
    paying, late = DocumentFactory.create(), DocumentFactory.create()
    assert gates.ask(paying) is None
    refusal = gates.ask(late)
    assert refusal is not None
    assert (refusal.is_personal, refusal.retry_after) == (False, timedelta(minutes=10))
    gates.release(paying.pk)
    assert gates.ask(late) is None


def test_a_place_that_was_not_taken_in_time_counts_no_more_and_goes(settings: Settings) -> None:
    settings.QUEUE_LIMIT = 1
    assert gates.ask(DocumentFactory.create()) is None
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Reservation.objects.update(created_at=an_hour_ago, expires_at=an_hour_ago + timedelta(minutes=30))
    assert gates.ask(DocumentFactory.create()) is None
    tasks.tidy()
    assert Reservation.objects.count() == 1


def test_the_place_becomes_the_job() -> None:
    document = ordered_document()
    gates.ask(document)
    start(document)
    assert not Reservation.objects.exists()
    assert Job.objects.get().document == document


def test_what_was_paid_late_begins_although_there_is_no_room(settings: Settings) -> None:
    settings.QUEUE_LIMIT = 1
    Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=0)
    for document in (ordered_document(), ordered_document()):
        start(document)
    assert Job.objects.count() == 2


def test_one_person_pays_for_or_waits_for_three_documents_at_most() -> None:
    owner = UserFactory.create()
    for state in (DocumentState.WRITING, DocumentState.QUEUED):
        DocumentFactory.create(owner=owner, state=state)
    third, fourth = DocumentFactory.create_batch(2, owner=owner)
    assert gates.ask(third) is None
    assert gates.ask(third) is None
    refusal = gates.ask(fourth)
    assert refusal is not None
    assert refusal.is_personal
    assert "3 documents" in refusal.reason
    assert gates.ask(DocumentFactory.create()) is None


def test_a_person_orders_no_more_than_the_allowance_of_the_day() -> None:
    Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=10_000 + 2 * tokens_of(10))
    owner = UserFactory.create()
    spent(Scope.USER_DAY, tokens=10_000, subject=str(owner.pk))
    assert gates.ask(ten_pages(owner=owner)) is None
    refusal = gates.ask(ten_pages(owner=owner, pages=11))
    assert refusal is not None
    assert refusal.is_personal
    assert refusal.retry_after == timedelta(minutes=10)  # only held: it may come free
    assert gates.ask(ten_pages(pages=20)) is None  # somebody else's


def test_a_used_up_allowance_says_when_it_begins_anew() -> None:
    owner = UserFactory.create()
    spent(Scope.USER_DAY, tokens=20_000_000, subject=str(owner.pk))
    refusal = gates.ask(ten_pages(owner=owner))
    assert refusal is not None
    assert "00:00 UTC" in refusal.reason
    until_midnight = next_day(timezone.now()) - timezone.now()
    assert refusal.retry_after is not None
    assert abs(refusal.retry_after - until_midnight) < timedelta(seconds=5)


def test_a_limit_of_their_own_bars_or_lets_in_one_person() -> None:
    careful, usual = UserFactory.create_batch(2)
    tokens = estimates.estimate(ten_pages(), kind=JobKind.DOCUMENT).tokens
    PersonalLimit.objects.create(person=careful, tokens=tokens)
    spent(Scope.USER_DAY, tokens=1, subject=str(careful.pk))
    refusal = gates.ask(ten_pages(owner=careful))
    assert refusal is not None
    assert refusal.is_personal
    assert gates.ask(ten_pages(owner=usual)) is None


def test_what_no_day_has_room_for_is_said_so() -> None:
    owner = UserFactory.create()
    PersonalLimit.objects.create(person=owner, tokens=10)
    refusal = gates.ask(ten_pages(owner=owner))
    assert refusal is not None
    assert "Make it shorter" in refusal.reason
    assert refusal.waits_in_vain
    assert refusal.is_personal


def test_looking_holds_nothing(settings: Settings) -> None:
    settings.QUEUE_LIMIT = 1
    assert gates.look(ten_pages()) is None
    assert not Reservation.objects.exists()
    held = ten_pages()
    assert gates.ask(held) is None
    assert gates.look(held) is None
    refusal = gates.look(ten_pages())
    assert refusal is not None
    assert not refusal.is_personal


class TestDoors:
    """With their own limit used up, a person is told when it ends at each door; others pass (R-27)."""

    @pytest.fixture
    def document(self, client: Client) -> Document:
        made: Document = outlined_document(pages=4)
        consent.give(user=made.owner, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
        client.force_login(made.owner)
        return made

    @pytest.fixture
    def used_up(self, document: Document) -> None:
        PersonalLimit.objects.create(person=document.owner, tokens=10**7)
        spent(Scope.USER_DAY, tokens=10**7, subject=str(document.owner_id))

    def doors(self, client: Client, document: Document) -> list[Any]:
        return [
            client.get(reverse("billing:price", args=[document.pk])),
            client.get(reverse("billing:price-api", args=[document.pk])),
            client.post(reverse("documents:outline-request", args=[document.pk])),
        ]

    @pytest.mark.usefixtures("used_up")
    def test_each_answers_429_with_the_time_it_ends(self, client: Client, document: Document) -> None:
        for answer in self.doors(client, document):
            left = (next_day(timezone.now()) - timezone.now()).total_seconds()
            assert answer.status_code == 429
            assert abs(int(answer["Retry-After"]) - left) < 30
            assert "used up. A new day begins at 00:00 UTC." in answer.content.decode()

    @pytest.mark.parametrize("limit", [0, 1])
    def test_a_used_up_limit_that_holds_nothing_is_called_used_up_too(
        self, client: Client, document: Document, limit: int
    ) -> None:
        PersonalLimit.objects.create(person=document.owner, tokens=limit)
        spent(Scope.USER_DAY, tokens=limit, subject=str(document.owner_id))
        for answer in self.doors(client, document):
            assert answer.status_code == 429
            assert "used up. A new day begins at 00:00 UTC." in answer.content.decode()

    def test_an_outline_beyond_the_limit_is_refused_within_the_site_and_names_no_contact(
        self, client: Client, document: Document
    ) -> None:
        PersonalLimit.objects.create(person=document.owner, tokens=1)
        page = client.post(reverse("documents:outline-request", args=[document.pk]))
        body = page.content.decode()
        assert page.status_code == 429
        assert "Fewer pages and files take less." in body
        assert "Ask again" not in body
        assert "write to us" not in body
        assert reverse("accounts:signout") in body, "it stands within the frame of the site"

    def test_without_one_nobody_is_barred(self, client: Client, document: Document) -> None:
        assert [answer.status_code for answer in self.doors(client, document)] == [200, 200, 302]

    def test_a_full_queue_answers_503_on_the_pay_page_and_to_programs(
        self, client: Client, document: Document, settings: Settings
    ) -> None:
        settings.QUEUE_LIMIT = 0
        for answer in self.doors(client, document)[:2]:
            assert (answer.status_code, answer["Retry-After"]) == (503, "600")


@pytest.mark.usefixtures("dear_model")
@pytest.mark.parametrize("scope", [Scope.HOUSE_DAY, Scope.HOUSE_MONTH])
def test_the_house_admits_no_more_than_it_can_write(scope: Scope) -> None:
    """Spent, still to be written, and being paid for together: €4 + (€1.50 − €0.50) + €1.50 + €1.50 of €8.02."""
    Budget.objects.filter(scope=scope).update(euros=Decimal("8.02"))
    spent(scope, euros="4.00")
    Job.objects.create(
        kind=JobKind.DOCUMENT,
        document=ten_pages(state=DocumentState.WRITING),
        sort_key=0,
        state=JobState.RUNNING,
        estimated_cost=Decimal("1.50"),
        cost=Decimal("0.50"),
    )
    over = Job.objects.create(
        kind=JobKind.DOCUMENT, document=ten_pages(), sort_key=0, estimated_cost=Decimal("1.50"), cost=Decimal("2.00")
    )
    assert over.estimated_cost < over.cost  # what took more than was estimated gives nothing back
    assert gates.ask(ten_pages()) is None
    assert gates.ask(ten_pages()) is None
    refusal = gates.ask(ten_pages())
    assert refusal is not None
    assert not refusal.is_personal
    Reservation.objects.all().delete()
    assert gates.ask(ten_pages()) is None


@pytest.mark.usefixtures("dear_model")
def test_a_used_up_budget_of_the_house_says_when_it_begins_anew() -> None:
    spent(Scope.HOUSE_MONTH, euros="2999.00")
    refusal = gates.ask(ten_pages())
    assert refusal is not None
    assert refusal.retry_after is not None
    until_reset = next_month(timezone.now()) - timezone.now()
    assert abs(refusal.retry_after - until_reset) < timedelta(seconds=5)


def test_without_a_budget_of_a_kind_nobody_is_turned_away_for_it() -> None:
    Budget.objects.all().delete()
    assert gates.ask(ten_pages()) is None


def test_nobody_is_asked_to_pay_while_no_model_can_write() -> None:
    AIModel.objects.update(enabled=False)
    refusal = gates.ask(ten_pages())
    assert refusal is not None
    assert not refusal.is_personal


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Everybody asks at the same moment."""

    def asked_at_once(self, documents: list[Document]) -> list[NotNow | None]:
        waiting = list(documents)

        def ask() -> NotNow | None:
            document = waiting.pop()
            with transaction.atomic():
                refusal = gates.ask(document)
                if refusal:
                    transaction.set_rollback(True)
            return refusal

        answers = at_once(len(documents), ask)
        assert all(answer is None or isinstance(answer, NotNow) for answer in answers), answers
        return answers

    def test_exactly_as_many_get_in_as_there_are_places(self, settings: Settings) -> None:
        settings.QUEUE_LIMIT = 5
        start(ordered_document())
        answers = self.asked_at_once(DocumentFactory.create_batch(12))
        assert answers.count(None) == 4
        assert Reservation.objects.count() == 4

    def test_exactly_three_of_one_person(self) -> None:
        owner = UserFactory.create()
        answers = self.asked_at_once(DocumentFactory.create_batch(10, owner=owner))
        assert answers.count(None) == 3

    def test_exactly_as_many_as_the_house_can_pay(self) -> None:
        make_dear()
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=Decimal("6.02"))
        answers = self.asked_at_once([ten_pages() for _ in range(10)])
        assert answers.count(None) == 4

    def test_places_that_become_jobs_meanwhile_are_never_counted_too_few(self, settings: Settings) -> None:
        settings.QUEUE_LIMIT = 6
        paid = [ordered_document() for _ in range(4)]
        for document in paid:
            gates.ask(document)
        works: list[Document] = [*paid, *DocumentFactory.create_batch(8)]

        def work() -> NotNow | None:
            document = works.pop(0)
            if document in paid:
                start(document)
                return None
            with transaction.atomic():
                return gates.ask(document)

        at_once(12, work)
        assert Job.objects.count() == 4
        assert Job.objects.count() + Reservation.objects.count() <= 6

    def test_outlines_of_one_person_are_counted_one_after_the_other(self, settings: Settings) -> None:
        settings.OUTLINES_PER_DAY = 4
        owner = UserFactory.create()
        waiting = DocumentFactory.create_batch(8, owner=owner)
        answers = at_once(8, lambda: outline.request(document_id=waiting.pop().pk, by=owner))
        assert sum(isinstance(answer, Refused) for answer in answers) == 4
        assert Job.objects.filter(kind=JobKind.OUTLINE).count() == 4


def test_an_outline_over_the_limit_of_a_day_is_refused_until_the_oldest_is_a_day_old(settings: Settings) -> None:
    settings.OUTLINES_PER_DAY = 1
    owner = UserFactory.create()
    first, second = DocumentFactory.create_batch(2, owner=owner)
    outline.request(document_id=first.pk, by=owner)
    with pytest.raises(Refused) as caught:
        outline.request(document_id=second.pk, by=owner)
    refusal = caught.value.refusal
    assert refusal.is_personal
    assert refusal.retry_after is not None
    assert timedelta(hours=23) < refusal.retry_after <= timedelta(days=1)
    second.refresh_from_db()
    assert second.state == DocumentState.DRAFT


def test_an_outline_over_the_tokens_of_the_day_is_refused_until_midnight() -> None:
    owner = UserFactory.create()
    Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=999 + tokens_of(4, kind=JobKind.OUTLINE))
    spent(Scope.USER_DAY, tokens=1_000, subject=str(owner.pk))
    with pytest.raises(Refused) as caught:
        outline.request(document_id=DocumentFactory.create(owner=owner, language="en").pk, by=owner)
    assert caught.value.refusal.is_personal
    other = DocumentFactory.create(language="en")
    outline.request(document_id=other.pk, by=other.owner)
