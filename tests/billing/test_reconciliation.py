"""The books, our payments and Stripe tell one story, or the difference is mended or told (R-14, R-67)."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, DataError, connection
from django.utils import timezone

from billing.domain import checkout, ledger, reconciliation, refunds, settlement
from billing.enums import PaymentState
from billing.errors import ProviderError
from billing.models import Booking, Entry, Payment, Receipt, ReceiptCounter, Reconciliation, Refund
from billing.tasks import reconcile_yesterday
from documents.enums import DocumentState
from documents.models import Document
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.ending import ending
from tests.billing.ordering import order
from tests.documents.factories import outlined_document
from tests.platform import alerting

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = 3600


def report(**how: Any) -> Reconciliation:
    return reconciliation.reconcile(**{"day": timezone.now().date()} | how)


def told(kept: Reconciliation) -> str:
    return "\n".join(kept.differences)


def spoil(sql: str, *values: Any) -> None:
    """Writes into the books as nobody may: past the triggers that guard them."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = origin")


# --- all webhooks lost ---------------------------------------------------------------------------------------------


def lived_without_webhooks(sandbox: Running, price_list: Any) -> dict[str, Payment]:
    """Payments to which all sorts of things happened, and nobody told us."""
    names = ("declined", "paid", "on its way", "arrived", "came back", "abandoned", "refunded", "disputed", "won")
    all_of_them = {name: order(outlined_document(pages=12)) for name in names}
    at_stripe.pay(sandbox, all_of_them["declined"], card=at_stripe.DECLINED)
    for name in ("on its way", "arrived", "came back"):
        at_stripe.pay(sandbox, all_of_them[name], iban=at_stripe.IBAN)
    for name, outcome in (("arrived", "succeeded"), ("came back", "failed")):
        sandbox.control.post("stripe/settle", session=all_of_them[name].stripe_session_id, outcome=outcome)
    for name in ("paid", "refunded", "disputed", "won"):
        at_stripe.pay(sandbox, all_of_them[name])
    at_stripe.refund(sandbox, all_of_them["refunded"], 250)
    at_stripe.dispute(sandbox, all_of_them["disputed"])
    at_stripe.close_dispute(sandbox, at_stripe.dispute(sandbox, all_of_them["won"]), "won")
    return all_of_them


EXPECTED = {
    "declined": "pending",
    "paid": "succeeded",
    "on its way": "processing",
    "arrived": "succeeded",
    "came back": "failed",
    "abandoned": "pending",
    "refunded": "partially_refunded",
    "disputed": "disputed",
    "won": "succeeded",
}


def states(payments: dict[str, Payment]) -> dict[str, str]:
    return {name: Payment.objects.get(pk=payment.pk).state for name, payment in payments.items()}


def books_agree(sandbox: Running) -> None:
    lines = at_stripe.objects(sandbox, "balance_transaction")
    assert ledger.balances()["stripe"] == sum(line["amount"] for line in lines)
    assert sum(ledger.balances().values()) == 0


def test_with_every_webhook_lost_the_nightly_comparison_brings_everything_right(
    sandbox: Running, price_list: Any, started: list[Any]
) -> None:
    all_of_them = lived_without_webhooks(sandbox, price_list)
    first = report()
    assert states(all_of_them) == EXPECTED
    assert first.differences == []
    assert len(first.repaired) >= 7
    assert len(started) == 5
    books_agree(sandbox)
    again = report()
    assert (again.differences, again.repaired) == ([], [])
    assert first.counts == again.counts
    assert (again.counts["sessions"], again.counts["paid"], again.counts["paid_cents"]) == (9, 5, 3000)


def test_with_every_webhook_lost_the_sweep_and_the_night_end_as_the_webhooks_would(
    sandbox: Running, price_list: Any
) -> None:
    all_of_them = lived_without_webhooks(sandbox, price_list)
    checkout.sweep(now=timezone.now() + timedelta(minutes=2))
    assert report().differences == []
    swept = {name: ending(payment.document)["payments"] for name, payment in all_of_them.items()}
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    assert {name: ending(payment.document)["payments"] for name, payment in all_of_them.items()} == swept
    assert states(all_of_them) == EXPECTED


