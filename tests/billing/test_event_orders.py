"""Events in whatever order, twice, at once, and amid what happens at Stripe: the same end state (R-63, R-65)."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.test import TestCase
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.domain import checkout, events, payments, refunds, settlement
from billing.enums import PaymentState
from billing.models import Payment, PriceList, PromoCode, Refund, WebhookEvent
from documents.models import Document
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import together
from tests.billing.ending import ending
from tests.billing.later import continue_refunds, work_webhook_events
from tests.billing.ordering import order
from tests.documents.factories import outlined_document
from tests.platform import alerting

Event = dict[str, Any]


@pytest.fixture
def code(db: None) -> PromoCode:
    return PromoCode.objects.create(code="SPRING", percent=Decimal(10))


@pytest.fixture
def payment(document: Document, sandbox: Running, code: PromoCode) -> Payment:
    """€5.40 for 12 pages, with a code; nobody has paid yet."""
    return order(document, total="5.40", code=code.code)


# --- what happened at Stripe, and how it has to end ----------------------------------------------------------------


def declined(sandbox: Running, payment: Payment) -> None:
    at_stripe.pay(sandbox, payment, card=at_stripe.DECLINED)


def paid(sandbox: Running, payment: Payment) -> None:
    at_stripe.pay(sandbox, payment)


def declined_then_paid(sandbox: Running, payment: Payment) -> None:
    declined(sandbox, payment)
    paid(sandbox, payment)


def expired(sandbox: Running, payment: Payment) -> None:
    declined(sandbox, payment)
    sandbox.control.advance(25 * 3600)


def paid_late(sandbox: Running, payment: Payment) -> None:
    payments.move(payment_id=payment.pk, to=PaymentState.EXPIRED, cause="too early")
    declined_then_paid(sandbox, payment)


def on_its_way(sandbox: Running, payment: Payment) -> None:
    at_stripe.pay(sandbox, payment, iban=at_stripe.IBAN)


def arrived(sandbox: Running, payment: Payment) -> None:
    on_its_way(sandbox, payment)
    sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="succeeded")


def came_back(sandbox: Running, payment: Payment) -> None:
    on_its_way(sandbox, payment)
    sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="failed")


def refunded_in_part(sandbox: Running, payment: Payment) -> None:
    paid(sandbox, payment)
    at_stripe.refund(sandbox, payment, 140)


def refunded_in_two_parts(sandbox: Running, payment: Payment) -> None:
    refunded_in_part(sandbox, payment)
    at_stripe.refund(sandbox, payment, 400)


def refund_came_back(sandbox: Running, payment: Payment) -> None:
    paid(sandbox, payment)
    at_stripe.conclude_refund(sandbox, at_stripe.refund(sandbox, payment, 540), "failed")


def disputed(sandbox: Running, payment: Payment) -> None:
    paid(sandbox, payment)
    at_stripe.dispute(sandbox, payment)


def dispute_won(sandbox: Running, payment: Payment) -> None:
    paid(sandbox, payment)
    at_stripe.close_dispute(sandbox, at_stripe.dispute(sandbox, payment), "won")


def dispute_lost(sandbox: Running, payment: Payment) -> None:
    paid(sandbox, payment)
    at_stripe.close_dispute(sandbox, at_stripe.dispute(sandbox, payment), "lost")


def everything(sandbox: Running, payment: Payment) -> None:
    declined_then_paid(sandbox, payment)
    at_stripe.refund(sandbox, payment, 140)
    at_stripe.dispute(sandbox, payment)


def not_needed(sandbox: Running, payment: Payment) -> None:
    Document.objects.filter(pk=payment.document_id).update(pages=4)
    paid(sandbox, payment)


def our_refund(sandbox: Running, payment: Payment, outcome: str) -> None:
    """A refund of ours that Stripe took as pending, and concluded before we heard of anything."""
    paid(sandbox, payment)
    with TestCase.captureOnCommitCallbacks(execute=True):
        settlement.settle(payment_id=payment.pk, cause="test")
    sandbox.control.settings(refund_outcome="pending")
    refund = refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="kind", amount=Decimal("1.40"))
    assert refund
    at_stripe_now = refunds.advance(refund_id=refund.pk).stripe_refund_id
    at_stripe.conclude_refund(sandbox, at_stripe_now or "", outcome)


def our_refund_arrived(sandbox: Running, payment: Payment) -> None:
    our_refund(sandbox, payment, "succeeded")


def our_refund_failed(sandbox: Running, payment: Payment) -> None:
    our_refund(sandbox, payment, "failed")


@dataclass(frozen=True)
class Story:
    """What happens at Stripe, the events by whose orders it is told, and what has to come of it."""

    happens: Callable[[Running, Payment], None]
    events: Sequence[str]
    state: str
    balances: dict[str, int] = field(default_factory=dict)
    document: str = "queued"
    code: str = "used"
    is_frozen: bool = False
    receipt: int | None = 1
    #: An event that Stripe did not send for this payment, at the end of the others.
    untrue: str = ""


INCOME = {"stripe": 540, "sales": -540}
PARTLY = {"stripe": 400, "sales": -540, "refunds": 140}
WAY = ["payment_intent.created", "payment_intent.succeeded", "checkout.session.completed"]
DISPUTING = ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"]
PAYING = ["payment_intent.succeeded", "checkout.session.completed"]

STORIES = [
    Story(declined, [*WAY[:1], "charge.failed", "payment_intent.payment_failed"], "pending", {}, "outlined", "reserved",
          receipt=None),
    Story(paid, [*WAY, "charge.succeeded"], "succeeded", INCOME),
    Story(declined_then_paid, [*WAY, "payment_intent.payment_failed"], "succeeded", INCOME,
          untrue="checkout.session.expired"),
    Story(expired, ["payment_intent.payment_failed", "payment_intent.canceled", "checkout.session.expired"], "expired",
          {}, "outlined", "released", receipt=None, untrue="checkout.session.completed"),
    Story(paid_late, [*WAY, "payment_intent.payment_failed"], "succeeded", INCOME, untrue="checkout.session.expired"),
    Story(on_its_way, ["payment_intent.processing", "charge.pending", "checkout.session.completed"], "processing", {},
          "outlined", "reserved", receipt=None),
    Story(arrived, ["payment_intent.processing", "checkout.session.completed", "payment_intent.succeeded",
                    "checkout.session.async_payment_succeeded"], "succeeded", INCOME),
    Story(came_back, ["payment_intent.processing", "checkout.session.completed", "payment_intent.payment_failed",
                      "checkout.session.async_payment_failed"], "failed", {}, "outlined", "released", receipt=None),
    Story(refunded_in_part, [*PAYING, "refund.created", "charge.refunded", "refund.updated"], "partially_refunded",
          PARTLY),
    Story(refunded_in_two_parts, [*PAYING, "refund.created", "charge.refunded"], "refunded",
          {"sales": -540, "refunds": 540}, "outlined"),
    Story(refund_came_back, [*PAYING, "refund.created", "charge.refunded", "refund.failed"], "succeeded", INCOME),
    Story(disputed, [*PAYING, *DISPUTING[:2]], "disputed", {"sales": -540, "disputes": 540}, "outlined",
          is_frozen=True),
    Story(dispute_won, [*PAYING, *DISPUTING, "charge.dispute.funds_reinstated"], "succeeded", INCOME),
    Story(dispute_lost, [*PAYING, *DISPUTING], "disputed", {"sales": -540, "disputes": 540}, "outlined",
          is_frozen=True),
    Story(everything, [*PAYING, "payment_intent.payment_failed", "charge.refunded", "charge.dispute.created"],
          "disputed", {"stripe": -140, "sales": -540, "refunds": 140, "disputes": 540}, "outlined",
          is_frozen=True, untrue="checkout.session.expired"),
    Story(not_needed, [*WAY, "charge.succeeded"], "refunded",
          {"stripe": 540, "sales": -540, "refunds": 540, "refunds_due": -540}, "outlined", "released", receipt=None),
    Story(our_refund_arrived, [*PAYING, "refund.created", "charge.refunded", "refund.updated"], "partially_refunded",
          PARTLY),
    Story(our_refund_failed, [*PAYING, "refund.created", "charge.refunded", "refund.failed"], "held", INCOME),
]  # fmt: skip
NAMES = [story.happens.__name__ for story in STORIES]


def telling(sandbox: Running, story: Story) -> list[Event]:
    """The newest event of each kind that the story is told by; what is untrue is signed all the same."""
    sent = {event["type"]: event for event in at_stripe.told(sandbox)}
    chosen = [sent[kind] for kind in story.events]
    if story.untrue:
        about = next(event for event in sent.values() if event["data"]["object"]["object"] == "checkout.session")
        assert story.untrue not in sent
        chosen.append({**about, "id": "evt_untrue", "type": story.untrue})
    return chosen


def tell(event: Event) -> None:
    """An event arrives twice and is worked; what it sets off after the commit happens."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        at_stripe.deliver(event)
        at_stripe.deliver(event)


