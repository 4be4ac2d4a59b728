"""What a document costs (R-01, R-02, R-03)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.domain import terms
from billing.domain.pricing import Discount, Offer, Tier, compute, from_cents, quote, to_cents
from billing.errors import NoPriceList
from billing.models import PriceList
from billing.quotes import Line, Quote

FLOOR, CAP, MINIMUM = Decimal("0.10"), Decimal(95), Decimal("0.50")

pages_ = st.integers(1, 200)
prices = st.integers(10, 9999).map(from_cents)
percents = st.integers(0, 9500).map(lambda hundredths: Decimal(hundredths) / 100)
discounts_ = st.lists(percents.map(lambda percent: Discount("off", percent)), max_size=3)


@st.composite
def price_lists_(draw: st.DrawFn) -> tuple[Decimal, list[Tier]]:
    """A price and its tiers, each at most as dear as the pages before it, as staff may draft them."""
    price = draw(prices)
    starts = sorted(draw(st.sets(st.integers(2, 200), max_size=4)))
    cents, tiers = to_cents(price), []
    for start in starts:
        cents = draw(st.integers(10, cents))
        tiers.append(Tier(start, from_cents(cents)))
    return price, tiers


def quote_of(pages: int, offer: Offer | None = None) -> Quote:
    return quote(pages, terms.of_variant(terms.active(), "A"), offer=offer)


def lines_of(pages: int, price: Decimal, discounts: list[Discount], tiers: list[Tier] | None = None) -> list[Line]:
    return compute(
        pages=pages,
        price_per_page=price,
        tiers=tiers or [],
        discounts=discounts,
        floor_per_page=FLOOR,
        max_discount_percent=CAP,
        provider_minimum=MINIMUM,
    )


def total_of(pages: int, price: Decimal, discounts: list[Discount], tiers: list[Tier] | None = None) -> Decimal:
    return sum((line.amount for line in lines_of(pages, price, discounts, tiers)), Decimal(0))


@given(pages_, price_lists_(), discounts_)
def test_total_is_never_below_floor_or_minimum(
    pages: int, prices: tuple[Decimal, list[Tier]], discounts: list[Discount]
) -> None:
    price, tiers = prices
    total = total_of(pages, price, discounts, tiers)
    assert total >= FLOOR * pages
    assert total >= MINIMUM


@given(pages_, price_lists_(), discounts_)
def test_total_is_never_above_base_unless_the_provider_raises_it(
    pages: int, prices: tuple[Decimal, list[Tier]], discounts: list[Discount]
) -> None:
    price, tiers = prices
    assert total_of(pages, price, discounts, tiers) <= max(price * pages, MINIMUM)


@given(st.integers(1, 199), price_lists_(), discounts_)
def test_a_longer_document_never_costs_less(
    pages: int, prices: tuple[Decimal, list[Tier]], discounts: list[Discount]
) -> None:
    price, tiers = prices
    assert total_of(pages + 1, price, discounts, tiers) >= total_of(pages, price, discounts, tiers)


@given(pages_, price_lists_(), discounts_)
def test_every_line_is_whole_cents_in_decimal(
    pages: int, prices: tuple[Decimal, list[Tier]], discounts: list[Discount]
) -> None:
    price, tiers = prices
    for line in lines_of(pages, price, discounts, tiers):
        assert isinstance(line.amount, Decimal)
        assert from_cents(to_cents(line.amount)) == line.amount
        assert line.amount != 0


@given(pages_, prices, percents, percents)
def test_splitting_a_discount_changes_nothing(pages: int, price: Decimal, one: Decimal, two: Decimal) -> None:
    split = [Discount("a", one), Discount("b", two)]
    assert total_of(pages, price, split) == total_of(pages, price, [Discount("both", one + two)])


@given(pages_, price_lists_(), discounts_)
@example(1, (Decimal("3.30"), []), [Discount("off", Decimal(95))])
def test_discounts_together_never_take_more_than_95_percent_not_even_by_rounding(
    pages: int, prices: tuple[Decimal, list[Tier]], discounts: list[Discount]
) -> None:
    price, tiers = prices
    lines = lines_of(pages, price, discounts, tiers)
    full = sum(line.amount for line in lines if line.kind in {"base", "tier"})
    taken = -sum(line.amount for line in lines if line.kind in {"discount", "promo", "cap"})
    assert taken * 100 <= full * CAP


def test_discounts_together_stop_at_95_percent() -> None:
    lines = lines_of(200, Decimal("10.00"), [Discount("a", Decimal(60)), Discount("b", Decimal(60))])
    assert [(line.kind, line.amount) for line in lines] == [
        ("base", Decimal("2000.00")),
        ("discount", Decimal("-1200.00")),
        ("discount", Decimal("-1200.00")),
        ("cap", Decimal("500.00")),
    ]


def test_no_page_costs_less_than_ten_cents() -> None:
    lines = lines_of(100, Decimal("0.50"), [Discount("a", Decimal(95))])
    assert lines[-1].kind == "floor"
    assert sum(line.amount for line in lines) == Decimal("10.00")


@pytest.mark.django_db
def test_twelve_pages_cost_six_euros(price_list: PriceList) -> None:
    quoted = quote_of(12)
    assert quoted.total == Decimal("6.00")
    assert [(line.label, line.amount) for line in quoted.lines] == [("12 × €0.50 a page", Decimal("6.00"))]
    assert (quoted.version, quoted.price_list_id) == (1, price_list.pk)


@pytest.mark.django_db
def test_one_page_with_a_discount_is_raised_to_the_providers_minimum_and_says_so(price_list: PriceList) -> None:
    PriceList.objects.update(discount_percent=Decimal("20.00"))
    quoted = quote_of(1)
    assert quoted.total == Decimal("0.50")
    assert [(line.kind, line.amount) for line in quoted.lines] == [
        ("base", Decimal("0.50")),
        ("discount", Decimal("-0.10")),
        ("provider_minimum", Decimal("0.10")),
    ]
    assert quoted.lines[1].label == "Discount of 20 %"
    assert "provider" in quoted.lines[-1].label
    assert quoted.lines[1].is_discount
    assert not quoted.lines[2].is_discount


@pytest.mark.django_db
@pytest.mark.parametrize("pages", [0, 201, -1])
def test_only_1_to_200_pages_have_a_price(price_list: PriceList, pages: int) -> None:
    with pytest.raises(ValueError, match="pages"):
        quote_of(pages)


@pytest.mark.django_db
def test_without_an_active_list_there_is_no_price() -> None:
    PriceList.objects.all().delete()
    with pytest.raises(NoPriceList):
        quote_of(12)


def test_tiers_are_graduated() -> None:
    tiers = [Tier(50, Decimal("0.45")), Tier(120, Decimal("0.40"))]
    lines = lines_of(121, Decimal("0.50"), [], tiers)
    assert [(line.kind, line.amount) for line in lines] == [
        ("base", Decimal("60.50")),
        ("tier", Decimal("-3.50")),  # pages 50 to 119
        ("tier", Decimal("-0.20")),  # pages 120 and 121
    ]
    assert total_of(49, Decimal("0.50"), [], tiers) == Decimal("24.50")
    assert total_of(50, Decimal("0.50"), [], tiers) == Decimal("24.95")


@pytest.mark.django_db
def test_a_code_is_a_line_of_its_own(price_list: PriceList) -> None:
    quoted = quote_of(12, Offer("AUTUMN", Decimal("12.50")))
    assert [(line.label, line.amount, line.kind) for line in quoted.lines[1:]] == [
        ("Code AUTUMN, 12.5 %", Decimal("-0.75"), "promo")
    ]
    assert (quoted.total, quoted.code) == (Decimal("5.25"), "AUTUMN")


@pytest.mark.django_db
def test_a_discount_counts_within_its_window_only(price_list: PriceList) -> None:
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    PriceList.objects.update(discount_percent=10, discount_from=start, discount_until=end)
    found = terms.of_variant(terms.active(), "A")
    moments = [start - timedelta(seconds=1), start, end - timedelta(seconds=1), end]
    totals = [quote(12, found, now=moment).total for moment in moments]
    assert totals == [Decimal("6.00"), Decimal("5.40"), Decimal("5.40"), Decimal("6.00")]