def test_what_happens_days_after_the_payment_is_found_on_its_own_day(
    paid: Payment, sandbox: Running, document: Document
) -> None:
    other = order(outlined_document(pages=12))
    at_stripe.pay(sandbox, other)
    settlement.settle(payment_id=other.pk, cause="test")
    sandbox.control.advance(72 * HOUR)
    later = timezone.now() + timedelta(hours=72)
    at_stripe.refund(sandbox, paid, 100)
    number = at_stripe.dispute(sandbox, other)
    night = report(day=later.date(), now=later)
    assert night.differences == []
    assert len(night.repaired) >= 2
    assert Payment.objects.get(pk=paid.pk).state == PaymentState.PARTIALLY_REFUNDED
    assert Payment.objects.get(pk=other.pk).state == PaymentState.DISPUTED
    # Weeks later the bank decides, and that is told to nobody either.
    sandbox.control.advance(30 * 24 * HOUR)
    at_stripe.close_dispute(sandbox, number, "won")
    much_later = later + timedelta(days=30)
    assert report(day=much_later.date(), now=much_later).differences == []
    assert Payment.objects.get(pk=other.pk).state == PaymentState.SUCCEEDED
    books_agree(sandbox)


def test_a_dry_run_tells_and_mends_nothing(document: Document, sandbox: Running) -> None:
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    kept = report(repair=False)
    assert "is pending here and paid at Stripe" in told(kept)
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING
    assert kept.repaired == []


# --- differences that staff are told of ----------------------------------------------------------------------------


def marked_paid(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.SUCCEEDED, succeeded_at=timezone.now())


def test_a_payment_that_is_paid_here_and_not_there(document: Document, sandbox: Running) -> None:
    payment = order(document)
    marked_paid(payment)
    assert f"Payment {payment.pk}: is succeeded here and unpaid at Stripe." in told(report())
    assert Payment.objects.get().state == PaymentState.SUCCEEDED


def test_a_payment_of_which_stripe_knows_nothing(document: Document, sandbox: Running) -> None:
    payment = order(document)
    marked_paid(payment)
    sandbox.control.reset()
    assert f"Payment {payment.pk} is succeeded here; Stripe does not know it" in told(report())
    Payment.objects.update(stripe_session_id=None)
    assert f"Payment {payment.pk} counts as paid and has no session at Stripe." in told(report())


def test_an_order_that_never_got_a_page_at_stripe_is_no_difference(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "429")
    with pytest.raises(ProviderError):
        order(document)
    sandbox.control.clear_faults()
    payment = Payment.objects.get()
    assert payment.stripe_session_id is None
    kept = report()
    assert (kept.differences, kept.repaired) == ([], [])
    payment.refresh_from_db()
    assert payment.state == PaymentState.CREATED


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"amount": Decimal("5.00")}, "The amount differs: 500 cents ordered, 600 asked, 600 received."),
        ({"refunded_amount": Decimal("1.00")}, "100 cents went back here, 0 at Stripe."),
    ],
)
def test_amounts_that_differ(paid: Payment, spoilt: dict[str, Any], words: str) -> None:
    Payment.objects.filter(pk=paid.pk).update(**spoilt)
    assert words in told(report())


def test_a_booking_that_is_missing(paid: Payment) -> None:
    booking = Booking.objects.get()
    spoil("DELETE FROM billing_entry WHERE booking_id = %s", booking.pk)
    spoil("DELETE FROM billing_booking WHERE id = %s", booking.pk)
    assert "the books hold 0 cents at Stripe, not 600." in told(report())


def test_a_comparison_and_word_of_it_are_kept_together_or_not_at_all(paid: Payment) -> None:
    spoil("DELETE FROM billing_receipt WHERE payment_id = %s", paid.pk)
    with alerting.alerts_away(), pytest.raises(DatabaseError):
        report()
    assert not Reconciliation.objects.exists()
    assert report().differences
    assert alerting.told("differ from Stripe")


def test_a_booking_too_many(paid: Payment) -> None:
    entry = Entry.objects.get(account="stripe")
    spoil("UPDATE billing_entry SET cents = 700 WHERE id = %s", entry.pk)
    assert "the books hold 700 cents at Stripe, not 600." in told(report())


