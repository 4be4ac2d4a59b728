"""The books: added to, never changed, and on every legal path the same cents as at Stripe (R-14)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.domain import ledger, refunds, settlement
from billing.domain.pricing import from_cents
from billing.enums import Account, Movement
from billing.models import Booking, Entry, Payment, Receipt
from documents.models import Document
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import at_once
from tests.billing.ordering import order
from tests.documents.factories import outlined_document

SIX = Decimal("6.00")


def book(payment: Payment, movement: Movement = Movement.PAID) -> bool:
    with transaction.atomic():
        return ledger.book(movement=movement, payment=payment, amount=SIX, now=timezone.now())


def balances(payment: Payment | None = None) -> dict[str, int]:
    return {account: cents for account, cents in ledger.balances(payment=payment).items() if cents}


# --- what the database refuses -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [Booking, Entry, Receipt])
@pytest.mark.parametrize("how", ["update", "delete"])
def test_what_stands_in_the_books_stays(paid: Payment, model: Any, how: str) -> None:
    row = model.objects.first()
    table, column = model._meta.db_table, "payment_id" if model is not Entry else "cents"
    words = f"UPDATE {table} SET {column} = {column}" if how == "update" else f"DELETE FROM {table}"
    before = list(model.objects.values())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{words} WHERE id = %s", [row.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete() if how == "delete" else row.save(force_update=True)
    assert list(model.objects.values()) == before


def put(payment: Payment, entries: list[tuple[str, int]], **fields: Any) -> None:
    """A booking as the domain would not make it."""
    with transaction.atomic():
        booking = Booking.objects.create(**{"key": "test", "movement": Movement.PAID, "payment": payment} | fields)
        for account, cents in entries:
            Entry.objects.create(booking=booking, account=account, cents=cents)


BALANCED = [("stripe", 600), ("sales", -600)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("entries", "fields", "constraint"),
    [
        ([("stripe", 600), ("sales", -599)], {}, "booking_balances"),
        ([("stripe", 600)], {}, "booking_balances"),
        ([], {}, "booking_balances"),
        ([("stripe", 600), ("stripe", -600)], {}, "one_entry_per_account"),
        ([("stripe", 0), ("sales", 0)], {}, "entry_not_zero"),
        ([("pocket", 600), ("sales", -600)], {}, "entry_account_known"),
        (BALANCED, {"movement": "stolen"}, "booking_movement_known"),
    ],
)
def test_bookings_that_make_no_sense(
    payment: Payment, entries: list[tuple[str, int]], fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        put(payment, entries, **fields)
    diagnosis: Any = caught.value.__cause__
    assert diagnosis.diag.constraint_name == constraint
    assert not Booking.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_cannot_be_added_to_a_booking_later(payment: Payment) -> None:
    put(payment, BALANCED)
    with pytest.raises(IntegrityError, match="does not balance"):
        Entry.objects.create(booking=Booking.objects.get(), account="refunds", cents=1)
    with pytest.raises(IntegrityError):
        put(payment, BALANCED)  # its key is taken
    assert balances() == {"stripe": 600, "sales": -600}


# --- booking once --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_movement_is_booked_once_by_any_number_at_once(payment: Payment) -> None:
    assert sorted(at_once(8, lambda: book(payment))) == [False] * 7 + [True]
    assert balances() == {"stripe": 600, "sales": -600}


@pytest.mark.django_db(transaction=True)
def test_a_movement_is_booked_only_with_what_makes_it(payment: Payment) -> None:
    with pytest.raises(RuntimeError):
        ledger.book(movement=Movement.PAID, payment=payment, amount=SIX, now=timezone.now())
    with transaction.atomic():
        ledger.book(movement=Movement.PAID, payment=payment, amount=SIX, now=timezone.now())
        transaction.set_rollback(True)
    assert not Booking.objects.exists()


def test_every_movement_has_its_accounts_and_moves_between_two() -> None:
    assert set(ledger.ACCOUNTS) == set(Movement)
    assert all(debit != credit for debit, credit in ledger.ACCOUNTS.values())


# --- every legal path ----------------------------------------------------------------------------------------------

#: What may happen to money that came in, each at most where the one before allows it.
Act = Callable[[Running, Payment], None]


def staff_refund(cents: int) -> Act:
    def act(sandbox: Running, payment: Payment) -> None:
        payment.refresh_from_db()
        left = payment.amount - payment.refunded_amount
        amount = min(from_cents(cents), left)
        if amount:
            cause = f"staff-{payment.refunds.count()}"
            refund = refunds.open_refund(payment_id=payment.pk, cause=cause, reason="", amount=amount)
            if refund:
                refunds.advance(refund_id=refund.pk)

    return act


def slow(act: Act) -> Act:
    """A refund that Stripe has not finished."""

    def then(sandbox: Running, payment: Payment) -> None:
        sandbox.control.settings(refund_outcome="pending")
        act(sandbox, payment)
        sandbox.control.settings(refund_outcome="succeeded")

    return then


def conclude(status: str) -> Act:
    """The newest refund at Stripe arrives, or comes back."""

    def act(sandbox: Running, payment: Payment) -> None:
        mine = [
            one for one in at_stripe.objects(sandbox, "refund") if one["payment_intent"] == intent(sandbox, payment)
        ]
        if mine and mine[0]["status"] != "failed":
            at_stripe.conclude_refund(sandbox, mine[0]["id"], status)

    return act


def dashboard_refund(sandbox: Running, payment: Payment) -> None:
    (charge,) = charges(sandbox, payment)
    if charge["amount"] - charge["amount_refunded"] >= 50 and not charge["disputed"]:
        at_stripe.refund(sandbox, payment, 50)


def dispute(sandbox: Running, payment: Payment) -> None:
    (charge,) = charges(sandbox, payment)
    if not charge["disputed"]:
        at_stripe.dispute(sandbox, payment, amount=charge["amount"] - charge["amount_refunded"] or charge["amount"])


def close(status: str) -> Act:
    def act(sandbox: Running, payment: Payment) -> None:
        for one in at_stripe.objects(sandbox, "dispute"):
            if one["payment_intent"] == intent(sandbox, payment):
                at_stripe.close_dispute(sandbox, one["id"], status)

    return act


def intent(sandbox: Running, payment: Payment) -> str:
    return at_stripe.intent_of(sandbox, payment)


def charges(sandbox: Running, payment: Payment) -> list[dict[str, Any]]:
    return [one for one in at_stripe.objects(sandbox, "charge") if one["payment_intent"] == intent(sandbox, payment)]


ACTS: dict[str, Act] = {
    "refunded a part": staff_refund(175),
    "refunded in full": staff_refund(100_000),
    "refunded slowly": slow(staff_refund(200)),
    "refund arrived": conclude("succeeded"),
    "refund came back": conclude("failed"),
    "refunded at Stripe": dashboard_refund,
    "disputed": dispute,
    "dispute won": close("won"),
    "dispute lost": close("lost"),
}


def books_are_right(sandbox: Running, payment: Payment, path: object) -> None:
    """Nothing is left over, and the balance at Stripe is that of Stripe's own lines, fees left out."""
    everything = ledger.balances(payment=payment)
    assert sum(everything.values()) == 0, path
    mine = {one["id"] for kind in ("charge", "refund", "dispute") for one in at_stripe.objects(sandbox, kind)
            if (one["id"] if kind == "charge" else one["charge"]) == charges(sandbox, payment)[0]["id"]}  # fmt: skip
    lines = [line["amount"] for line in at_stripe.objects(sandbox, "balance_transaction") if line["source"] in mine]
    # Stripe takes a refund's money when it is made, the books when it is paid: until then it is on its way.
    assert everything[Account.STRIPE] + everything[Account.REFUNDS_DUE] == sum(lines), path
    assert everything[Account.SALES] == -600, path
    assert everything[Account.REFUNDS] == sum(
        int(one.amount * 100) for one in payment.refunds.exclude(state="failed")
    ), path
    payment.refresh_from_db()
    assert everything[Account.REFUNDS] == int(payment.refunded_amount * 100), path
    due = payment.refunds.filter(state__in=refunds.OPEN)
    assert everything[Account.REFUNDS_DUE] == -sum(int(one.amount * 100) for one in due), path


