"""Statistics over time: by the books, for who may see it, at one cost whatever there is (R-118)."""

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from billing.domain import ledger
from billing.enums import DisputeState, Movement, PaymentPurpose, RefundState
from billing.models import Dispute, Payment, Refund
from documents.domain import briefs, erasing, past_briefs
from documents.enums import DocumentState
from documents.models import BriefMonth, Document
from documents.rules import RULES
from generation.enums import JobKind, JobState, Outcome
from generation.models import Attempt, CallMonth, Job, ModelDay
from generation.spending import past_calls
from privacy.models import AuditEvent
from tesigo.platform import charts
from tesigo.statistics import Asked, Sums, month_before, months_known, next_month, statistics
from tests.documents.factories import DocumentFactory
from tests.generation.making import pay
from tests.platform.test_dashboard import who_may
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

PAGE, FILE = "/admin/statistics/", "/admin/statistics/file/"
JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)


def at(month: date, day: int = 15) -> datetime:
    return datetime(month.year, month.month, day, 12, tzinfo=UTC)


def begun(month: date, **fields: Any) -> Document:
    document: Document = DocumentFactory.create(created_at=at(month), **fields)
    return document


def paid(document: Document, month: date, euros: str = "6.00") -> Payment:
    payment = pay(document)
    with transaction.atomic():
        ledger.book(movement=Movement.PAID, payment=payment, amount=Decimal(euros), now=at(month))
    return payment


def refunded(payment: Payment, month: date, euros: str, *movements: Movement) -> None:
    refund = Refund.objects.create(
        payment=payment, amount=Decimal(euros), cause=str(uuid4()), state=RefundState.PENDING
    )
    with transaction.atomic():
        for movement in movements or (Movement.REFUND_OPENED, Movement.REFUND_PAID):
            ledger.book(movement=movement, payment=payment, amount=Decimal(euros), now=at(month), refund=refund)


def called(document: Document | None, month: date, cost: str, tokens: int = 1_000) -> Attempt:
    job = None
    if document is not None:
        job, _is_new = Job.objects.get_or_create(
            document=document, kind=JobKind.OUTLINE, state=JobState.SUCCEEDED, defaults={"sort_key": 0}
        )
    return Attempt.objects.create(
        job=job, provider="openai", model_name="gpt", purpose="x", idempotency_key=uuid4(), outcome=Outcome.SUCCEEDED,
        input_tokens=tokens - 100, output_tokens=100, cost=Decimal(cost), started_at=at(month),
    )  # fmt: skip


def of(first: date, last: date, **wanted: str) -> dict[date, Sums]:
    return dict(statistics(Asked(first, last, **wanted)).by_month)


def test_a_months_figures_are_those_of_the_books() -> None:
    kept, back = begun(JUNE, pages=12), begun(JUNE, pages=8)
    begun(JUNE)
    paid(kept, JUNE, "6.00")
    refunded(paid(back, JULY, "4.00"), AUGUST, "1.50")
    called(kept, JUNE, "0.25", 2_000)
    called(back, JULY, "0.50", 3_000)
    found = of(JUNE, AUGUST)
    assert found[JUNE] == Sums(
        briefs=3, paid=2, orders=1, pages=12, gross=Decimal(6), ordered_gross=Decimal(6), cost=Decimal("0.25"),
        tokens=2_000,
    )  # fmt: skip
    assert found[JULY] == Sums(
        orders=1, pages=8, gross=Decimal(4), ordered_gross=Decimal(4), cost=Decimal("0.50"), tokens=3_000
    )
    assert found[AUGUST] == Sums(refunds=1, back=Decimal("1.50"))
    assert found[JUNE].conversion_percent.quantize(Decimal("0.1")) == Decimal("66.7")
    total = statistics(Asked(JUNE, AUGUST)).total
    assert (total.net, total.margin) == (Decimal("8.50"), Decimal("7.75"))
    assert ledger.balances()["sales"] == -1000


def test_a_refund_that_failed_and_a_dispute_that_was_won_leave_nothing() -> None:
    payment = paid(begun(JUNE), JUNE)
    refunded(payment, JUNE, "2.00", Movement.REFUND_OPENED, Movement.REFUND_FAILED)
    dispute = Dispute.objects.create(
        payment=payment, stripe_dispute_id="dp_1", amount=Decimal(6), state=DisputeState.OPEN, reason="x"
    )
    with transaction.atomic():
        for movement in (Movement.DISPUTE_WITHDRAWN, Movement.DISPUTE_REINSTATED):
            ledger.book(movement=movement, payment=payment, amount=Decimal(6), now=at(JUNE), dispute=dispute)
    found = of(JUNE, JUNE)[JUNE]
    assert (found.refunds, found.back, found.net) == (0, Decimal(0), Decimal(6))


