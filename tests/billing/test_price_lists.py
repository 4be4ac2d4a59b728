"""Price lists: drafted, warned about, put in force, shown from a cache and charged from the database (R-60, R-61)."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import gates
from billing.domain import price_lists, terms, warnings
from billing.enums import PriceListMove, PriceListState, Variant
from billing.errors import NoPriceList, PriceListFrozen
from billing.models import PriceList, PriceListEvent, PriceTier, PromoCode
from documents.models import Document
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import at_once
from tests.billing.ordering import order
from tests.lock_waits import until_somebody_waits
from tests.staff import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

MAY, JUNE, JULY, AUGUST = (datetime(2031, month, 1, tzinfo=UTC) for month in (5, 6, 7, 8))


def draft(by: User, price: str = "0.60", tiers: list[tuple[int, str]] | None = None, **fields: Any) -> PriceList:
    rows = [PriceTier(from_page=page, price_per_page=Decimal(cost)) for page, cost in tiers or []]
    return price_lists.save_draft(draft=PriceList(price_per_page=Decimal(price), **fields), by=by, tiers=rows)


def activate(price_list: PriceList, by: User, reason: str = "test") -> PriceList:
    return price_lists.activate(price_list_id=price_list.pk, reason=reason, by=by)


# --- drafting and putting in force ---------------------------------------------------------------------------------


def test_versions_count_up_and_the_history_says_who_did_what_and_why(student: User, price_list: PriceList) -> None:
    second = draft(student)
    activate(second, student, "Autumn")
    activate(price_list, student, "Nobody bought")
    events = PriceListEvent.objects.order_by("id").values_list("price_list__version", "what", "reason", "actor_id")
    assert list(events) == [
        (2, PriceListMove.DRAFTED, "", student.pk),
        (1, PriceListMove.RETIRED, "Version 2 took its place.", student.pk),
        (2, PriceListMove.ACTIVATED, "Autumn", student.pk),
        (2, PriceListMove.RETIRED, "Version 1 took its place.", student.pk),
        (1, PriceListMove.ROLLED_BACK, "Nobody bought", student.pk),
    ]
    assert AuditEvent.objects.filter(action="price_list.activated").count() == 2


def test_drafts_made_at_once_have_a_version_each(student: User, price_list: PriceList) -> None:
    made = at_once(4, lambda: draft(student))
    assert sorted(one.version for one in made) == [2, 3, 4, 5]


def test_a_draft_put_in_force_while_its_form_is_under_way_keeps_the_tiers_it_had(price_list: PriceList) -> None:
    boss = User.objects.create_superuser("boss@example.org", "a password that is long")
    one = draft(boss, tiers=[(50, "0.45")])
    tier = one.tiers.get()
    staff = Client()
    sign_in(staff, boss)
    form = {
        "price_per_page": "0.60", "discount_percent": "0", "variant": "A", "weight": "100",
        "tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "1", "tiers-0-id": str(tier.pk),
        "tiers-0-price_list": str(one.pk), "tiers-0-from_page": "50", "tiers-0-price_per_page": "0.11",
    }  # fmt: skip
    answers: list[Any] = []

    def send() -> None:
        answers.append(staff.post(f"/admin/billing/pricelist/{one.pk}/change/", form, follow=True))
        connection.close()

    sender = threading.Thread(target=send)
    with transaction.atomic():
        activate(one, boss)
        sender.start()
        until_somebody_waits()
    sender.join(30)
    tier.refresh_from_db()
    assert tier.price_per_page == Decimal("0.45")
    assert "no longer a draft; nothing was changed" in answers[0].content.decode()


def test_a_list_that_was_in_force_is_never_edited_and_starts_a_new_draft(student: User, price_list: PriceList) -> None:
    second = draft(student, tiers=[(50, "0.45"), (100, "0.40")], discount_percent=Decimal(5))
    activate(second, student)
    activate(price_list, student)
    second.refresh_from_db()
    for frozen in (second, price_list):
        frozen.price_per_page = Decimal("0.99")
        with pytest.raises(PriceListFrozen):
            price_lists.save_draft(draft=frozen, by=student)
    third = price_lists.draft_from(price_list_id=second.pk, by=student)
    assert (third.version, third.price_per_page, third.discount_percent) == (3, Decimal("0.60"), Decimal(5))
    assert list(third.tiers.values_list("from_page", "price_per_page")) == [
        (50, Decimal("0.45")),
        (100, Decimal("0.40")),
    ]
    assert second.tiers.count() == 2


@pytest.mark.parametrize(
    "tiers",
    [[(50, "0.61")], [(50, "0.40"), (100, "0.41")], [(50, "0.40"), (50, "0.39")], [(1, "0.40")], [(201, "0.4")]],
)
def test_tiers_that_make_a_longer_document_cheaper_or_no_sense_are_refused(
    student: User, price_list: PriceList, tiers: list[tuple[int, str]]
) -> None:
    with pytest.raises(ValidationError):
        draft(student, tiers=tiers)
    assert PriceList.objects.count() == 1


def test_a_list_whose_tiers_were_spoilt_behind_our_back_is_not_put_in_force(
    student: User, price_list: PriceList
) -> None:
    second = draft(student, tiers=[(50, "0.45")])
    PriceTier.objects.update(price_per_page=Decimal("9.00"))
    with pytest.raises(ValidationError):
        activate(second, student)
    price_list.refresh_from_db()
    assert price_list.state == PriceListState.ACTIVE


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"discount_from": JUNE, "discount_until": JUNE}, "price_list_discount_window"),
        ({"weight": 0}, "price_list_weight_1_to_1000"),
        ({"weight": 1001}, "price_list_weight_1_to_1000"),
        ({"variant": "C"}, "price_list_variant_known"),
    ],
)
def test_what_the_database_refuses_of_a_list(price_list: PriceList, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PriceList.objects.create(**{"version": 2, "price_per_page": Decimal("0.50")} | fields)


@pytest.mark.parametrize(
    ("page", "price", "constraint"),
    [(1, "0.4", "tier_from_page"), (201, "0.4", "tier_from_page"), (50, "0.09", "tier_price_at_least_10_cents")],
)
def test_what_the_database_refuses_of_a_tier(price_list: PriceList, page: int, price: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PriceTier.objects.create(price_list=price_list, from_page=page, price_per_page=Decimal(price))
    PriceTier.objects.create(price_list=price_list, from_page=60, price_per_page=Decimal("0.4"))
    with pytest.raises(IntegrityError, match="one_tier_per_page"), transaction.atomic():
        PriceTier.objects.create(price_list=price_list, from_page=60, price_per_page=Decimal("0.3"))


def test_only_another_list_ends_the_prices_of_a(student: User, price_list: PriceList) -> None:
    second = draft(student, variant=Variant.B)
    for not_in_force in (price_list, second):
        with pytest.raises(PriceListFrozen):
            price_lists.end_test(price_list_id=not_in_force.pk, reason="x", by=student)
    activate(second, student)
    assert price_lists.end_test(price_list_id=second.pk, reason="over", by=student).state == PriceListState.RETIRED
    assert set(terms.active()) == {"A"}


def test_a_list_of_b_leaves_the_one_of_a_in_force(student: User, price_list: PriceList) -> None:
    activate(draft(student, variant=Variant.B), student)
    assert set(terms.active()) == {"A", "B"}


def test_a_discount_counts_from_its_start_until_just_before_its_end(student: User, price_list: PriceList) -> None:
    one = draft(student, discount_percent=Decimal(10), discount_from=JUNE, discount_until=JULY)
    found = terms.Terms.of(one)
    moment = timedelta(microseconds=1)
    assert [found.discounts_at(at) for at in (JUNE - moment, JUNE, JULY - moment, JULY)] == [False, True, True, False]


# --- warnings ------------------------------------------------------------------------------------------------------


@pytest.fixture
def cost() -> Iterator[None]:
    """Writing a page costs €0.20."""
    before = list(gates._costs)
    gates.tell_cost(lambda pages: Decimal("0.20") * pages)
    yield
    gates._costs[:] = before


@pytest.mark.usefixtures("cost")
class TestWarnings:
    def test_an_ordinary_list_has_none(self, student: User, price_list: PriceList) -> None:
        assert warnings.of(draft(student, "0.60")) == []

    @pytest.mark.parametrize(("price", "percent"), [("0.76", "+52"), ("1.50", "+200"), ("0.24", "-52")])
    def test_a_change_by_more_than_half_says_so_for_each_sample(
        self, student: User, price_list: PriceList, price: str, percent: str
    ) -> None:
        found = [line for line in warnings.of(draft(student, price)) if "instead of" in line]
        pages = [line.split()[0] for line in found]
        assert pages == (["1", "10", "50", "120", "200"] if percent != "-52" else ["10", "50", "120", "200"])
        assert all(f"({percent} %)" in line for line in found)

    def test_exactly_half_more_is_no_risk(self, student: User, price_list: PriceList) -> None:
        assert warnings.of(draft(student, "0.75")) == []

    def test_the_change_is_against_the_list_that_it_would_replace(self, student: User, price_list: PriceList) -> None:
        activate(draft(student, "0.80", variant=Variant.B), student)
        assert len(warnings.of(draft(student, "0.90"))) == 5
        assert warnings.of(draft(student, "0.90", variant=Variant.B)) == []
        assert warnings.of(price_list) == []

    def test_the_first_list_of_b_is_against_as_whose_people_it_takes(
        self, student: User, price_list: PriceList
    ) -> None:
        found = warnings.of(draft(student, "5.00", variant=Variant.B))
        assert len([line for line in found if "(+900 %)" in line]) == 5

    def test_a_discount_that_is_still_to_come_is_looked_at_as_if_it_counted(
        self, student: User, price_list: PriceList
    ) -> None:
        found = warnings.of(draft(student, "0.50", discount_percent=Decimal(75), discount_from=JUNE))
        assert "10 pages would cost €1.25 instead of €5.00 (-75 %)." in found
        assert "200 pages would cost €25.00, less than the €40.00 that writing them costs." in found
        assert any("minimum" in line for line in found)

    def test_codes_that_have_run_out_do_not_meet_it(self, student: User, price_list: PriceList) -> None:
        PromoCode.objects.create(code="SPRING", percent=Decimal(10), ends_at=timezone.now() - timedelta(days=1))
        assert warnings.of(draft(student, discount_percent=Decimal(10))) == []

    def test_below_what_writing_costs(self, student: User, price_list: PriceList) -> None:
        found = [line for line in warnings.of(draft(student, "0.50", tiers=[(60, "0.10")])) if "less than" in line]
        assert found == []
        found = [line for line in warnings.of(draft(student, "0.50", tiers=[(11, "0.10")])) if "less than" in line]
        assert found == [
            "50 pages would cost €9.00, less than the €10.00 that writing them costs.",
            "120 pages would cost €16.00, less than the €24.00 that writing them costs.",
            "200 pages would cost €24.00, less than the €40.00 that writing them costs.",
        ]

    def test_below_the_providers_minimum_in_one_line(self, student: User, price_list: PriceList) -> None:
        found = [line for line in warnings.of(draft(student, "0.30")) if "minimum" in line]
        assert found == ["Orders of 1 pages are raised to the payment provider's minimum of €0.50."]

    @pytest.mark.parametrize(
        ("window", "meets"),
        [
            ((None, None), True),
            ((MAY, JUNE), False),
            ((MAY, JUNE + timedelta(seconds=1)), True),
            ((JULY, AUGUST), False),
            ((None, JUNE), False),
            ((JULY - timedelta(seconds=1), None), True),
        ],
    )
    def test_discounts_that_count_at_the_same_time(
        self, student: User, price_list: PriceList, window: tuple[datetime | None, datetime | None], meets: bool
    ) -> None:
        start, end = window
        other = draft(
            student, "0.50", variant=Variant.B, discount_percent=Decimal(5), discount_from=start, discount_until=end
        )
        activate(other, student)
        PromoCode.objects.create(code="SPRING", percent=Decimal(10), starts_at=start, ends_at=end)
        PromoCode.objects.create(code="OFF-1", percent=Decimal(10), enabled=False)
        one = draft(student, "0.60", discount_percent=Decimal(10), discount_from=JUNE, discount_until=JULY)
        expected = [
            f"The discount counts at the same time as that of version {other.version}, variant B.",
            "1 promo code counts at the same time as the discount.",
        ]
        assert warnings.of(one) == (expected if meets else [])

    def test_codes_of_other_lists_do_not_meet_it(self, student: User, price_list: PriceList) -> None:
        code = PromoCode.objects.create(code="SPRING", percent=Decimal(10))
        code.price_lists.add(price_list)
        one = draft(student, discount_percent=Decimal(10))
        assert warnings.of(one) == []
        code.price_lists.add(one)
        assert len(warnings.of(one)) == 1

    def test_everything_at_once_is_said_once_each(self, student: User, price_list: PriceList) -> None:
        PromoCode.objects.create(code="SPRING", percent=Decimal(10))
        found = warnings.of(draft(student, "0.15", discount_percent=Decimal(10)))
        assert len(found) == len(set(found))
        kinds = [sum(word in line for line in found) for word in ("instead of", "less than", "minimum", "same time")]
        assert kinds == [4, 4, 1, 1]


# --- shown from a cache, charged from the database -----------------------------------------------------------------


@pytest.fixture
def kept(_redis_client: redis.Redis) -> redis.Redis:
    """What the pages' cache lies in."""
    return _redis_client