def test_a_receipt_that_is_missing(paid: Payment) -> None:
    spoil("DELETE FROM billing_receipt")
    words = told(report())
    assert f"Payment {paid.pk}: is paid and has no receipt." in words
    assert f"Receipts of {timezone.now().year}: 0 issued, the last is number 1." in words


def test_a_gap_in_the_numbers(paid: Payment, sandbox: Running) -> None:
    ReceiptCounter.objects.update(last=4)
    other = order(outlined_document(pages=12))
    at_stripe.pay(sandbox, other)
    settlement.settle(payment_id=other.pk, cause="test")
    assert f"Receipts of {timezone.now().year}: 2 issued, the last is number 5." in told(report())


def test_a_refund_that_never_reached_stripe(paid: Payment) -> None:
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    assert refund
    assert report().differences == []
    Refund.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert "200 cents went back here, 0 at Stripe." in told(report())


def test_a_session_that_is_none_of_ours(paid: Payment, sandbox: Running) -> None:
    """Another program on the same account, whose metadata mean something else."""
    foreign = at_stripe.ask(
        "checkout/sessions",
        **{
            "mode": "payment",
            "success_url": "https://example.org/",
            "line_items[0][quantity]": 1,
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": 900,
            "line_items[0][price_data][product_data][name]": "Shoes",
            "metadata[payment_id]": "order 12",
        },
    )
    assert f"Session {foreign['id']} at Stripe belongs to no payment of ours (unpaid)." in told(report())
    sandbox.control.pay(foreign["id"])
    intent = next(
        one["payment_intent"] for one in at_stripe.objects(sandbox, "checkout.session") if one["id"] == foreign["id"]
    )
    back = at_stripe.ask("refunds", payment_intent=intent)
    assert f"{back['id']} at Stripe belongs to no payment of ours." in told(report())


def test_a_document_that_failed_and_was_not_refunded_is_refunded(paid: Payment, document: Document) -> None:
    Document.objects.update(state=DocumentState.FAILED)
    kept = report()
    assert kept.repaired == [f"Document {document.pk} failed and payment {paid.pk} was not refunded."]
    assert refunds.advance(refund_id=Refund.objects.get().pk).state == "succeeded"
    assert Payment.objects.get().state == PaymentState.REFUNDED
    assert report().differences == []


def test_a_dry_run_tells_of_a_document_that_failed_and_gives_nothing_back(paid: Payment, document: Document) -> None:
    Document.objects.update(state=DocumentState.FAILED)
    kept = report(repair=False)
    assert kept.differences == [f"Document {document.pk} failed and payment {paid.pk} was not refunded."]
    assert kept.repaired == []
    assert not Refund.objects.exists()


def test_a_document_that_failed_and_whose_refund_failed_is_told_every_night(
    paid: Payment, document: Document, sandbox: Running
) -> None:
    Document.objects.update(state=DocumentState.FAILED)
    number = at_stripe.dispute(sandbox, paid)
    refund = refunds.refund_in_full(document_id=document.pk, cause="generation_failed", reason="")
    assert refund
    refunds.advance(refund_id=refund.pk)
    settlement.settle(payment_id=paid.pk, cause="test", again=True)
    at_stripe.close_dispute(sandbox, number, "won")
    for _ in range(2):
        kept = report()
        assert f"Document {document.pk} failed and payment {paid.pk} was not refunded." in told(kept)
    assert not [line for line in kept.repaired if "was not refunded" in line]


def test_a_paid_document_that_nobody_writes(paid: Payment, document: Document) -> None:
    Document.objects.update(state=DocumentState.OUTLINED)
    assert report().differences == []
    Payment.objects.update(succeeded_at=timezone.now() - timedelta(hours=1))
    assert f"Document {document.pk} was paid ({paid.pk}) and is not written." in told(
        report(day=(timezone.now() - timedelta(hours=1)).date())
    )


def test_what_cannot_be_settled_is_told_and_the_others_are_mended(sandbox: Running, price_list: Any) -> None:
    spoilt, good = (order(outlined_document(pages=12)) for _ in range(2))
    for one in (spoilt, good):
        at_stripe.pay(sandbox, one)
    with connection.execute_wrapper(refusing(f"paid:{spoilt.pk}")):
        kept = report()
    assert f"Payment {spoilt.pk} could not be settled: DataError." in told(kept)
    assert Payment.objects.get(pk=good.pk).state == PaymentState.SUCCEEDED


