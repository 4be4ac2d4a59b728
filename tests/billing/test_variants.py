"""Two price lists side by side: who sees which, for how long, and what came of it (R-60)."""

import re
import secrets
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.signing import get_cookie_signer
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.domain import comparison, price_lists, variants
from billing.domain.terms import active
from billing.enums import PaymentState, PriceListState, Variant
from billing.models import Assignment, Payment, PriceList, Refund
from documents.models import Document
from sandbox.testing import Running
from tests.billing.concurrently import at_once
from tests.billing.ordering import order
from tests.documents.factories import UserFactory, outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

PRICES = {"€6.00": "A", "€7.20": "B"}


@pytest.fixture
def list_b(price_list: PriceList, student: User) -> PriceList:
    """€0.60 a page beside the €0.50 of A, for three visitors of four."""
    draft = price_lists.save_draft(
        draft=PriceList(price_per_page=Decimal("0.60"), variant=Variant.B, weight=300), by=student
    )
    return price_lists.activate(price_list_id=draft.pk, reason="test", by=student)


def seen(client: Client, path: str = "/prices/quote/?pages=12") -> str:
    """The variant whose price a page of 12 pages bears."""
    words = client.get(path).content.decode()
    (price,) = {found for found in re.findall(r"€[0-9.]+", words) if found in PRICES}
    return PRICES[price]


def signed_in(user: User, **cookies: str) -> Client:
    client = Client()
    client.cookies.load(cookies)
    client.force_login(user)
    return client


# --- drawing -------------------------------------------------------------------------------------------------------