def test_a_month_in_which_more_went_back_than_came_is_below_zero() -> None:
    payment = paid(begun(JUNE), JUNE)
    refunded(payment, JULY, "6.00")
    found = of(JULY, JULY)[JULY]
    assert (found.net, found.margin_percent, found.conversion_percent) == (Decimal(-6), None, None)


def test_months_are_utc_months_to_the_last_second() -> None:
    document = DocumentFactory.create(created_at=datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC))
    with transaction.atomic():
        first = datetime(2026, 7, 1, tzinfo=UTC)
        ledger.book(movement=Movement.PAID, payment=pay(document), amount=Decimal(6), now=first)
    found = of(JUNE, JULY)
    assert (found[JUNE].briefs, found[JUNE].paid, found[JUNE].orders) == (1, 1, 0)
    assert (found[JULY].briefs, found[JULY].orders) == (0, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert month_before(date(2027, 1, 1)) == date(2026, 12, 1)


def test_language_and_kind_choose() -> None:
    german = begun(JUNE, language="de", kind="master")
    paid(german, JUNE)
    called(german, JUNE, "0.10")
    called(begun(JUNE, language="en", kind="master"), JUNE, "0.20")
    called(None, JUNE, "0.40")
    assert of(JUNE, JUNE, language="de")[JUNE].cost == Decimal("0.10")
    assert of(JUNE, JUNE, kind="master")[JUNE].cost == Decimal("0.30")
    assert of(JUNE, JUNE, kind="essay")[JUNE] == Sums()
    whole = statistics(Asked(JUNE, JUNE))
    assert {key: sums.cost for key, sums in whole.by(lambda key: key[1]).items()} == {
        "de": Decimal("0.10"),
        "en": Decimal("0.20"),
        "": Decimal("0.40"),
    }


@pytest.mark.parametrize("way", ["thrown away by its owner", "retention", "erasure"])
def test_briefs_that_are_gone_still_count(way: str) -> None:
    """Else all old months would look as if everybody had paid."""
    old = begun(JUNE, language="pl", kind="essay", state=DocumentState.DRAFT, updated_at=at(JUNE))
    ordered = begun(JUNE, language="pl", kind="essay", ordered_at=at(JUNE))
    paid(ordered, JUNE)
    if way == "retention":
        (rule,) = [rule for rule in RULES if rule.model == "documents.Document"]
        assert rule.forget
        rule.forget(Document.objects.filter(pk=old.pk))
    elif way == "erasure":
        erasing.erase(old.owner, timezone.now())
    else:
        briefs.delete(document_id=old.pk, by=old.owner)
    assert not Document.objects.filter(pk=old.pk).exists()
    found = of(JUNE, JUNE, language="pl", kind="essay")[JUNE]
    assert (found.briefs, found.paid) == (2, 1)
    assert BriefMonth.objects.get().count == 1


def test_briefs_are_counted_only_where_they_are_deleted() -> None:
    begun(JUNE)
    with transaction.atomic():
        past_briefs.count_in(Document.objects.none())
        past_briefs.count_in(Document.objects.all())
        past_briefs.count_in(Document.objects.all())
    assert BriefMonth.objects.get().count == 2
    for broken in ({"month": date(2026, 6, 2)}, {"count": 0}):
        row = {"month": JULY, "language": "en", "kind": "essay", "count": 1} | broken
        with pytest.raises(IntegrityError), transaction.atomic():
            BriefMonth.objects.create(**row)


@pytest.mark.django_db(transaction=True)
def test_briefs_are_never_counted_apart_from_their_deletion() -> None:
    begun(JUNE)
    with pytest.raises(RuntimeError, match="in the transaction that deletes"):
        past_briefs.count_in(Document.objects.all())
    assert not BriefMonth.objects.exists()


def test_what_an_erased_person_ordered_stays_in_the_figures() -> None:
    document = begun(JUNE, language="it", ordered_at=at(JUNE), pages=10)
    paid(document, JUNE)
    erasing.erase(document.owner, timezone.now())
    found = of(JUNE, JUNE, language="it")[JUNE]
    assert (found.orders, found.pages, found.gross) == (1, 10, Decimal(6))


def test_calls_that_became_sums_are_still_told_apart() -> None:
    document = begun(JUNE, language="fr")
    called(document, JUNE, "0.25", 2_000)
    called(document, JULY, "0.50", 1_000)
    called(None, JUNE, "0.10", 500)
    before = of(JUNE, JULY), of(JUNE, JULY, language="fr")
    for month in (JUNE, JULY):
        past_calls.sum_up(calls=Attempt.objects.filter(started_at=at(month)))
        called(document, month, "0")
        past_calls.sum_up(calls=Attempt.objects.filter(started_at=at(month)))
    assert not Attempt.objects.exists()
    after = of(JUNE, JULY), of(JUNE, JULY, language="fr")
    assert [{month: sums.cost for month, sums in one.items()} for one in before] == [
        {month: sums.cost for month, sums in one.items()} for one in after
    ]
    assert after[0][JUNE].tokens == before[0][JUNE].tokens + 1_000
    assert sum(row.cost for row in CallMonth.objects.all()) == sum(row.cost for row in ModelDay.objects.all())


def test_sums_of_before_documents_were_told_apart_count_as_nobodys() -> None:
    document = begun(JUNE, language="fr")
    called(document, JUNE, "0.25", 2_000)
    past_calls.sum_up(calls=Attempt.objects.all())
    CallMonth.objects.all().delete()
    assert of(JUNE, JUNE)[JUNE].cost == Decimal("0.25")
    assert of(JUNE, JUNE, language="fr")[JUNE].cost == 0
    assert list(statistics(Asked(JUNE, JUNE)).rows)[-1] in {(JUNE, "", ""), (JUNE, "fr", "seminar")}


def test_a_month_costs_what_its_sums_say_where_its_days_are_gone() -> None:
    called(begun(JUNE, language="fr"), JUNE, "0.25", 2_000)
    past_calls.sum_up(calls=Attempt.objects.all())
    ModelDay.objects.all().delete()
    assert (of(JUNE, JUNE)[JUNE].cost, of(JUNE, JUNE)[JUNE].tokens) == (Decimal("0.25"), 2_000)


def test_months_begin_with_the_first_brief_and_end_with_this_one() -> None:
    now = timezone.now()
    assert months_known(now) == [now.date().replace(day=1)]
    begun(JUNE)
    months = months_known(datetime(2026, 8, 31, 23, tzinfo=UTC))
    assert months == [AUGUST, JULY, JUNE]
    DocumentFactory.create(created_at=datetime(1990, 1, 1, tzinfo=UTC))
    assert len(months_known(now)) == 120


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def boss(client: Client) -> Client:
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    return client


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_shows_figures_with_their_numbers(boss: Client) -> None:
    document = begun(JUNE, language="de", kind="essay", pages=12)
    refunded(paid(document, JUNE, "1234.50"), JUNE, "0.50")
    called(document, JUNE, "2000.00")
    response = boss.get(PAGE, {"from": "2026-06", "to": "2026-07"})
    assert response.status_code == 200
    text = words(response)
    for said in ("€1,234.50", "€1,234.00 kept", "−€766.00", "100.0 %", "German", "Essay", "Jun 2026"):
        assert said in text, said
    html = response.content.decode()
    assert 'class="span-failed"' in html  # the margin below zero
    assert "style=" not in html
    assert f'href="{FILE}?from=2026-06&amp;to=2026-07&amp;language=&amp;kind="' in html


def test_what_an_order_and_a_page_came_to_is_told_without_more_pages(boss: Client) -> None:
    document = begun(JUNE, pages=12)
    first = paid(document, JUNE, "6.00")
    extra = Payment.objects.create(
        document=document, user=document.owner, price_list=first.price_list, pages=10, amount=Decimal(5), lines=[],
        expires_at=at(JUNE), state="succeeded", purpose=PaymentPurpose.MORE_PAGES,
    )  # fmt: skip
    with transaction.atomic():
        ledger.book(movement=Movement.PAID, payment=extra, amount=Decimal(5), now=at(JUNE))
    text = words(boss.get(PAGE, {"from": "2026-06", "to": "2026-06"}))
    assert "€6.00 each" in text
    assert "€0.50 each" in text
    assert "€11.00 kept" in text


def test_an_empty_site_has_a_page_too(boss: Client) -> None:
    text = words(boss.get(PAGE))
    assert "The last month is not over yet." in text
    assert "Nothing happened in these months." in text


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2099-13"},
        {"from": "x", "to": "\x00"},
        {"language": "xx", "kind": "'; DROP"},
        {"from": "2026-07", "to": "2026-06"},
    ],
)
def test_nonsense_is_answered_with_what_makes_sense(boss: Client, asked: dict[str, str]) -> None:
    begun(JUNE)
    for path in (PAGE, FILE):
        response = boss.get(path, asked)
        assert response.status_code == 200
        assert "DROP" not in response.content.decode()