class Orders:
    """All orders of events. Where two beginnings hold the same events and left the same state, one is gone on with.

    ``count`` is the number of orders that were covered so, ``told`` that of events worked for it.
    """

    def __init__(self, document: Document, events: Sequence[Event]) -> None:
        self.document, self.events = document, events
        self.ends: list[dict[str, Any]] = []
        self.told = 0
        self._seen: dict[tuple[frozenset[int], str], int] = {}
        self.count = self._follow(frozenset())

    def _follow(self, told: frozenset[int]) -> int:
        if len(told) == len(self.events):
            return 1
        count = 0
        for place in set(range(len(self.events))) - told:
            with transaction.atomic():
                tell(self.events[place])
                self.told += 1
                count += self._reached(told | {place})
                transaction.set_rollback(True)
        return count

    def _reached(self, told: frozenset[int]) -> int:
        end = ending(self.document)
        key = (told, repr(sorted(end.items())))
        if key not in self._seen:
            if len(told) == len(self.events):
                self.ends.append(end)
            self._seen[key] = self._follow(told)
        return self._seen[key]


@pytest.mark.django_db
@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_every_order_of_events_ends_alike(document: Document, payment: Payment, sandbox: Running, story: Story) -> None:
    story.happens(sandbox, payment)
    events_told = telling(sandbox, story)
    orders = Orders(document, events_told)
    assert orders.count == math.factorial(len(events_told))
    (end,) = orders.ends
    assert_ends_as(story, end)