QUOTE = "/prices/quote/?pages=12"


def shown(client: Client) -> str:
    return " ".join(client.get(QUOTE).content.decode().split())


def change_behind_the_cache() -> None:
    PriceList.objects.update(price_per_page=Decimal("0.60"), version=2)


def test_a_page_may_show_the_old_price_and_the_new_one_is_asked_before_anything_is_charged(
    browser: Client, document: Document, sandbox: Running
) -> None:
    assert "€6.00" in shown(browser)
    change_behind_the_cache()
    assert "€6.00" in shown(browser)
    form = {"total": "6.00", "version": "1", "terms": "on", "start_now": "on"}
    answer = browser.post(f"/documents/{document.pk}/pay/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="total" value="7.20"' in page
    assert 'name="version" value="2"' in page
    assert at_stripe.objects(sandbox, "checkout.session") == []
    assert order(document, total="7.20", version=2).amount == Decimal("7.20")


def test_what_is_shown_is_five_minutes_old_at_most(client: Client, price_list: PriceList, kept: redis.Redis) -> None:
    shown(client)
    (key,) = kept.keys("*active-terms*")  # type: ignore[misc]  # a client that does not await
    assert 0 < kept.ttl(key) <= 300  # type: ignore[operator]  # as above
    change_behind_the_cache()
    kept.delete(key)
    assert "€7.20" in shown(client)


@pytest.mark.parametrize("how", ["activate", "roll back", "end test"])
def test_putting_a_list_in_force_is_seen_at_once(
    client: Client, student: User, price_list: PriceList, how: str
) -> None:
    other = draft(student, variant=Variant.B if how == "end test" else Variant.A)
    activate(other, student)
    if how != "activate":
        shown(client)
        if how == "roll back":
            activate(price_list, student)
        else:
            price_lists.end_test(price_list_id=other.pk, reason="over", by=student)
        assert "€6.00" in shown(client)
    else:
        assert "€7.20" in shown(client)


def test_an_activation_that_rolls_back_leaves_what_is_shown(
    client: Client, student: User, price_list: PriceList, kept: redis.Redis
) -> None:
    shown(client)
    other = draft(student)
    with transaction.atomic():
        activate(other, student)
        transaction.set_rollback(True)
    assert kept.keys("*active-terms*")
    assert "€6.00" in shown(client)


def test_without_redis_the_price_comes_from_the_database(
    client: Client, price_list: PriceList, document: Document, sandbox: Running, kept: redis.Redis
) -> None:
    shown(client)
    change_behind_the_cache()
    kept.flushdb()
    assert "€7.20" in shown(client)


def test_with_no_list_in_force_nothing_is_cached(price_list: PriceList) -> None:
    PriceList.objects.update(state=PriceListState.RETIRED)
    with pytest.raises(NoPriceList):
        terms.shown()
    PriceList.objects.update(state=PriceListState.ACTIVE, activated_at=timezone.now())
    assert set(terms.shown()) == {"A"}