def go(sandbox: Running, payment: Payment, path: list[str]) -> None:
    for name in path:
        ACTS[name](sandbox, payment)
        settlement.settle(payment_id=payment.pk, cause=name, again=True)
        books_are_right(sandbox, payment, path)
    before = list(Booking.objects.values_list("key", flat=True))
    settlement.settle(payment_id=payment.pk, cause="again", again=True)
    assert list(Booking.objects.values_list("key", flat=True)) == before


@pytest.mark.django_db
@pytest.mark.parametrize("first", ACTS)
def test_after_any_two_things_that_may_happen_the_books_are_stripes(
    paid: Payment, sandbox: Running, first: str
) -> None:
    for second in ACTS:
        with transaction.atomic():
            sandbox.control.reset()
            payment = anew(sandbox, paid)
            go(sandbox, payment, [first, second])
            transaction.set_rollback(True)


def anew(sandbox: Running, paid: Payment) -> Payment:
    """Another payment like that one, at a Stripe that remembers nothing else."""
    payment = order(outlined_document(owner=paid.user, pages=12))
    at_stripe.pay(sandbox, payment)
    return settlement.settle(payment_id=payment.pk, cause="test")


@pytest.mark.django_db
def test_on_any_path_the_books_are_stripes(paid: Payment, sandbox: Running) -> None:
    @given(st.lists(st.sampled_from(sorted(ACTS)), min_size=3, max_size=7))
    @settings(max_examples=15, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def whatever_happens(path: list[str]) -> None:
        with transaction.atomic():
            sandbox.control.reset()
            go(sandbox, anew(sandbox, paid), path)
            transaction.set_rollback(True)

    whatever_happens()


@pytest.mark.django_db
def test_money_that_was_not_needed_leaves_nothing_in_the_books(payment: Payment, sandbox: Running) -> None:
    Document.objects.update(pages=4)
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    assert balances(payment) == {"stripe": 600, "sales": -600, "refunds": 600, "refunds_due": -600}
    for refund_id in refunds.unfinished():
        refunds.advance(refund_id=refund_id)
    books_are_right(sandbox, payment, "given back")
    assert balances(payment) == {"sales": -600, "refunds": 600}
    assert not Receipt.objects.exists()