def refusing(word: str) -> Callable[..., Any]:
    """A database that will not hear this word."""

    def refuse(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if word in {str(one) for one in params or ()}:
            raise DataError(word)
        return execute(sql, params, *rest)

    return refuse


# --- the command, the night, and those who gave up -----------------------------------------------------------------


def run(*words: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("reconcile", *words, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}", error.returncode
    return out.getvalue(), 0


def test_the_command_prints_what_it_found_and_ends_badly_while_something_differs(
    document: Document, sandbox: Running
) -> None:
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    today = f"--day={timezone.now().date()}"
    words, code = run(today, "--dry-run")
    assert ("differs: Payment" in words, code) == (True, 1)
    words, code = run(today)
    assert ("repaired: Payment" in words, "agree" in words, code) == (True, True, 0)
    assert "paid 1, paid_cents 600" in words
    assert run() == (f"{timezone.now().date() - timedelta(days=1)}: nothing\n" + AGREE, 0)


AGREE = "The books, our payments and Stripe agree.\n"


def test_with_stripe_away_nothing_is_kept_and_staff_are_told(paid: Payment, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "429")
    with pytest.raises(ProviderError):
        report()
    words, code = run()
    assert ("could not be asked" in words, code) == (True, 1)
    reconcile_yesterday()
    assert alerting.told("could not be reconciled")
    assert not Reconciliation.objects.exists()


def test_nights_that_were_missed_are_made_good_by_the_next(price_list: Any, sandbox: Running) -> None:
    """Stripe was away one night, we were another; and one day was only compared while it was not over."""
    today = timezone.now().date()
    days = [today - timedelta(days=back) for back in (5, 4, 3, 2, 1)]
    for day, hours in ((days[0], 26), (days[2], 26), (days[3], 12)):
        at = datetime.combine(day, time(), UTC) + timedelta(hours=hours)
        Reconciliation.objects.create(day=day, at=at)
    sandbox.control.fault("stripe", "429")
    reconcile_yesterday()
    assert Reconciliation.objects.count() == 3
    sandbox.control.clear_faults()
    reconcile_yesterday()
    made = Reconciliation.objects.order_by("pk")[3:]
    assert [kept.day for kept in made] == [days[1], days[3], days[4]]


def test_a_first_night_compares_the_day_before(price_list: Any, sandbox: Running) -> None:
    reconcile_yesterday()
    reconcile_yesterday()
    assert {kept.day for kept in Reconciliation.objects.all()} == {timezone.now().date() - timedelta(days=1)}


def test_every_comparison_is_kept_audited_and_its_differences_told(document: Document, sandbox: Running) -> None:
    marked_paid(order(document))
    kept = report()
    assert Reconciliation.objects.get() == kept
    assert alerting.told("differ from Stripe")
    event = AuditEvent.objects.get(action="reconciliation.done")
    assert event.details == {"differences": len(kept.differences), "repaired": 0}


def test_what_nobody_paid_in_a_day_expires_and_money_on_its_way_does_not(sandbox: Running, price_list: Any) -> None:
    names = ("left", "declined", "asked", "on its way", "paid")
    payments = {name: order(outlined_document(pages=12)) for name in names}
    at_stripe.pay(sandbox, payments["declined"], card=at_stripe.DECLINED)
    at_stripe.pay(sandbox, payments["asked"], card="4000002500003155")
    at_stripe.pay(sandbox, payments["on its way"], iban=at_stripe.IBAN)
    at_stripe.pay(sandbox, payments["paid"])
    out = StringIO()
    call_command("expire_payments", stdout=out)
    assert out.getvalue() == "0 payments closed or settled.\n"
    assert set(states(payments).values()) == {"pending"}
    Payment.objects.update(
        expires_at=timezone.now() - timedelta(minutes=1), created_at=timezone.now() - timedelta(hours=24)
    )
    call_command("expire_payments", stdout=out)
    assert states(payments) == {
        "left": "expired",
        "declined": "expired",
        "asked": "expired",
        "on its way": "processing",
        "paid": "succeeded",
    }
    assert Receipt.objects.count() == 1