def assert_ends_as(story: Story, end: dict[str, Any]) -> None:
    (only,) = end["payments"]
    assert (only["state"], only["balances"]) == (story.state, story.balances)
    assert (end["document"], end["is_frozen"], only["code"]) == (story.document, story.is_frozen, story.code)
    assert only["receipt"] == story.receipt
    assert end["jobs"] == (1 if story.document == "queued" else 0)
    assert end["mails"]["receipt"] == (1 if story.receipt else 0)
    assert all(times == 1 or movement.startswith("refund") for movement, times in only["booked"].items())
    moves = only["moves"]
    assert moves[0] == ("created", "pending")
    assert all(one[1] == other[0] for one, other in itertools.pairwise(moves))
    assert moves[-1][1] == story.state


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_all_events_at_once_end_alike(document: Document, payment: Payment, sandbox: Running, story: Story) -> None:
    story.happens(sandbox, payment)
    results = together([partial(at_stripe.deliver, event) for event in telling(sandbox, story) * 2])
    assert [one for one in results if one is not None] == []
    assert_ends_as(story, ending(document))


# --- events between what happens at Stripe -------------------------------------------------------------------------


def we_refund(sandbox: Running, payment: Payment) -> None:
    """Staff give a part back, if we know by now that it was paid."""
    settlement.settle(payment_id=payment.pk, cause="staff")
    refund = refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="kind", amount=Decimal("1.00"))
    assert refund
    refunds.advance(refund_id=refund.pk)


def they_refund(sandbox: Running, payment: Payment) -> None:
    at_stripe.refund(sandbox, payment, 140)


def they_dispute(sandbox: Running, payment: Payment) -> None:
    at_stripe.dispute(sandbox, payment)


def close(status: str, sandbox: Running) -> None:
    at_stripe.close_dispute(sandbox, at_stripe.objects(sandbox, "dispute")[0]["id"], status)


COURSE: list[Callable[[Running, Payment], None]] = [declined, paid, we_refund, they_refund, they_dispute]
OUTCOMES = ["open", "won", "lost"]


