"""What a document costs (R-01, R-03)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.pricing import Discount, Line, compute, from_cents, quote, to_cents
from billing.errors import NoPriceList
from billing.models import PriceList

FLOOR, CAP, MINIMUM = Decimal("0.10"), Decimal(95), Decimal("0.50")

pages_ = st.integers(1, 200)
prices = st.integers(10, 9999).map(from_cents)
percents = st.integers(0, 9500).map(lambda hundredths: Decimal(hundredths) / 100)
discounts_ = st.lists(percents.map(lambda percent: Discount("off", percent)), max_size=3)


def lines_of(pages: int, price: Decimal, discounts: list[Discount]) -> list[Line]:
    return compute(
        pages=pages,
        price_per_page=price,
        discounts=discounts,
        floor_per_page=FLOOR,
        max_discount_percent=CAP,
        provider_minimum=MINIMUM,
    )


def total_of(pages: int, price: Decimal, discounts: list[Discount]) -> Decimal:
    return sum((line.amount for line in lines_of(pages, price, discounts)), Decimal(0))


@given(pages_, prices, discounts_)
def test_total_is_never_below_floor_or_minimum(pages: int, price: Decimal, discounts: list[Discount]) -> None:
    total = total_of(pages, price, discounts)
    assert total >= FLOOR * pages
    assert total >= MINIMUM


@given(pages_, prices, discounts_)
def test_total_is_never_above_base_unless_the_provider_raises_it(
    pages: int, price: Decimal, discounts: list[Discount]
) -> None:
    assert total_of(pages, price, discounts) <= max(price * pages, MINIMUM)


@given(st.integers(1, 199), prices, discounts_)
def test_a_longer_document_never_costs_less(pages: int, price: Decimal, discounts: list[Discount]) -> None:
    assert total_of(pages + 1, price, discounts) >= total_of(pages, price, discounts)


@given(pages_, prices, discounts_)
def test_every_line_is_whole_cents_in_decimal(pages: int, price: Decimal, discounts: list[Discount]) -> None:
    for line in lines_of(pages, price, discounts):
        assert isinstance(line.amount, Decimal)
        assert from_cents(to_cents(line.amount)) == line.amount
        assert line.amount != 0


@given(pages_, prices, percents, percents)
def test_splitting_a_discount_changes_nothing(pages: int, price: Decimal, one: Decimal, two: Decimal) -> None:
    split = [Discount("a", one), Discount("b", two)]
    assert total_of(pages, price, split) == total_of(pages, price, [Discount("both", one + two)])


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
    quoted = quote(12)
    assert quoted.total == Decimal("6.00")
    assert [(line.label, line.amount) for line in quoted.lines] == [("12 × €0.50 a page", Decimal("6.00"))]
    assert (quoted.version, quoted.price_list_id) == (1, price_list.pk)


@pytest.mark.django_db
def test_one_page_with_a_discount_is_raised_to_the_providers_minimum_and_says_so(price_list: PriceList) -> None:
    PriceList.objects.update(discount_percent=Decimal("20.00"))
    quoted = quote(1)
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
        quote(pages)


@pytest.mark.django_db
def test_without_an_active_list_there_is_no_price() -> None:
    PriceList.objects.all().delete()
    with pytest.raises(NoPriceList):
        quote(12)