def test_every_place_of_the_draw_goes_to_a_variant_by_its_weight(
    list_b: PriceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The random source gives each number once: exactly 100 for A and 300 for B."""
    places = iter(range(400))

    def next_place(most: int) -> int:
        assert most == 400
        return next(places)

    monkeypatch.setattr(secrets, "randbelow", next_place)
    in_force = active()
    assert Counter(variants.drawn(in_force) for _ in range(400)) == {"A": 100, "B": 300}


def test_many_draws_keep_to_the_weights(list_b: PriceList) -> None:
    in_force = active()
    counts = Counter(variants.drawn(in_force) for _ in range(4000))
    chi_square = (counts["A"] - 1000) ** 2 / 1000 + (counts["B"] - 3000) ** 2 / 3000
    assert chi_square < 24, counts  # less likely than one in a million for a true 1 : 3


# --- a visitor -----------------------------------------------------------------------------------------------------


def test_without_a_test_everybody_sees_a_and_nobody_is_marked(price_list: PriceList, browser: Client) -> None:
    stranger = Client()
    assert seen(stranger) == seen(browser) == "A"
    assert "prices" not in stranger.cookies
    assert not Assignment.objects.exists()


def test_a_visitor_keeps_the_variant_by_a_signed_cookie(list_b: PriceList) -> None:
    variants_seen = set()
    for _ in range(12):
        visitor = Client()
        first = seen(visitor)
        variants_seen.add(first)
        assert {seen(visitor) for _ in range(5)} == {first}
        cookie = visitor.cookies["prices"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert variants_seen <= {"A", "B"}


def test_what_somebody_wrote_into_the_cookie_is_ignored(list_b: PriceList) -> None:
    signed_elsewhere = get_cookie_signer(salt="other").sign("A")
    for value in ("A", "B", "A:abc", "", signed_elsewhere, "x" * 3000):
        counts: Counter[str] = Counter()
        for _ in range(8):
            visitor = Client()
            visitor.cookies["prices"] = value
            counts[seen(visitor)] += 1
            assert visitor.cookies["prices"].value != value  # a new one, drawn
        assert counts["B"] > 0


def test_of_the_visitors_about_as_many_as_the_weights_say_see_each(list_b: PriceList) -> None:
    counts = Counter(seen(Client()) for _ in range(120))
    assert 60 <= counts["B"] <= 116, counts


def test_a_variant_no_longer_in_force_is_drawn_anew(list_b: PriceList, student: User) -> None:
    visitor = Client()
    while seen(visitor) != "B":
        visitor = Client()
    price_lists.end_test(price_list_id=list_b.pk, reason="over", by=student)
    assert seen(visitor) == "A"


# --- a person ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["A", "B"])
def test_signing_in_keeps_what_the_browser_saw_and_every_browser_then_shows_it(
    list_b: PriceList, document: Document, student: User, before: str
) -> None:
    visitor = Client()
    while seen(visitor) != before:
        visitor = Client()
    visitor.force_login(student)
    path = f"/documents/{document.pk}/price/"
    assert seen(visitor, path) == before
    assert Assignment.objects.get().variant == before
    elsewhere = Client()
    while seen(elsewhere) == before:
        elsewhere = Client()
    elsewhere.force_login(student)
    assert seen(elsewhere, path) == seen(elsewhere) == before


def test_a_person_is_charged_by_the_list_of_their_variant(
    list_b: PriceList, student: User, document: Document, sandbox: Running
) -> None:
    Assignment.objects.create(user=student, variant="B")
    payment = order(document, total="7.20", version=list_b.version)
    assert (payment.variant, payment.price_list) == ("B", list_b)
    assert order(document, total="7.20", version=list_b.version, seen_before="A").pk == payment.pk


def test_a_person_asked_for_by_eight_pages_at_once_has_one_variant(list_b: PriceList, student: User) -> None:
    in_force = active()
    answers = at_once(8, lambda: variants.of_user(user=student, terms=in_force))
    assert {Assignment.objects.get().variant} == set(answers)


def test_when_a_test_is_over_its_people_see_a_and_pay_a(
    list_b: PriceList, student: User, document: Document, sandbox: Running
) -> None:
    Assignment.objects.create(user=student, variant="B")
    price_lists.end_test(price_list_id=list_b.pk, reason="over", by=student)
    assert seen(signed_in(student), f"/documents/{document.pk}/price/") == "A"
    assert order(document).variant == "A"


# --- what came of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(successes: int, trials: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3."""
    assert comparison.wilson(successes, trials) == pytest.approx((low, high), abs=0.00006)


def test_of_nobody_nothing_is_known() -> None:
    assert comparison.wilson(0, 0) == (0.0, 1.0)


def arm(variant: str, buyers: int, people: int) -> comparison.Arm:
    low, high = comparison.wilson(buyers, people)
    share = buyers / people if people else 0.0
    return comparison.Arm(variant, 1, people, buyers, buyers, 0, Decimal(0), share, low, high)


@pytest.mark.parametrize(
    ("b", "a", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_the_interval_of_the_difference_is_newcombes(
    b: tuple[int, int], a: tuple[int, int], interval: tuple[float, float]
) -> None:
    """Newcombe, Interval estimation for the difference between independent proportions (1998), table II, method 10."""
    found = comparison._difference(arm("A", *a), arm("B", *b))
    assert found == pytest.approx(interval, abs=0.00006)
    kept = comparison.Comparison(timezone.now(), [arm("A", *a), arm("B", *b)], found)
    assert kept.is_decided == (interval[0] > 0)


def people_of(price_list: PriceList, count: int, buyers: int, **payment: Any) -> None:
    """``count`` people given a variant; ``buyers`` of them bought 12 pages each."""
    users = [UserFactory.build() for _ in range(count)]
    User.objects.bulk_create(users)
    Assignment.objects.bulk_create([Assignment(user=user, variant=price_list.variant) for user in users])
    documents = Document.objects.bulk_create(
        [Document(owner=user, topic="x", pages=12, language="en") for user in users[:buyers]]
    )
    given: dict[str, Any] = {
        "price_list": price_list, "variant": price_list.variant, "pages": 12, "lines": [], "expires_at": timezone.now(),
        "amount": price_list.price_per_page * 12, "state": PaymentState.SUCCEEDED, "succeeded_at": timezone.now(),
    }  # fmt: skip
    Payment.objects.bulk_create(
        [Payment(document=document, user_id=document.owner_id, **given | payment) for document in documents]
    )


def test_the_comparison_counts_people_orders_pages_and_revenue(list_b: PriceList, price_list: PriceList) -> None:
    people_of(price_list, 80, 48)
    people_of(list_b, 70, 56)
    found = comparison.of_variants()
    assert found
    a, b = found.arms
    assert (a.variant, a.people, a.buyers, a.orders, a.pages, a.revenue) == ("A", 80, 48, 48, 576, Decimal("288.00"))
    assert (b.variant, b.people, b.buyers, b.orders, b.pages, b.revenue) == ("B", 70, 56, 56, 672, Decimal("403.20"))
    assert (a.conversion, b.conversion) == (0.6, 0.8)
    assert found.difference == pytest.approx((0.0524, 0.3339), abs=0.00006)
    assert found.is_decided


def test_what_was_given_back_is_no_revenue_and_what_never_came_no_order(
    list_b: PriceList, price_list: PriceList
) -> None:
    people_of(price_list, 3, 1, refunded_amount=Decimal("1.50"), state=PaymentState.PARTIALLY_REFUNDED)
    people_of(price_list, 2, 1, refunded_amount=Decimal("6.00"), state=PaymentState.REFUNDED)
    people_of(price_list, 2, 2, state=PaymentState.EXPIRED, succeeded_at=None)
    people_of(price_list, 1, 1, state=PaymentState.HELD)
    found = comparison.of_variants()
    assert found
    (a, b) = found.arms
    assert (a.people, a.buyers, a.revenue) == (8, 2, Decimal("4.50"))
    assert (b.people, b.buyers, b.conversion, b.low, b.high) == (0, 0, 0.0, 0.0, 1.0)
    assert found.difference is None
    assert not found.is_decided


def test_money_that_was_not_needed_was_no_order(list_b: PriceList, price_list: PriceList) -> None:
    people_of(price_list, 2, 1, refunded_amount=Decimal("6.00"), state=PaymentState.REFUNDED)
    Refund.objects.create(payment=Payment.objects.get(), amount=6, cause="not_needed")
    found = comparison.of_variants()
    assert found
    assert (found.arms[0].orders, found.arms[0].buyers, found.arms[0].pages) == (0, 0, 0)


def test_people_and_orders_from_before_the_test_do_not_count(list_b: PriceList, price_list: PriceList) -> None:
    people_of(price_list, 4, 2)
    Assignment.objects.update(at=timezone.now() - timedelta(days=9))
    people_of(price_list, 2, 1)
    found = comparison.of_variants()
    assert found
    assert (found.arms[0].people, found.arms[0].buyers) == (2, 1)


def test_a_buyer_of_two_documents_is_one_buyer(list_b: PriceList, price_list: PriceList) -> None:
    people_of(price_list, 1, 1)
    payment = Payment.objects.get()
    again = outlined_document(owner=payment.user, pages=12)
    Payment.objects.create(
        document=again, user=payment.user, price_list=price_list, pages=12, amount=6, lines=[],
        expires_at=timezone.now(), state=PaymentState.SUCCEEDED, succeeded_at=timezone.now(),
    )  # fmt: skip
    found = comparison.of_variants()
    assert found
    assert (found.arms[0].buyers, found.arms[0].orders, found.arms[0].conversion) == (1, 2, 1.0)


def test_without_two_lists_there_is_nothing_to_compare(price_list: PriceList) -> None:
    assert PriceList.objects.filter(state=PriceListState.ACTIVE).count() == 1
    assert comparison.of_variants() is None
