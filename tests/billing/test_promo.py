"""Promo codes: what they take off, when they count, and what becomes of a use with its payment (R-62)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from billing.domain import checkout, promo, refunds, settlement
from billing.domain.orders import Buyer
from billing.domain.payments import move
from billing.domain.pricing import Offer
from billing.enums import PaymentState, RedemptionState
from billing.errors import Declined, PriceChanged, PromoRefused
from billing.models import Payment, PriceList, PromoCode, Redemption
from billing.views.ordering import buyer_of
from documents.models import Document
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.ordering import order
from tests.documents.factories import UserFactory, outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def code(db: None) -> PromoCode:
    return PromoCode.objects.create(code="SPRING", percent=Decimal(10))


def offered(document: Document, price_list: PriceList, *, now: datetime = NOON, **more: Any) -> Offer:
    given: dict[str, Any] = {"code": "SPRING", "user": document.owner, "ip_hash": ""} | more
    return promo.offer(document=document, price_list_id=price_list.pk, now=now, **given)


def refused(document: Document, price_list: PriceList, **more: Any) -> str:
    with pytest.raises(PromoRefused) as caught:
        offered(document, price_list, **more)
    return str(caught.value)


# --- when a code counts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["SPRING", "spring", " sp ring\t", "Spring\n"])
def test_a_code_counts_however_it_is_typed(
    document: Document, price_list: PriceList, code: PromoCode, typed: str
) -> None:
    assert offered(document, price_list, code=typed) == Offer("SPRING", Decimal("10.00"))


def test_it_is_taken_off_after_the_lists_own_discount_and_both_are_lines(
    document: Document, price_list: PriceList, code: PromoCode, sandbox: Running
) -> None:
    PriceList.objects.update(discount_percent=20)
    payment = order(document, total="4.20", code="spring")
    assert [(line["kind"], line["amount"]) for line in payment.lines] == [
        ("base", "6.00"),
        ("discount", "-1.20"),
        ("promo", "-0.60"),
    ]
    assert at_stripe.objects(sandbox, "checkout.session")[0]["amount_total"] == 420


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (NOON - timedelta(seconds=1), "is not valid yet"),
        (NOON, ""),
        (NOON + timedelta(hours=1) - timedelta(microseconds=1), ""),
        (NOON + timedelta(hours=1), "has expired"),
    ],
)
def test_its_window_is_from_its_start_until_just_before_its_end(
    document: Document, price_list: PriceList, code: PromoCode, now: datetime, words: str
) -> None:
    PromoCode.objects.update(starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    if words:
        assert words in refused(document, price_list, now=now)
    else:
        assert offered(document, price_list, now=now).percent == 10


def test_it_may_be_for_some_lists_and_kinds_only(document: Document, price_list: PriceList, code: PromoCode) -> None:
    other = PriceList.objects.create(version=2, price_per_page=1)
    code.price_lists.add(other)
    assert "prices of today" in refused(document, price_list)
    assert offered(document, other)
    code.price_lists.add(price_list)
    assert offered(document, price_list)
    PromoCode.objects.update(kinds=["report"])
    Document.objects.update(kind="essay")
    document.refresh_from_db()
    assert "other kinds" in refused(document, price_list)
    Document.objects.update(kind="report")
    document.refresh_from_db()
    assert offered(document, price_list)


def test_unknown_and_switched_off_are_said_alike(document: Document, price_list: PriceList, code: PromoCode) -> None:
    unknown = refused(document, price_list, code="SUMMER")
    PromoCode.objects.update(enabled=False)
    assert refused(document, price_list) == unknown


# --- limits --------------------------------------------------------------------------------------------------------


def use(price_list: PriceList, code: PromoCode, *, state: str = "used", ip_hash: str = "", **more: Any) -> Redemption:
    """A use of the code by somebody, in a document of theirs."""
    document = outlined_document(pages=12, **more)
    payment = Payment.objects.create(
        document=document, user=document.owner, price_list=price_list, pages=12, amount=6, lines=[],
        expires_at=timezone.now(),
    )  # fmt: skip
    return Redemption.objects.create(
        promo_code=code, payment=payment, user=document.owner, state=state, ip_hash=ip_hash
    )


LIMITS: dict[str, tuple[dict[str, Any], Callable[[Document], dict[str, Any]], str]] = {
    "in all": ({"limit_total": 2, "limit_per_address": None}, lambda document: {}, "as often as it may"),
    "by address": ({"limit_per_address": 2}, lambda document: {"owner": document.owner}, "used this code already"),
    "by IP": (
        {"limit_per_ip": 2, "limit_per_address": None}, lambda document: {"ip_hash": "here"}, "from your connection",
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", LIMITS)
def test_reserved_and_used_count_and_released_does_not(
    document: Document, price_list: PriceList, code: PromoCode, which: str
) -> None:
    limits, mine, words = LIMITS[which]
    PromoCode.objects.update(**limits)
    use(price_list, code, state="used", **mine(document))
    use(price_list, code, state="released", **mine(document))
    assert offered(document, price_list, ip_hash="here")
    last = use(price_list, code, state="reserved", **mine(document))
    assert words in refused(document, price_list, ip_hash="here")
    Redemption.objects.filter(pk=last.pk).update(state="released")
    assert offered(document, price_list, ip_hash="here")


def test_others_do_not_use_up_what_is_by_address_or_ip(
    document: Document, price_list: PriceList, code: PromoCode
) -> None:
    PromoCode.objects.update(limit_per_address=1, limit_per_ip=1)
    use(price_list, code, ip_hash="there")
    assert offered(document, price_list, ip_hash="here")


def test_a_use_counts_on_when_the_secret_that_hashed_its_connection_changed(
    document: Document, price_list: PriceList, code: PromoCode
) -> None:
    PromoCode.objects.update(limit_per_ip=1, limit_per_address=None)
    use(price_list, code, ip_hash="old")
    assert "from your connection" in refused(document, price_list, ip_hash="new", former_ip_hashes=("old",))
    assert offered(document, price_list, ip_hash="new")


def test_a_buyer_is_known_by_older_secrets_too(document: Document, settings: Any) -> None:
    def buyer() -> Buyer:
        request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
        request.user, request.session = document.owner, {}  # type: ignore[assignment]  # all that is asked for
        return buyer_of(request)  # type: ignore[arg-type]

    before = buyer()
    settings.SIGNIN_SECRET_FALLBACKS = [settings.SIGNIN_SECRET]
    settings.SIGNIN_SECRET = "another key that is long enough to be one"
    after = buyer()
    assert after.ip_hash != before.ip_hash
    assert after.former_ip_hashes == (before.ip_hash,)


def test_without_an_address_of_the_network_nobody_is_taken_for_anybody(
    document: Document, price_list: PriceList, code: PromoCode
) -> None:
    PromoCode.objects.update(limit_per_ip=1)
    use(price_list, code, ip_hash="")
    assert offered(document, price_list, ip_hash="")


def test_what_the_document_holds_itself_does_not_stand_in_its_way(
    document: Document, price_list: PriceList, code: PromoCode, sandbox: Running
) -> None:
    PromoCode.objects.update(limit_total=1)
    payment = order(document, total="5.40", code="SPRING")
    assert order(document, total="5.40", code="SPRING").pk == payment.pk
    assert offered(document, price_list, now=timezone.now())
    assert "as often as it may" in refused(outlined_document(pages=12), price_list, now=timezone.now())


def test_a_code_is_reserved_only_together_with_its_payment(
    document: Document, price_list: PriceList, code: PromoCode
) -> None:
    payment = use(price_list, code).payment
    with pytest.raises(RuntimeError):
        promo.reserve(code="SPRING", payment=payment, document=document, ip_hash="")


# --- what becomes of a use -----------------------------------------------------------------------------------------


def held(document: Document) -> Payment:
    return order(document, total="5.40", code="SPRING")


def state_of(payment: Payment) -> str:
    return Redemption.objects.get(payment=payment).state


def test_paid_uses_it_for_good(document: Document, code: PromoCode, sandbox: Running) -> None:
    payment = held(document)
    assert state_of(payment) == RedemptionState.RESERVED
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    assert state_of(payment) == RedemptionState.USED
    refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="")
    assert Payment.objects.get().state == PaymentState.REFUNDED
    assert state_of(payment) == RedemptionState.USED


@pytest.mark.parametrize("end", [PaymentState.EXPIRED, PaymentState.FAILED])
def test_given_up_releases_it_and_late_success_uses_it_even_past_its_limit(
    document: Document, code: PromoCode, sandbox: Running, end: PaymentState
) -> None:
    PromoCode.objects.update(limit_total=1)
    payment = held(document)
    move(payment_id=payment.pk, to=end, cause="test")
    assert state_of(payment) == RedemptionState.RELEASED
    other = held(outlined_document(pages=12))
    at_stripe.pay(sandbox, payment)
    assert settlement.settle(payment_id=payment.pk, cause="test").amount == Decimal("5.40")
    assert (state_of(payment), state_of(other)) == (RedemptionState.USED, RedemptionState.RESERVED)


def test_money_that_was_not_needed_gives_the_code_back(document: Document, code: PromoCode, sandbox: Running) -> None:
    payment = held(document)
    Document.objects.update(pages=4)
    at_stripe.pay(sandbox, payment)
    assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.REFUNDED
    assert state_of(payment) == RedemptionState.RELEASED
    assert held(outlined_document(owner=document.owner, pages=12))


def test_another_code_or_none_takes_the_place_of_the_first(
    document: Document, code: PromoCode, sandbox: Running
) -> None:
    PromoCode.objects.create(code="AUTUMN", percent=Decimal(20))
    first = held(document)
    second = order(document, total="4.80", code="AUTUMN")
    third = order(document)
    assert [state_of(one) for one in (first, second)] == [RedemptionState.RELEASED] * 2
    assert not Redemption.objects.filter(payment=third).exists()
    assert [one["status"] for one in at_stripe.objects(sandbox, "checkout.session")] == ["open", "expired", "expired"]


def test_a_code_that_runs_out_while_its_page_is_open_counts_for_that_page(
    document: Document, code: PromoCode, sandbox: Running
) -> None:
    """The price shown is the price charged: what was held is kept (R-13)."""
    payment = held(document)
    PromoCode.objects.update(ends_at=timezone.now(), enabled=False)
    assert held(document).pk == payment.pk
    checkout.close_needless()
    at_stripe.pay(sandbox, payment)
    assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED


def test_a_code_whose_percentage_staff_change_asks_for_consent_anew(
    document: Document, code: PromoCode, sandbox: Running
) -> None:
    payment = held(document)
    PromoCode.objects.update(percent=Decimal(5))
    with pytest.raises(PriceChanged) as caught:
        held(document)
    assert caught.value.quote.total == Decimal("5.70")
    payment.refresh_from_db()
    assert (payment.state, state_of(payment)) == (PaymentState.EXPIRED, RedemptionState.RELEASED)


def test_a_failed_opening_holds_nothing_for_long(document: Document, code: PromoCode, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "status", status=400, path="sessions", method="POST")
    with pytest.raises(Declined):
        held(document)
    assert (Payment.objects.get().state, Redemption.objects.get().state) == ("failed", "released")


# --- made by staff -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"percent": Decimal("95.01")}, "promo_percent_0_to_95"),
        ({"percent": Decimal(0)}, "promo_percent_0_to_95"),
        ({"starts_at": NOON, "ends_at": NOON}, "promo_window"),
    ],
)
def test_what_the_database_refuses(db: None, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PromoCode.objects.create(**{"code": "X-1", "percent": Decimal(5)} | fields)


def test_a_batch_has_codes_that_cannot_be_guessed_with_one_audit_row(student: User, price_list: PriceList) -> None:
    made = promo.create_batch(
        count=200, prefix="FAIR", batch="Fair 2031", by=student, price_lists=[price_list], percent=Decimal(15),
        limit_total=1,
    )  # fmt: skip
    codes = {one.code for one in made}
    assert len(codes) == PromoCode.objects.filter(batch="Fair 2031").count() == 200
    assert all(len(code) == len("FAIR-") + 8 and not set(code[5:]) & set("IO01") for code in codes)
    assert {one.price_lists.get() for one in made[:3]} == {price_list}
    event = AuditEvent.objects.get(action="promo.batch_made")
    assert event.details == {"batch": "Fair 2031", "count": 200}


def test_a_batch_that_makes_no_sense_makes_nothing(student: User) -> None:
    with pytest.raises(ValidationError):
        promo.create_batch(count=3, prefix="FAIR", batch="x", by=student, percent=Decimal(96))
    assert not PromoCode.objects.exists()


def test_a_code_is_saved_as_it_is_kept_and_audited(student: User) -> None:
    saved = promo.save(code=PromoCode(code=" early bird ", percent=Decimal(5)), by=student)
    assert (saved.code, saved.created_by) == ("EARLYBIRD", student)
    saved.enabled = False
    promo.save(code=saved, by=UserFactory.create())
    assert PromoCode.objects.get().created_by == student
    actions = AuditEvent.objects.filter(object_id=str(saved.pk)).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["promo.made", "promo.changed"]
    with pytest.raises(ValidationError):
        promo.save(code=PromoCode(code="a", percent=Decimal(5)), by=student)