def test_the_file_holds_a_row_for_each_month_language_and_kind(boss: Client) -> None:
    paid(begun(JUNE, language="de", kind="essay", pages=12), JUNE)
    refunded(paid(begun(JUNE, language="en", kind="report", pages=2), JULY, "1.00"), AUGUST, "1.00")
    response = boss.get(FILE, {"from": "2026-06", "to": "2026-08"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="statistics-2026-06-2026-08.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(row["month"], row["language"], row["kind"], row["orders"], row["net"]) for row in rows] == [
        ("2026-06", "de", "essay", "1", "6.00"),
        ("2026-06", "en", "report", "0", "0"),
        ("2026-07", "en", "report", "1", "1.00"),
        ("2026-08", "en", "report", "0", "-1.00"),
    ]
    assert AuditEvent.objects.filter(action="statistics.exported").count() == 1


@pytest.mark.parametrize(
    ("permission", "status", "sees"),
    [
        ("billing.view_booking", 200, {"Revenue", "AI cost", "Margin"}),
        ("generation.view_attempt", 200, {"AI cost"}),
        ("documents.view_document", 403, set()),
    ],
)
def test_who_may_see_what(client: Client, permission: str, status: int, sees: set[str]) -> None:
    paid(begun(JUNE), JUNE, "77.00")
    who_may(client, permission)
    response = client.get(PAGE, {"from": "2026-06"})
    file = client.get(FILE, {"from": "2026-06"})
    assert (response.status_code, file.status_code) == (status, status)
    text = words(response)
    if status == 200:
        assert {head for head in ("Revenue", "AI cost", "Margin") if head in text} == sees
    if "Revenue" not in sees:
        assert "77.00" not in text + file.content.decode()
        assert "gross" not in file.content.decode()
    assert (PAGE in client.get("/admin/").content.decode()) is bool(sees)


def test_a_stranger_and_a_student_find_no_page(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(DocumentFactory.create().owner)
    assert client.get(PAGE).status_code in {302, 403}


@pytest.mark.parametrize("rows", [1, 30])
def test_it_costs_the_same_whatever_there_is(
    boss: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        document = begun((JUNE, JULY, AUGUST)[number % 3], language=("de", "en", "fr")[number % 3])
        refunded(paid(document, JULY), AUGUST, "1.00")
        called(document, JULY, "0.10")
    half = list(Attempt.objects.values_list("pk", flat=True)[: rows // 2])
    past_calls.sum_up(calls=Attempt.objects.filter(pk__in=half))
    # Who asks; the months there are; the figures; tokens since the beginning.
    with django_assert_num_queries(1 + 2 + 7 + 3):
        boss.get(PAGE, {"from": "2026-06", "to": "2026-08"})


# --- drawings ----------------------------------------------------------------------------------------------------


def test_months_above_and_below_the_line_keep_within_the_drawing() -> None:
    values = [Decimal(10), Decimal(0), Decimal("-4.5"), Decimal("0.001")]
    drawing = charts.by_month(values, said=list("abcd"), months=["Jan", "Feb", "Mar", "Apr"], top="€{:,f}")
    up, down, small = drawing.shapes
    zero = drawing.lines[0].y
    assert up.y + up.height == zero == down.y
    assert (up.look, down.look) == ("series-1", "span-failed")
    assert small.height == 2
    assert down.title == "Mar: c"
    assert all(one.y >= 0 and one.y + one.height <= drawing.height - 20 for one in drawing.shapes)
    assert all(one.x >= 0 and one.x + one.width <= drawing.width for one in drawing.shapes)


@pytest.mark.parametrize("count", [1, 2, 12, 13, 120])
def test_any_number_of_months_fills_the_width(count: int) -> None:
    drawing = charts.by_month([1] * count, said=["1"] * count, months=["Jan 2026"] * count, top="{:,f}")
    assert len(drawing.shapes) == count
    assert drawing.shapes[0].x == 0
    assert drawing.shapes[-1].x + drawing.shapes[-1].width <= drawing.width
    assert len([one for one in drawing.words if one.anchor == "start"]) <= 4


@pytest.mark.parametrize("values", [[0, 0], [-3, -1]])
def test_nothing_and_only_losses_are_drawn(values: list[int]) -> None:
    drawing = charts.by_month(values, said=["a", "b"], months=["Jan", "Feb"], top="{:,f}")
    assert len(drawing.shapes) == len([value for value in values if value])