def lived_through(
    sandbox: Running, outcome: str, tell_some: Callable[[list[Event]], Sequence[Event]], *, at_the_end: bool = False
) -> dict[str, Any]:
    """A payment from its first try to its dispute's outcome; ``tell_some`` chooses what is told after each act."""
    document = outlined_document(pages=12)
    payment = order(document, total="5.40", code="SPRING")
    known = {event["id"] for event in at_stripe.told(sandbox)}
    course = [partial(act, sandbox, payment) for act in COURSE]
    if outcome != "open":
        course.append(partial(close, outcome, sandbox))
    waiting: list[Event] = []
    for act in course:
        with TestCase.captureOnCommitCallbacks(execute=True):
            act()
        new = [event for event in at_stripe.told(sandbox) if event["id"] not in known]
        known |= {event["id"] for event in new}
        waiting += new
        for event in [] if at_the_end else tell_some(waiting):
            tell(event)
    for event in waiting:
        tell(event)
    end = ending(document)
    end["payments"][0].pop("moves")
    return end


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_events_told_amid_what_happens_end_as_those_told_at_the_end(
    price_list: PriceList, sandbox: Running, code: PromoCode, outcome: str
) -> None:
    """Early, late, twice or before others of the same moment: the states on the way differ, the end does not."""

    def in_a_room_of_its_own(**how: Any) -> dict[str, Any]:
        with transaction.atomic():
            end = lived_through(sandbox, outcome, **how)
            transaction.set_rollback(True)
        return end

    expected = in_a_room_of_its_own(tell_some=list, at_the_end=True)
    assert expected["payments"][0]["state"] == ("partially_refunded" if outcome == "won" else "disputed")

    @given(st.data())
    @settings(max_examples=8, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def whatever_is_told(data: st.DataObject) -> None:
        def some(waiting: list[Event]) -> list[Event]:
            places = data.draw(st.lists(st.integers(0, max(0, len(waiting) - 1)), max_size=5))
            return [waiting[place] for place in places if place < len(waiting)]

        assert in_a_room_of_its_own(tell_some=some) == expected

    whatever_is_told()


# --- one that cannot be worked -------------------------------------------------------------------------------------


@contextmanager
def unwritable(*spoilt: Any) -> Iterator[None]:
    """The database refuses whatever is written about these rows."""

    def refuse(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")) and {str(one) for one in params or ()} & {str(one) for one in spoilt}:
            raise DataError("spoilt")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cannot_be_worked_keeps_no_other_waiting(
    payment: Payment, price_list: PriceList, sandbox: Running
) -> None:
    other = order(outlined_document(pages=12))
    for one in (payment, other):
        paid(sandbox, one)
    for event in at_stripe.told(sandbox):
        at_stripe.receive(event)
    with unwritable(payment.pk):
        work_webhook_events()
        work_webhook_events()
    states = dict(Payment.objects.values_list("pk", "state"))
    assert states == {payment.pk: PaymentState.PENDING, other.pk: PaymentState.SUCCEEDED}
    stuck = WebhookEvent.objects.filter(processed_at=None)
    assert set(stuck.values_list("tries", "error")) == {(2, "DataError")}
    work_webhook_events()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert not WebhookEvent.objects.filter(processed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_staff_are_told_of_an_event_that_is_given_up(payment: Payment, sandbox: Running) -> None:
    paid(sandbox, payment)
    at_stripe.receive(at_stripe.told(sandbox)[-1])
    WebhookEvent.objects.update(tries=events.MAX_TRIES - 1)
    with unwritable(payment.pk):
        work_webhook_events()
    assert alerting.told("An event from Stripe cannot be worked")
    assert events.unworked() == []


@pytest.mark.django_db(transaction=True)
def test_no_event_is_given_up_because_stripe_is_away_for_long(payment: Payment, sandbox: Running) -> None:
    paid(sandbox, payment)
    at_stripe.receive(at_stripe.told(sandbox)[-1])
    WebhookEvent.objects.update(tries=events.MAX_TRIES - 1)
    sandbox.control.fault("stripe", "429")
    work_webhook_events()
    assert not alerting.told("cannot be worked")
    assert len(events.unworked()) == 1
    sandbox.control.clear_faults()
    work_webhook_events()
    assert Payment.objects.get().state == PaymentState.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_a_payment_that_cannot_be_settled_keeps_no_other_waiting(
    payment: Payment, price_list: PriceList, sandbox: Running
) -> None:
    others = [order(outlined_document(pages=12)) for _ in range(2)]
    for one in (payment, *others):
        paid(sandbox, one)
    Payment.objects.filter(pk=payment.pk).update(created_at=timezone.now() - timedelta(hours=1))
    with unwritable(f"paid:{payment.pk}"):
        checkout.sweep(now=timezone.now() + timedelta(minutes=2))
    assert set(Payment.objects.exclude(pk=payment.pk).values_list("state", flat=True)) == {PaymentState.SUCCEEDED}
    assert Payment.objects.get(pk=payment.pk).state == PaymentState.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_refund_that_cannot_be_booked_keeps_no_other_waiting(price_list: PriceList, sandbox: Running) -> None:
    opened = []
    for number in range(3):
        one = order(outlined_document(pages=12))
        paid(sandbox, one)
        settlement.settle(payment_id=one.pk, cause="test")
        opened.append(refunds.open_refund(payment_id=one.pk, cause=f"staff-{number}", reason="kind"))
    first = opened[0]
    assert first
    with unwritable(f"refund_paid:{first.pk}"):
        continue_refunds()
    states = dict(Refund.objects.values_list("cause", "state"))
    assert states == {"staff-0": "created", "staff-1": "succeeded", "staff-2": "succeeded"}
